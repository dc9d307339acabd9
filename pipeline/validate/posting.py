"""A judged row -> what the ledger may keep of it: facts with their cells, words, locks, closed periods, retractions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from pipeline.model import Fact, Finding, Place, Posting
from pipeline.validate.findings import finding
from pipeline.validate.past import Past
from pipeline.validate.rows import Row, typed
from schemas.language import Form, Sheet
from schemas.numbers import judge, plain, strip
from schemas.plan import Plan
from schemas.rows import PERCENT_UNIT

_NOT_CONTENT = ("remarks", "waived", "unlocked")  # words that may differ without the row having changed


def posting_of(form: Form, sheet: Sheet, row: Row, unit: str, plan: Plan) -> Posting:
    """The row as the ledger keeps it: figures as facts with their cells, words as entries, choices as codes."""
    facts, entries = [], {}
    percent = row.indicator["unit_of_measure"] == PERCENT_UNIT
    for f in sheet.inputs:
        cell = row.row.cells.get(f.key)
        if cell is None or cell.blank:
            continue
        if f.kind == "number":
            facts += _facts(f, cell, row, unit, percent, plan)
        else:
            entries[f.key] = (f.choice_code(cell.text) or cell.text) if f.kind == "choice" else cell.text
    at = row.row.cells["indicator"].address
    state = "confirmed" if entries.get("state") == "confirmed" else "draft"
    blank = not typed(row.row, sheet)
    return Posting(
        unit, form.name, row.indicator["code"], row.period, state, entries, tuple(facts), row.row.sheet, at, blank
    )


def _facts(f: Any, cell: Any, row: Row, unit: str, percent: bool, plan: Plan) -> list[Fact]:
    number = judge(cell.text, cell.kind, percent, percent or row.indicator["over_time"] == "ratio")
    if number.value is None:
        return []
    return [
        Fact(
            unit,
            row.indicator["code"],
            f.period(plan.fiscal_year),
            f.scenario,
            plain(number.value),
            _exact(number.numerator),
            _exact(number.denominator),
            row.row.sheet,
            cell.address,
            strip(cell.text),
            plan.settings["stage"],
        )
    ]


def _exact(value: Decimal | None) -> str:
    return plain(value) if value is not None else ""


def against_ledger(
    row: Row, posting: Posting, standing: Mapping[str, Any] | None, past: Past, plan: Plan, form: Form, day: date
) -> Posting | None:
    """Locks, unlocks, closed periods and retractions: what may be posted of this row, None where nothing is to be."""
    code = row.indicator["code"]
    where = (row.row.sheet, (row.row.cells["indicator"].address,), code, row.period)
    centre = plan.settings["centre_contact"]
    unchanged = standing is not None and not standing["blank"] and _unchanged(posting, standing, past, form)
    unlock = None
    if standing is not None and standing["state"] == "confirmed" and not standing["blank"]:
        if unchanged:  # nothing to judge again; an answer to an earlier doubt is still recorded
            row.findings = [f for f in row.findings if f.rule == "I_ANSWERED"]
            return None
        unlock = plan.unlock(posting.unit, form.name, row.period, code, day)
        if unlock is None:
            row.findings = [_locked(row, posting, standing, past, form, centre)]
            return None
        memo = f"{unlock['memo']}: {unlock['reason']}"
        row.findings.append(
            finding("I_UNLOCKED", *where, sheet_key=row.row.sheet_key, fields=("indicator",), value=memo)
        )
    if plan.closed(row.period, form.name) and unlock is None:
        if not unchanged and not posting.blank:
            row.findings.append(
                finding(
                    "E_CLOSED",
                    *where,
                    sheet_key=row.row.sheet_key,
                    fields=("indicator",),
                    value=row.period,
                    centre=centre,
                )
            )
        return None
    if posting.blank:
        if standing is None or standing["blank"]:
            return None
        was = ", ".join(past.typed(posting.unit, form.name, code, row.period).values())
        row.findings.append(
            finding("Q_RETRACT", *where, sheet_key=row.row.sheet_key, fields=("indicator",), value=was or "-")
        )
    if row.held:
        return None
    kept = {"waived": " | ".join(f.waived for f in row.findings if f.waived)}
    if unlock is not None:
        kept["unlocked"] = f"{unlock['memo']}: {unlock['reason']}"
    return replace(posting, entries={**posting.entries, **{k: v for k, v in kept.items() if v}})


def _locked(row: Row, posting: Posting, standing: Mapping[str, Any], past: Past, form: Form, centre: str) -> Finding:
    """The refusal of a changed confirmed row, blaming the cells that differ and proposing the confirmed values."""
    sheet = next(s for s in form.sheets(int(row.period[:4])) if s.key == row.row.sheet_key)
    words = json.loads(standing["entries"])
    figures = past.as_typed(posting.unit, form.name, posting.indicator, posting.period)
    places = []
    for f in sheet.inputs:
        cell = row.row.cells.get(f.key)
        if cell is None or f.key in _NOT_CONTENT:
            continue
        was = (
            figures.get(f.key_of_fact(int(row.period[:4])), "")
            if f.kind == "number"
            else f.choice_label(words.get(f.key, ""))
        )
        if strip(cell.text) != strip(was):
            places.append(Place(cell.address, row.row.sheet_key, posting.indicator, f.key, cell.text, was or None))
    found = finding("E_LOCKED", row.row.sheet, (), posting.indicator, row.period, centre=centre)
    return replace(found, places=tuple(places), value=places[0].value if places else "")


def _unchanged(posting: Posting, standing: Mapping[str, Any], past: Past, form: Form) -> bool:
    entries = {k: v for k, v in json.loads(standing["entries"]).items() if k not in _NOT_CONTENT}
    same_words = entries == {k: v for k, v in posting.entries.items() if k not in _NOT_CONTENT}
    return same_words and {f"{f.scenario} {f.period}": f.value for f in posting.facts} == past.typed(
        posting.unit, form.name, posting.indicator, posting.period
    )
