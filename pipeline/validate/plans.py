"""A reading of the central plan workbook -> a ValidationResult whose `plan` is the content of the next revision."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from pipeline.model import Finding, Reading, ReadRow, ValidationResult
from pipeline.validate.check import failures
from pipeline.validate.findings import finding, from_row, merged
from schemas.forms_index import forms
from schemas.language import Sheet, Text
from schemas.numbers import strip
from schemas.plan import Plan, float_of
from schemas.plan_book.cells import band_low
from schemas.plan_book.columns import CRITERIA
from schemas.rules_index import rules


def validate_plan(reading: Reading) -> ValidationResult:
    """Judge the whole plan: any error returns the workbook, and the plan in force stays as it is."""
    form = forms()["central_plan"]
    sheets = {s.key: s for s in form.sheets(0)}
    tables = {key: [r for r in reading.rows if r.sheet_key == key] for key in sheets}
    frames = {key: _frame(sheet, tables[key]) for key, sheet in sheets.items()}
    _add_known(frames)
    found = [*reading.findings, *_empty_sheets(sheets, tables)]
    book = [rules()[c] for c in form.rules]
    for key, frame in frames.items():
        of_sheet = [r for r in book if r.scope == "plan" and key in r.sheets]
        for failure in failures(frame, [_only(r, key) for r in of_sheet]):
            row = tables[key][failure.line]
            found.append(from_row(failure.rule, failure.case, frame.iloc[failure.line].to_dict(), row, "", ""))
    content = {key: [_values(sheets[key], row) for row in rows] for key, rows in tables.items()}
    year = _year(content)
    if year is None:
        found.append(finding("E_PLAN_YEAR", sheets["settings"].name))
    elif not any(f.severity == "error" for f in found):
        found += _weights(Plan(1, year, content), sheets["assignments"].name)
    listed = merged(found)
    errors = [f for f in listed if f.severity == "error"]
    identity = _with_year(reading, year)
    if errors:
        n = len(errors)
        return ValidationResult(
            identity, "returned", Text(f"สมุดแผนกลางต้องแก้ {n} รายการ", f"The plan workbook: {n} to correct"), listed
        )
    return ValidationResult(identity, "accepted", Text("รับแผนแล้ว", "Plan accepted"), listed, plan=content)


def _only(rule: Any, sheet: str) -> Any:
    from dataclasses import replace

    return replace(rule, cases=tuple(c for c in rule.cases if c.partition(".")[0] == sheet))


def _with_year(reading: Reading, year: int | None) -> Reading:
    from dataclasses import replace

    return replace(reading, identity=replace(reading.identity, fiscal_year=year))


def _frame(sheet: Sheet, rows: list[ReadRow]) -> pd.DataFrame:
    frame = pd.DataFrame({f.key: pd.Series([strip(r.text(f.key)) for r in rows], dtype="str") for f in sheet.fields})
    for f in sheet.fields:
        if f.kind == "choice":
            codes = {t: (f.choice_code(t) or "") if t else "" for t in frame[f.key].unique()}
            frame[f"{f.key}_code"] = frame[f.key].map(codes).astype("str")
    if sheet.key == "indicators":
        frame["target_outside"] = _target_outside(frame)
    return frame


def _target_outside(frame: pd.DataFrame) -> pd.Series:
    """The target lies outside the criteria while the sheet does not say on which scale it is."""

    def outside(row: Mapping[str, str]) -> bool:
        lows = [v for c in CRITERIA if (v := band_low(row[c])) is not None]
        target = float_of(row["target"])
        return (
            bool(lows)
            and row["target_scale"] == ""
            and row["scoring_code"] != "level"
            and not (min(lows) <= target <= max(lows))
            and target == target
        )

    return pd.Series([outside(r) for r in frame.to_dict("records")], index=frame.index, dtype=bool)


def _add_known(frames: Mapping[str, pd.DataFrame]) -> None:
    """`<column>_known` beside every reference: the code stands on the sheet it refers to."""
    units, items, indicators = frames["units"], frames["plan"], frames["indicators"]
    codes = {
        kind: set(items.loc[items["kind_code"] == kind, "code"]) for kind in ("goal", "dimension", "topic", "issue")
    }
    units["parent_known"] = units["parent"].isin(set(units["code"]))
    items["parent_known"] = items["parent"].isin(set(items["code"]))
    for column in ("goal", "dimension", "topic"):
        indicators[f"{column}_known"] = indicators[column].isin(codes[column])
    assignments = frames["assignments"]
    assignments["indicator_known"] = assignments["indicator"].isin(set(indicators["code"]))
    assignments["unit_known"] = assignments["unit"].isin({*units["code"], *units["type"], "*"})
    frames["rules"]["code_known"] = frames["rules"]["code"].isin(set(rules()))
    waivers = frames["waivers"]
    waivers["unit_known"] = waivers["unit"].isin({*units["code"], "*"})
    waivers["indicator_known"] = waivers["indicator"].isin({*indicators["code"], "*"})
    unlocks = frames["unlocks"]
    unlocks["unit_known"] = unlocks["unit"].isin(set(units["code"]))
    unlocks["indicator_known"] = unlocks["indicator"].isin({*indicators["code"], "*"})
    waivers["rule_known"] = waivers["rule"].isin(set(rules()))


def _empty_sheets(sheets: Mapping[str, Sheet], tables: Mapping[str, list[ReadRow]]) -> list[Finding]:
    return [
        finding("E_PLAN_EMPTY", sheets[k].name, value=sheets[k].name)
        for k in ("units", "indicators", "assignments")
        if not tables[k]
    ]


def _values(sheet: Sheet, row: ReadRow) -> dict[str, str]:
    """A row as it is stored: blanks left out, choices as codes, texts without outer blanks."""
    values = {}
    for f in sheet.fields:
        text = strip(row.text(f.key))
        if text and f.key != "mark":
            values[f.key] = (f.choice_code(text) or text) if f.kind == "choice" else text
    return values


def _year(content: Mapping[str, list[dict[str, str]]]) -> int | None:
    value = next((r.get("value", "") for r in content["settings"] if r.get("key") == "fiscal_year"), "")
    return int(value) if value.isascii() and value.isdigit() and 2400 <= int(value) <= 2700 else None


def _weights(plan: Plan, sheet: str) -> list[Finding]:
    """Weights of one unit's indicators, where any are given, sum to 100 within 0.01: error once the plan is confirmed.

    Units whose sets are the same and wrong in the same way are named together.
    """
    code = "E_WEIGHT" if plan.settings["plan_state"] == "confirmed" else "W_WEIGHT"
    wrong: dict[str, list[str]] = {}
    sums: dict[str, float] = {}
    for unit in plan.reporting_units:
        own = [i.get("weight", "") for i in (*plan.assigned(unit), *plan.not_applicable(unit))]
        key = json.dumps(own)
        if key not in sums:
            given = [float_of(w) for w in own if w.strip() not in ("", "-")]
            sums[key] = round(sum(given), 6) if given else 100.0
        if abs(sums[key] - 100) > 0.01 + 1e-9:
            wrong.setdefault(key, []).append(unit)
    return [
        finding(
            code,
            sheet,
            unit=", ".join(units[:5]) + (f" … (+{len(units) - 5})" if len(units) > 5 else ""),
            sum=f"{sums[key]:g}",
        )
        for key, units in wrong.items()
    ]
