"""Raw sheets of an identified form -> its table rows, found by column keys and headings, never by fixed addresses."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pipeline.model import Cell, Finding, Identity, RawSheet, Reading, ReadRow, Submission
from schemas.forms.central_plan import EXAMPLE_MARK
from schemas.forms_index import forms
from schemas.language import Field, Form, Sheet
from schemas.numbers import strip
from schemas.rules_index import rules
from schemas.thai import skeleton

_LOOK_ROWS = 40
_FALLBACK_YEAR = 2567


def read(submission: Submission, identity: Identity, sheets: Sequence[RawSheet]) -> Reading:
    """The form's rows as text cells with their addresses. What is missing or doubled becomes a Finding, never a guess."""
    form = forms()[identity.form or ""]
    rows: list[ReadRow] = []
    findings: list[Finding] = []
    taken: set[str] = set()
    for sheet in form.sheets(identity.fiscal_year or _FALLBACK_YEAR):
        table = _find(form, sheet, [s for s in sheets if s.name not in taken])
        if table is None:
            findings.append(_finding("E_TABLE", sheet.name, (), value=sheet.name))
            continue
        raw, head, columns = table
        taken.add(raw.name)
        findings += _missing_columns(sheet, raw, head, columns)
        rows += _rows(sheet, raw, head, columns)
    return Reading(submission, identity, tuple(rows), tuple(findings))


def _finding(code: str, sheet: str, cells: tuple[str, ...], **figures: str) -> Finding:
    rule = rules()[code]
    values = {"centre": "", **figures}
    return Finding(
        code,
        rule.severity,
        rule.text.filled(**values),
        sheet,
        cells,
        value=figures.get("value", ""),
        advice=rule.advice.filled(**values),
    )


def _names(field: Field) -> set[str]:
    th, en = field.label.th, field.label.en
    return {skeleton(t) for t in (th, f"{th}\n{en}", f"{th} {en}", *field.aliases)} - {""}


def _find(form: Form, sheet: Sheet, raws: Sequence[RawSheet]) -> tuple[RawSheet, int, dict[str, int]] | None:
    """(worksheet, heading row, column by field key): the worksheet with our name first, then any that holds the table."""
    ours = sorted(raws, key=lambda r: (skeleton(r.name) != skeleton(sheet.name), r.hidden))
    for raw in ours:
        if raw.name.startswith("_"):
            continue
        located = _locate(sheet, raw)
        if located and (skeleton(raw.name) == skeleton(sheet.name) or _right_sheet(form, sheet, raw)):
            return raw, *located
    return None


def _right_sheet(form: Form, sheet: Sheet, raw: RawSheet) -> bool:
    """Whether a renamed worksheet is this table: alone of its kind, or its title names the quarter."""
    if sheet.period is None:
        return True
    title = " ".join(c.text for (row, _), c in raw.cells.items() if row < _LOOK_ROWS // 4)
    return re.search(rf"ไตรมาส(?:ที่)?\s*{sheet.period[1]}\s*/", title) is not None


def _locate(sheet: Sheet, raw: RawSheet) -> tuple[int, dict[str, int]] | None:
    lines: dict[int, dict[int, Cell]] = {}
    for (row, column), cell in raw.cells.items():
        if row < _LOOK_ROWS:
            lines.setdefault(row, {})[column] = cell
    keys = {f.key for f in sheet.fields}
    by_key = _best(lines, lambda text: text if text in keys else None)
    names = {name: f.key for f in reversed(sheet.fields) for name in _names(f)}
    by_name = _best(lines, lambda text: names.get(skeleton(text)))
    need = max(2, len(keys) // 2)
    if len(by_key[1]) < need and len(by_name[1]) < need:
        return None
    columns = {**by_name[1], **by_key[1]} if len(by_key[1]) >= need else by_name[1]
    return max(by_key[0] if by_key[1] else 0, by_name[0] if by_name[1] else 0), columns


def _best(lines: Mapping[int, Mapping[int, Cell]], meaning: object) -> tuple[int, dict[str, int]]:
    best: tuple[int, dict[str, int]] = (0, {})
    for row, line in lines.items():
        found: dict[str, int] = {}
        for column, cell in sorted(line.items()):
            key = meaning(strip(cell.text))  # type: ignore[operator]
            if key is not None and key not in found:
                found[key] = column
        if len(found) > len(best[1]):
            best = (row, found)
    return best


def _missing_columns(sheet: Sheet, raw: RawSheet, head: int, columns: Mapping[str, int]) -> list[Finding]:
    missing = [
        f
        for f in sheet.fields
        if f.key not in columns and (f.owner == "unit" or f.key == sheet.row_key) and f.key not in ("mark", "remarks")
    ]
    if not missing:
        return []
    listed = ", ".join(f"“{f.label.th}”" for f in missing[:6]) + (" …" if len(missing) > 6 else "")
    return [_finding("E_COLUMN", raw.name, (f"A{head + 1}",), value=listed)]


def _rows(sheet: Sheet, raw: RawSheet, head: int, columns: Mapping[str, int]) -> list[ReadRow]:
    by_row: dict[int, dict[str, Cell]] = {}
    fields = {column: key for key, column in columns.items()}
    for (row, column), cell in raw.cells.items():
        if row > head and column in fields:
            by_row.setdefault(row, {})[fields[column]] = cell
    typed = {f.key for f in sheet.inputs} | {sheet.row_key}
    rows = []
    for row in sorted(by_row):
        cells = by_row[row]
        if strip(cells["mark"].text).startswith(EXAMPLE_MARK) if "mark" in cells else False:
            continue
        if not any(not cells[k].blank for k in cells if k in typed):
            continue
        rows.append(ReadRow(raw.name, sheet.key, row + 1, _complete(cells, row, columns)))
    return rows


def _complete(cells: dict[str, Cell], row: int, columns: Mapping[str, int]) -> dict[str, Cell]:
    """Every column of the row, blank ones with their address, so that a rule can blame what is not there."""
    from pipeline.office.reader import address

    return {key: cells.get(key) or Cell("", "text", address(row, column)) for key, column in columns.items()}
