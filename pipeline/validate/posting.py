"""A judged row -> what the ledger may keep of it: facts with their cells, words, locks, closed periods, retractions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from pipeline.model import Fact, Posting
from pipeline.validate.findings import finding
from pipeline.validate.past import Past
from pipeline.validate.rows import Row, typed
from schemas.language import Form, Sheet
from schemas.numbers import judge, plain, strip
from schemas.plan import Plan
from schemas.rows import PERCENT_UNIT

_NOT_CONTENT = ("remarks", "waived")  # words that may differ without the row having changed


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
    row: Row, posting: Posting, standing: Mapping[str, Any] | None, past: Past, plan: Plan, form: Form
) -> Posting | None:
    """Locks, closed periods and retractions: what may be posted of this row, None where nothing is to be posted."""
    code = row.indicator["code"]
    where = (row.row.sheet, (row.row.cells["indicator"].address,), code, row.period)
    centre = plan.settings["centre_contact"]
    unchanged = standing is not None and not standing["blank"] and _unchanged(posting, standing, past, form)
    if standing is not None and standing["state"] == "confirmed" and not standing["blank"]:
        if not unchanged:
            row.findings = [
                finding("E_LOCKED", *where, sheet_key=row.row.sheet_key, fields=("indicator",), centre=centre)
            ]
        else:
            row.findings = []
        return None
    if plan.closed(row.period, form.name):
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
    waived = [f.message.th for f in row.findings if " · ยกเว้นถึง " in f.message.th]
    return replace(posting, entries={**posting.entries, "waived": " | ".join(waived)}) if waived else posting


def _unchanged(posting: Posting, standing: Mapping[str, Any], past: Past, form: Form) -> bool:
    entries = {k: v for k, v in json.loads(standing["entries"]).items() if k not in _NOT_CONTENT}
    same_words = entries == {k: v for k, v in posting.entries.items() if k not in _NOT_CONTENT}
    return same_words and {f"{f.scenario} {f.period}": f.value for f in posting.facts} == past.typed(
        posting.unit, form.name, posting.indicator, posting.period
    )
