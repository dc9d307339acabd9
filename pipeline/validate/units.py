"""Readings of one unit form and year, the plan and what stands in the ledger -> a ValidationResult per file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from pipeline.model import Finding, Reading, ValidationResult
from pipeline.validate.check import failures
from pipeline.validate.doubts import ask
from pipeline.validate.findings import finding, from_row, merged, under_policy
from pipeline.validate.past import Past, Standing
from pipeline.validate.posting import against_ledger, ground_of, posting_of
from pipeline.validate.proof import proof_of, strange_folder
from pipeline.validate.rows import Row, assign_rows, place_in, typed, without_what_follows
from pipeline.validate.signing import sign, signs
from pipeline.validate.timing import CODES, held_by_time, told
from schemas.forms_index import forms
from schemas.language import Form, Sheet, Text
from schemas.numbers import parse
from schemas.owned import OWNED
from schemas.plan import Plan, float_of, owned_values
from schemas.rows import cell_frame, number_keys, row_frame
from schemas.rules_index import rules
from schemas.scoring import computed_status, resolve_auto, to_date
from schemas.thai import clean, skeleton

TAKEN = Text("รับแล้ว", "Accepted")
_SHUT = ("E_LOCKED", "E_UNLOCKED_DRAFT", *CODES.values())  # sound, but the ledger takes nothing of it now


def validate(readings: Sequence[Reading], plan: Plan, standing: Standing, now: datetime) -> list[ValidationResult]:
    """Judge files of one form and fiscal year together, in one frame; at most one file per unit.

    A file with an unknown unit, an older form version or closed periods is answered whole; otherwise its rows are
    judged one by one: rows without errors are taken, rows with errors are held and named.
    """
    form = forms()[readings[0].identity.form or ""]
    judged: dict[int, ValidationResult] = {}
    rows: list[Row] = []
    loose: dict[int, list[Finding]] = {}
    for n, reading in enumerate(readings):
        wrong = _file_findings(reading, form, plan)
        if wrong:
            judged[n] = _whole(reading, wrong)
        else:
            mine, found = assign_rows(n, reading, form, plan)
            rows += mine
            loose[n] = found
    sheets = {s.key: s for s in form.sheets(plan.fiscal_year)}
    past = Past(standing)
    _judge_rows(form, sheets, rows, readings, plan, past, now)
    for n, reading in enumerate(readings):
        if n not in judged:
            mine = [r for r in rows if r.file == n]
            loose[n] += sign(reading, form, plan, mine, loose[n], past, now.date())
            judged[n] = _result(reading, form, plan, mine, loose[n], now)
    return [judged[n] for n in range(len(readings))]


# -- the file as a whole ----------------------------------------------------------------------------------------------


def _file_findings(reading: Reading, form: Form, plan: Plan) -> list[Finding]:
    identity, centre = reading.identity, plan.settings["centre_contact"]
    if identity.unit not in plan.units or not plan.assigned(identity.unit or ""):
        return [finding("E_UNIT", value=identity.unit or "", centre=centre)]
    shown = reading.notes.get("visible_unit", "")
    if shown and shown != identity.unit:
        return [finding("E_UNIT", value=f"{shown} ≠ {identity.unit}", centre=centre)]
    apart = [f for f in reading.findings if f.rule == "E_TWO_FORMS"]
    if apart:
        return apart[:1]
    known = {str(v) for v in range(form.oldest, form.version + 1)}
    if identity.version is not None and identity.version not in known:
        return [finding("E_VERSION", value=identity.version, current=form.version)]
    return []


def _whole(reading: Reading, found: list[Finding]) -> ValidationResult:
    return ValidationResult(reading, "returned", found[0].message, tuple(dict.fromkeys((*found, *reading.findings))))


# -- rows -------------------------------------------------------------------------------------------------------------


def _judge_rows(
    form: Form,
    sheets: Mapping[str, Sheet],
    rows: list[Row],
    readings: Sequence[Reading],
    plan: Plan,
    past: Past,
    now: datetime,
) -> None:
    units = [readings[r.file].identity.unit or "" for r in rows]
    live = [n for n, r in enumerate(rows) if typed(r.row, sheets[r.row.sheet_key])]
    if live:
        _apply_rules(form, next(iter(sheets.values())), [rows[n] for n in live], [units[n] for n in live], plan, past)
    for n, row in enumerate(rows):
        sheet, unit = sheets[row.row.sheet_key], units[n]
        without_what_follows(row)
        _revision_and_owner(row, readings[row.file], plan, unit, sheet)
        row.findings = [] if row.blocked else [under_policy(f, plan, unit, now.date()) for f in row.findings]
        row.before = list(row.findings)
        reading = readings[row.file]
        row.said = posting_of(form, sheet, row, unit, plan, signs(reading, sheet))
        ground = ground_of(row.said, past, plan, form, now.date(), proof_of(reading, plan))
        row.posting = against_ledger(row, row.said, ground, past, plan, form)
        row.posting = held_by_time(row, ground, past, plan, form, reading.submission.received_at.date(), now.date())


def _apply_rules(form: Form, sheet: Sheet, rows: list[Row], units: list[str], plan: Plan, past: Past) -> None:
    keys = number_keys(sheet)
    lines = [_line(r, u) for r, u in zip(rows, units, strict=True)]
    cells = cell_frame(lines, keys)
    wide = row_frame(lines, cells, keys)
    _add_codes(wide, sheet)
    if sheet.period:
        wide["computed"] = _computed(rows, units, wide, plan, past)
    book = [rules()[c] for c in form.rules]
    _note_formulas(rows, keys)
    for failure in failures(cells, [r for r in book if r.scope == "cell"]):
        line = cells.iloc[failure.line].to_dict()
        _put(rows[int(line["row"])], failure.rule, failure.case, line)
    broken = failures(wide, [r for r in book if r.scope == "row"])
    records = wide.to_dict("records") if broken else []
    for failure in broken:
        _put(rows[failure.line], failure.rule, failure.case, records[failure.line])
    ask(form, sheet, cells, rows, units, plan, past)


def _put(row: Row, rule: Any, case: str, line: Mapping[str, Any]) -> None:
    row.findings.append(from_row(rule, case, line, row.row, row.indicator["code"], row.period))


def _line(row: Row, unit: str) -> dict[str, Any]:
    i = row.indicator
    return {
        "texts": {k: c.text for k, c in row.row.cells.items() if k not in OWNED},
        "kinds": {k: c.kind for k, c in row.row.cells.items()},
        "unit": unit,
        "unit_of_measure": i["unit_of_measure"],
        "over_time": i["over_time"],
        "scoring": i["scoring"],
        "negatives": i["negatives"],
        "target": i.get("target", ""),
        "target_n": float_of(i.get("target", "")),
        "target_scale": i["target_scale"],
        "quarter": row.quarter,
        "direction": i["direction"],
    }


def _add_codes(wide: pd.DataFrame, sheet: Sheet) -> None:
    """`<key>_code` beside every drop-down: the stored code, "" where the text is none of the choices."""
    for f in sheet.inputs:
        if f.kind == "choice":
            if f.key not in wide:
                wide[f.key] = ""
            codes = {t: (f.choice_code(t) or "") if t.strip() else "" for t in wide[f.key].unique()}
            wide[f"{f.key}_code"] = wide[f.key].map(codes)
        elif f.key not in wide:
            wide[f.key] = ""


def _computed(rows: list[Row], units: list[str], wide: pd.DataFrame, plan: Plan, past: Past) -> np.ndarray:
    """on, ahead or behind of each row: this file's and the ledger's quarters to date against the plan to date."""
    fy, count = plan.fiscal_year, len(rows)
    here = {
        (r.file, r.indicator["code"], r.quarter): v
        for r, v, c in zip(rows, wide["value.n"], wide["reportable_code"], strict=True)
        if c == "can"
    }
    there = {(r.file, r.indicator["code"], r.quarter) for r in rows}
    broken = {
        (r.file, r.indicator["code"], r.quarter)
        for r, v, c in zip(rows, wide["value.n"], wide["reportable_code"], strict=True)
        if c == "can" and np.isnan(v)
    }
    results, plans = np.full((count, 4), np.nan), np.full((count, 4), np.nan)
    totals, unsure = np.full(count, np.nan), np.zeros(count, dtype=bool)
    for n, (row, unit) in enumerate(zip(rows, units, strict=True)):
        code, upto = row.indicator["code"], int(row.quarter[1])
        for q in range(1, upto + 1):
            period, key = f"{fy}-Q{q}", (row.file, code, f"Q{q}")
            unsure[n] |= key in broken
            if key in here:
                results[n, q - 1] = here[key]
            elif key not in there:
                results[n, q - 1] = past.number(unit, "quarterly_result", code, period, period, "actual")
            plans[n, q - 1] = past.number(unit, "monthly_plan", code, str(fy), period, "plan")
        totals[n] = past.number(unit, "monthly_plan", code, str(fy), str(fy), "plan")
    ways = resolve_auto(
        wide["over_time"].to_numpy(dtype=object),
        totals,
        np.array(
            [
                past.number(u, "monthly_plan", r.indicator["code"], str(fy), f"{fy}-Q4", "plan")
                for r, u in zip(rows, units, strict=True)
            ],
            dtype=float,
        ),
        np.array([r.indicator["basis"] for r in rows], dtype=object),
    )
    found = computed_status(
        to_date(results, ways),
        to_date(plans, ways),
        wide["direction"].to_numpy(dtype=object),
        (wide["scoring"] == "level").to_numpy(),
        plan.number("status_tolerance"),
    )
    # A quarter that cannot be read is said once, where it stands; nothing is concluded from it. Ratios are pooled from
    # numerators and denominators, which a plan does not have: their status is computed when figures are scored.
    known = (wide["reportable_code"].to_numpy() == "can") & ~unsure & (wide["over_time"] != "ratio").to_numpy()
    return np.where(known, found, "")


def _note_formulas(rows: list[Row], keys: Sequence[str]) -> None:
    for row in rows:
        for key in keys:
            cell = row.row.cells.get(key)
            if cell is not None and cell.formula and not parse(cell.text, cell.kind).status.startswith("E_"):
                row.findings.append(
                    finding(
                        "W_FORMULA",
                        row.row.sheet,
                        (cell.address,),
                        row.indicator["code"],
                        row.period,
                        sheet_key=row.row.sheet_key,
                        fields=(key,),
                        value=cell.text,
                    )
                )


def _revision_and_owner(row: Row, reading: Reading, plan: Plan, unit: str, sheet: Sheet) -> None:
    code, made_from = row.indicator["code"], reading.identity.plan_revision
    changed_in = plan.revision_of(unit, code)
    if made_from is not None and made_from < changed_in:
        row.findings.append(
            finding(
                "E_REVISION",
                row.row.sheet,
                (row.row.cells["indicator"].address,),
                code,
                row.period,
                sheet_key=row.row.sheet_key,
                fields=("indicator",),
                value=made_from,
                current=changed_in,
            )
        )
        return
    expected = owned_values(row.indicator)
    if _of_another(row, plan, expected["name"]):
        keys = [f.key for f in sheet.inputs if f.key in row.row.cells and not row.row.cells[f.key].blank]
        mixed = finding("E_MIXED", row.row.sheet, (), code, row.period)
        row.findings = [replace(mixed, places=tuple(place_in(row, k) for k in ("name", *keys)))]
        return
    for key in OWNED:
        cell = row.row.cells.get(key)
        if cell is not None and not _same(cell.text, expected[key]):
            row.findings.append(
                finding(
                    "E_OWNER",
                    row.row.sheet,
                    (cell.address,),
                    code,
                    row.period,
                    expected[key] or None,
                    row.row.sheet_key,
                    (key,),
                    value=cell.text,
                    was=expected[key] or "-",
                    centre=plan.settings["centre_contact"],
                )
            )


def _of_another(row: Row, plan: Plan, expected: str) -> bool:
    """Whether the row bears the name of an indicator that its code is not: columns sorted or pasted apart from each other."""
    cell = row.row.cells.get("name")
    if cell is None or cell.blank or _same(cell.text, expected):
        return False
    return skeleton(cell.text) in {skeleton(i.get("name", "")) for i in plan.indicators.values()}


def _same(typed: str, expected: str) -> bool:
    a, b = parse(typed), parse(expected)
    if a.value is not None and b.value is not None:
        return a.value == b.value
    return clean(typed) == clean(expected) or skeleton(typed) == skeleton(expected) != ""


# -- the answer -------------------------------------------------------------------------------------------------------


def _result(
    reading: Reading, form: Form, plan: Plan, rows: list[Row], loose: list[Finding], now: datetime
) -> ValidationResult:
    unit = reading.identity.unit or ""
    loose = [*loose, *strange_folder(reading, plan)]
    found = [under_policy(f, plan, unit, now.date()) for f in loose] + [f for r in rows for f in r.findings]
    postings = tuple(r.posting for r in rows if r.posting is not None)
    held = tuple((r.indicator["code"], r.period) for r in rows if r.held)
    held += tuple((f.indicator, f.period) for f in loose if f.rule == "E_MISSING_INDICATOR" and f.severity == "error")
    found += told(postings, plan, form, unit, reading.submission.received_at.date(), now.date())
    if not found and not any(
        typed(r.row, next(s for s in form.sheets(plan.fiscal_year) if s.key == r.row.sheet_key)) for r in rows
    ):
        found.append(finding("W_EMPTY"))
    listed = merged(_by_severity(found))
    errors = [f for f in listed if f.severity == "error"]
    if not errors:
        return ValidationResult(reading, "accepted", TAKEN, listed, postings, ())
    if not postings and all(f.rule in _SHUT for f in errors):
        return ValidationResult(reading, "refused", errors[0].message, listed, (), held)
    n = len(errors)
    return ValidationResult(reading, "returned", Text(f"ต้องแก้ {n} รายการ", f"{n} to correct"), listed, postings, held)


def _by_severity(found: list[Finding]) -> list[Finding]:
    order = {"error": 0, "query": 1, "warning": 2, "info": 3}
    return sorted(found, key=lambda f: order[f.severity])
