"""The rows of a reading matched to the unit's indicators: what is unknown, doubled or missing is found here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pipeline.model import Cell, Finding, Place, Posting, Reading, ReadRow
from pipeline.validate.findings import finding
from schemas.language import Field, Form, Sheet
from schemas.numbers import strip
from schemas.plan import Plan, code_finder
from schemas.rules.totals import PARTS
from schemas.thai import clean

_OF_ROWS = ("E_MERGED", "E_TWO_COLUMNS", "E_TWO_SHEETS", "E_CHOOSE")  # found while reading, and about certain rows
_FEW = 3


@dataclass
class Row:
    """One indicator row on its way: where it stands, whose it is, what was found on it."""

    file: int
    row: ReadRow
    indicator: Mapping[str, str]
    period: str
    quarter: str
    blocked: bool = False  # a column of its sheet is missing: said once for the sheet, the row is held
    findings: list[Finding] = field(default_factory=list)
    posting: Posting | None = None
    said: Posting | None = None  # the row as it was read, whatever became of it
    before: list[Finding] = field(default_factory=list)  # what was found before it met the ledger

    @property
    def held(self) -> bool:
        return self.blocked or any(f.severity == "error" for f in self.findings)


def assign_rows(n: int, reading: Reading, form: Form, plan: Plan) -> tuple[list[Row], list[Finding]]:
    """Rows matched to the unit's indicators by code; what is unknown, doubled or missing is found here."""
    unit = reading.identity.unit or ""
    own = {i["code"]: i for i in plan.assigned(unit)}
    codes = code_finder(own)
    found = list(reading.findings)
    incomplete = {f.sheet for f in reading.findings if f.rule in ("E_COLUMN", "E_HEADING", "E_TITLE")}
    rows: list[Row] = []
    for sheet in form.sheets(plan.fiscal_year):
        of_sheet = [r for r in reading.rows if r.sheet_key == sheet.key]
        if not of_sheet and any(f.rule == "E_TABLE" and f.value == sheet.name for f in reading.findings):
            continue
        period = f"{plan.fiscal_year}-{sheet.period}" if sheet.period else str(plan.fiscal_year)
        seen: dict[str, Row] = {}
        for row in of_sheet:
            code = codes(row.text("indicator"))
            if code is None:
                found.append(_not_ours(row, period, typed(row, sheet)))
            elif code in seen:
                seen[code].findings.append(_at(row, "E_DOUBLE_INDICATOR", row.text("indicator"), period))
            else:
                seen[code] = Row(n, row, own[code], period, sheet.period or "", row.sheet in incomplete)
        for code, indicator in own.items():
            if code not in seen:
                found.append(
                    finding(
                        "E_MISSING_INDICATOR",
                        sheet.name,
                        indicator=indicator["code"],
                        period=period,
                        sheet_key=sheet.key,
                        value=indicator["code"],
                    )
                )
        found += _typed_over(sheet, [*seen.values()])
        rows += [*seen.values()]
    return rows, _held_by(found, rows)


def _held_by(found: list[Finding], rows: Sequence[Row]) -> list[Finding]:
    """Findings that are about the file; those that blame cells of certain rows are put on these rows and hold them."""
    loose = []
    for f in found:
        if f.rule not in _OF_ROWS:
            loose.append(f)
            continue
        for row in rows:
            own = tuple(p for p in f.places if row.row.sheet == f.sheet and p.address in _addresses(row))
            if own:
                mine = tuple(replace(p, indicator=row.indicator["code"]) for p in own)
                row.findings.append(replace(f, places=mine, indicator=row.indicator["code"], period=row.period))
    return loose


def _addresses(row: Row) -> set[str]:
    return {c.address for c in row.row.cells.values()}


def without_what_follows(row: Row) -> None:
    """Where it is not known which figure is meant, nothing is said of these cells and of totals made of them."""
    unsure = {p.field for f in row.findings if f.rule in _OF_ROWS for p in f.places}
    if unsure:
        quarters = {total for total, parts in PARTS.items() if unsure & set(parts)}
        about_it = unsure | quarters | ({"total"} if quarters & set(PARTS["total"]) else set())
        row.findings = [f for f in row.findings if f.rule in _OF_ROWS or not about_it & {p.field for p in f.places}]


def _typed_over(sheet: Sheet, rows: Sequence[Row]) -> list[Finding]:
    """Cells that are ours alone and that hold a typed value now; a formula without a stored value is still ours."""
    found = [
        place_in(row, f.key)
        for row in rows
        for f in sheet.fields
        if f.owner == "system" and f.key in row.row.cells and not _still_ours(f, row.row.cells[f.key])
    ]
    if not found:
        return []
    shown = ", ".join(dict.fromkeys(f"“{strip(p.value)}”" for p in found[:_FEW])) + (" …" if len(found) > _FEW else "")
    words = finding("W_OUR_FORMULA", rows[0].row.sheet, value=shown, count=len(found))
    return [replace(words, places=tuple(found), value=found[0].value)]


def _still_ours(f: Field, cell: Cell) -> bool:
    """Untouched: a formula where we write one, nothing where we leave the cell empty."""
    return cell.blank or (f.kind == "computed" and (cell.formula or cell.kind in ("formula_empty", "error")))


def _not_ours(row: ReadRow, period: str, filled: bool) -> Finding:
    """A row without a code or figures, or a total somebody added, is told and not read; any other code is unknown."""
    text = clean(row.text("indicator"))
    if not text or not filled or text.startswith(("รวม", "ยอดรวม", "ผลรวม", "เฉลี่ย", "total", "Total", "TOTAL")):
        return _at(row, "W_EXTRA_ROW", str(row.number), period)
    return _at(row, "E_UNKNOWN_INDICATOR", row.text("indicator"), period)


def _at(row: ReadRow, code: str, value: str, period: str) -> Finding:
    return finding(
        code,
        row.sheet,
        (row.cells["indicator"].address,),
        value,
        period,
        sheet_key=row.sheet_key,
        fields=("indicator",),
        value=value,
    )


def typed(row: ReadRow, sheet: Sheet) -> bool:
    return any(not row.cells[f.key].blank for f in sheet.inputs if f.key in row.cells)


def place_in(row: Row, key: str, proposal: str | None = None) -> Place:
    """The cell of a field in a row, as a finding blames it."""
    cell = row.row.cells[key]
    return Place(cell.address, row.row.sheet_key, row.indicator["code"], key, cell.text, proposal)


def about(code: str, row: Row, keys: Sequence[str], proposal: str | None = None, **figures: Any) -> Finding:
    """A finding about cells of one row; the first cell's text is the value spoken of."""
    value = strip(row.row.text(keys[0]))
    found = finding(code, row.row.sheet, (), row.indicator["code"], row.period, value=value, **figures)
    return replace(found, places=tuple(place_in(row, k, proposal) for k in keys))
