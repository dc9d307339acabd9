"""Raw sheets of an identified form -> its table rows, found by column keys and headings, never by fixed addresses."""

from __future__ import annotations

import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.model import Cell, Finding, HeadCell, Identity, Place, RawSheet, Reading, ReadRow, Submission
from pipeline.office.forms import ACCEPT, ACCEPT_HEAD, FIX_SHEET
from pipeline.office.look import column_letters, column_number
from pipeline.office.reader import address
from schemas.forms.central_plan import EXAMPLE_MARK
from schemas.forms_index import forms
from schemas.language import Field, Form, Sheet
from schemas.numbers import strip
from schemas.rules.files import UNSURE
from schemas.rules_index import rules
from schemas.thai import clean, skeleton

_LOOK_ROWS = 40
_FALLBACK_YEAR = 2567
_OURS = ("คำชี้แจง", FIX_SHEET)
_LISTED = 8
_HEAD_REACH = 8  # how many cells to the right of its label a cell of the head is looked for
_HEAD_SPAN = 4  # where it stands in our own templates


@dataclass(frozen=True)
class _Table:
    """A table found in a worksheet: its last heading row and the column of each field (both from 0)."""

    raw: RawSheet
    head: int
    columns: Mapping[str, int]


def read(submission: Submission, identity: Identity, sheets: Sequence[RawSheet]) -> Reading:
    """The form's rows as text cells with their addresses. What is missing or doubled becomes a Finding, never a guess.

    Proposals accepted on a returned copy's first sheet are put into their cells, and that is told.
    """
    form = forms()[identity.form or ""]
    rows: list[ReadRow] = []
    findings: list[Finding] = _of_kind(sheets)
    sheets = [_as_seen(s) for s in sheets]
    taken: set[str] = set()
    head: dict[tuple[str, str], HeadCell] = {}
    for sheet in form.sheets(identity.fiscal_year or _FALLBACK_YEAR):
        table = _find(sheet, [s for s in sheets if s.name not in taken])
        if table is None:
            if not sheet.optional:
                findings.append(_finding("E_TABLE", sheet.name, value=sheet.name))
            continue
        taken.add(table.raw.name)
        here, outside = _rows(sheet, table)
        rows += here
        head |= {(sheet.key, key): cell for key, cell in _head_cells(sheet, table).items()}
        findings += [*_missing_columns(sheet, table), *_outside(table, outside)]
        findings += [
            *_merged(sheet, table, here),
            *(_other_quarter(sheet, table, here) or _contradicted(sheet, table, here)),
            *_twice(sheet, table, here),
        ]
        findings += _other_copies(form, sheet, table, here, [s for s in sheets if s.name not in taken])
    copies = {f.value for f in findings if f.rule == "E_TWO_SHEETS"}
    findings += _strangers(form, [s for s in sheets if s.name not in taken | copies])
    findings += _objects([s for s in sheets if s.name in taken or s.name in _OURS])
    rows, applied = _apply(rows, _accepted(sheets))
    before = asked_before(sheets)
    findings += _not_chosen(form.sheets(identity.fiscal_year or _FALLBACK_YEAR), rows, before, findings)
    asked = tuple(p for _, severity, places in before.values() if severity == "error" for p in places)
    return Reading(submission, identity, tuple(rows), (*findings, *applied), asked=asked, head=head)


def _finding(code: str, sheet: str, places: Sequence[Place] = (), **figures: str) -> Finding:
    rule = rules()[code]
    values = {"centre": "", **figures}
    words, advice = rule.text.filled(**values), rule.advice.filled(**values)
    return Finding(code, rule.severity, words, sheet, tuple(places), figures.get("value", ""), advice=advice)


# -- finding the table ------------------------------------------------------------------------------------------------


def _names(field: Field) -> set[str]:
    th, en = field.label.th, field.label.en
    return {skeleton(t) for t in (th, f"{th}\n{en}", en, *field.aliases)} - {""}


def _meaning(sheet: Sheet) -> Callable[[str], str | None]:
    """Text of a heading -> its field: the exact words first, else a skeleton that only one field has (ม.ค. and มี.ค.
    share theirs)."""
    exact = {_bare(f.label.th): f.key for f in reversed(sheet.fields)}
    rough: dict[str, set[str]] = {}
    for f in sheet.fields:
        for name in _names(f):
            rough.setdefault(name, set()).add(f.key)
    sure = {name: next(iter(keys)) for name, keys in rough.items() if len(keys) == 1}
    return lambda text: exact.get(_bare(text)) or sure.get(skeleton(text))


def _bare(text: str) -> str:
    """A heading without blanks and full stops, its Thai marks kept: มี.ค. and มีค are one month, ม.ค. is another."""
    return re.sub(r"[\s.]", "", clean(text))


def _find(sheet: Sheet, raws: Sequence[RawSheet]) -> _Table | None:
    """The worksheet with our name first, then any that holds the table and says it is the right one."""
    ours = sorted(raws, key=lambda r: (skeleton(r.name) != skeleton(sheet.name), r.hidden))
    for raw in ours:
        if raw.name.startswith("_"):
            continue
        table = _locate(sheet, raw)
        if table and (skeleton(raw.name) == skeleton(sheet.name) or _right_sheet(sheet, raw)):
            return table
    return None


def _right_sheet(sheet: Sheet, raw: RawSheet) -> bool:
    """Whether a renamed worksheet is this table: alone of its kind, or its title names the quarter."""
    return sheet.period is None or sheet.period[1] in _titles(raw)


def _titles(raw: RawSheet) -> dict[str, Cell]:
    """The quarters that the head of a worksheet names as its own (“ไตรมาสที่ 1/2567”), each with its cell."""
    found: dict[str, Cell] = {}
    for (row, _), cell in sorted(raw.cells.items()):
        for quarter in re.findall(r"ไตรมาส(?:ที่)?\s*([1-4๑-๔])\s*/", cell.text) if row < _LOOK_ROWS // 4 else ():
            found.setdefault(str(int(quarter)), cell)
    return found


def _other_quarter(sheet: Sheet, table: _Table, rows: Sequence[ReadRow]) -> list[Finding]:
    """A worksheet named after one quarter whose title names another, as a copied sheet does: nobody knows which is meant."""
    titles = _titles(table.raw)
    if sheet.period is None or not titles or sheet.period[1] in titles:
        return []
    title = next(iter(titles.values()))
    typed = [_place_at(sheet, row, f.key) for row in rows for f in sheet.inputs if _typed_in(row, f.key)]
    said = {"value": _first_line(title.text), "name": table.raw.name}
    return [_finding("E_TITLE", table.raw.name, [Place(title.address), *typed], **said)]


def _typed_in(row: ReadRow, key: str) -> bool:
    return key in row.cells and not row.cells[key].blank


def _locate(sheet: Sheet, raw: RawSheet) -> _Table | None:
    lines: dict[int, dict[int, Cell]] = {}
    for (row, column), cell in raw.cells.items():
        if row < _LOOK_ROWS:
            lines.setdefault(row, {})[column] = cell
    keys = {f.key for f in sheet.fields}
    key_row, by_key = _best(lines, lambda text: text if text in keys else None)
    name_row, by_name = _best(lines, _meaning(sheet))
    own = {f.key for f in sheet.inputs} | {sheet.row_key}  # what only this table has; forms share the centre's columns
    need = max(2, len(own) // 2)
    if len(own & set(by_key)) >= need:
        return _Table(raw, max(key_row, name_row if len(own & set(by_name)) >= need else 0), {**by_name, **by_key})
    return _Table(raw, name_row, by_name) if len(own & set(by_name)) >= need else None


def _head_cells(sheet: Sheet, table: _Table) -> dict[str, HeadCell]:
    """The cells above the table that speak for the whole sheet, found by the label to their left; blank ones too."""
    found: dict[str, HeadCell] = {}
    labels = {name: f.key for f in sheet.head for name in _names(f)}
    for (row, column), cell in table.raw.cells.items():
        key = labels.get(skeleton(cell.text)) if row < table.head else None
        if key is not None:
            beside = [(c, table.raw.cells.get((row, c))) for c in range(column + 1, column + 1 + _HEAD_REACH)]
            at, typed = next(((c, one) for c, one in beside if one and not one.blank), (column + _HEAD_SPAN, None))
            found[key] = HeadCell(strip(typed.text) if typed else "", table.raw.name, address(row, at))
    return found


def _best(lines: Mapping[int, Mapping[int, Cell]], meaning: Callable[[str], str | None]) -> tuple[int, dict[str, int]]:
    best: tuple[int, dict[str, int]] = (0, {})
    for row, line in lines.items():
        found: dict[str, int] = {}
        for column, cell in sorted(line.items()):
            key = meaning(strip(cell.text))
            if key is not None and key not in found:
                found[key] = column
        if len(found) > len(best[1]):
            best = (row, found)
    return best


def _missing_columns(sheet: Sheet, table: _Table) -> list[Finding]:
    needed = [
        f for f in sheet.fields if (f.owner == "unit" or f.key == sheet.row_key) and f.key not in ("mark", "remarks")
    ]
    missing = [f for f in needed if f.key not in table.columns]
    if not missing:
        return []
    listed = ", ".join(f"“{f.label.th}”" for f in missing[:6]) + (" …" if len(missing) > 6 else "")
    return [_finding("E_COLUMN", table.raw.name, (Place(address(table.head, 0)),), value=listed)]


def _contradicted(sheet: Sheet, table: _Table, rows: Sequence[ReadRow]) -> list[Finding]:
    """Columns whose visible heading is plainly another column's than their hidden key says: nobody knows which is meant."""
    meaning = _meaning(sheet)
    headings = [(key, table.raw.cells.get((table.head, column))) for key, column in table.columns.items()]
    own = {f.key for f in sheet.inputs}
    wrong = [
        (cell, key)
        for key, cell in headings
        if cell and (means := meaning(strip(cell.text))) not in (None, key) and {key, means} & own
    ]
    if not wrong:
        return []
    listed = ", ".join(f"“{_first_line(cell.text)}”" for cell, _ in wrong[:_LISTED])
    own_columns = [key for _, key in wrong if key in own]
    unsure = [_place_at(sheet, row, key) for row in rows for key in own_columns if not row.cells[key].blank]
    return [_finding("E_HEADING", table.raw.name, [*(Place(c.address) for c, _ in wrong), *unsure], value=listed)]


def _first_line(text: str) -> str:
    return strip(text).partition("\n")[0]


def _twice(sheet: Sheet, table: _Table, rows: Sequence[ReadRow]) -> list[Finding]:
    """Rows in which a column of the form stands twice with different figures: which one is meant is never guessed."""
    meaning = _meaning(sheet)
    keys = {f.key: f for f in sheet.inputs if f.key in table.columns}
    more: dict[int, str] = {}
    for (row, column), cell in table.raw.cells.items():
        if table.head - 2 <= row <= table.head:
            key = strip(cell.text) if strip(cell.text) in keys else meaning(strip(cell.text))
            if key in keys and table.columns[key] != column and column not in table.columns.values():
                more[column] = key
    found = []
    for column, key in more.items():
        other = [(r, table.raw.cells.get((r.number - 1, column))) for r in rows]
        places = [
            _either(_place_at(sheet, r, key), c.text)
            for r, c in other
            if c and not c.blank and strip(c.text) != strip(r.text(key))
        ]
        if places:
            both = f"{column_letters(table.columns[key])}, {column_letters(column)}"
            found.append(_finding("E_TWO_COLUMNS", table.raw.name, places, value=both, name=keys[key].label.th))
    return found


def _other_copies(
    form: Form, sheet: Sheet, table: _Table, rows: Sequence[ReadRow], raws: Sequence[RawSheet]
) -> list[Finding]:
    """Rows of which a second copy of the sheet says something else: which copy is meant is never guessed."""
    names = {skeleton(s.name) for s in form.sheets(_FALLBACK_YEAR)}
    found = []
    for raw in raws:
        if raw.name.startswith("_") or raw.name in _OURS or skeleton(raw.name) in names or not _right_sheet(sheet, raw):
            continue
        again = _locate(sheet, raw)
        if again is None:
            continue
        said = {clean(r.text(sheet.row_key)): r for r in _rows(sheet, again)[0]}
        keys = [f.key for f in sheet.inputs if f.key in table.columns and f.key in again.columns]
        places = [
            _either(_place_at(sheet, row, key), other.text(key))
            for row in rows
            if (other := said.get(clean(row.text(sheet.row_key)))) is not None
            for key in keys
            if strip(other.text(key)) != strip(row.text(key))
        ]
        if places and any(not c.blank for r in said.values() for k in keys if (c := r.cells.get(k))):
            found.append(_finding("E_TWO_SHEETS", table.raw.name, places, value=raw.name, name=table.raw.name))
    return found


# -- rows -------------------------------------------------------------------------------------------------------------


def _rows(sheet: Sheet, table: _Table) -> tuple[list[ReadRow], list[Cell]]:
    """(the table's rows, cells with text below the headings that belong to none of them)."""
    fields = {column: key for key, column in table.columns.items()}
    by_row: dict[int, dict[int, Cell]] = {}
    for (row, column), cell in table.raw.cells.items():
        if row > table.head and not cell.blank:
            by_row.setdefault(row, {})[column] = cell
    typed = {f.key for f in sheet.inputs} | {sheet.row_key}
    meaning = _meaning(sheet)
    rows: list[ReadRow] = []
    outside: list[Cell] = []
    for row in sorted(by_row):
        cells = {fields[c]: cell for c, cell in by_row[row].items() if c in fields}
        if "mark" in cells and clean(cells["mark"].text).startswith(EXAMPLE_MARK):
            continue
        if sheet.row_key in cells and meaning(strip(cells[sheet.row_key].text)) == sheet.row_key:
            continue  # the headings once more, as people repeat them for printing
        outside += [cell for c, cell in by_row[row].items() if c not in fields]
        if typed & set(cells):
            rows.append(ReadRow(table.raw.name, sheet.key, row + 1, _complete(cells, row, table.columns)))
        else:
            outside += list(cells.values())
    return rows, outside


def _complete(cells: Mapping[str, Cell], row: int, columns: Mapping[str, int]) -> dict[str, Cell]:
    """Every column of the row, blank ones with their address, so that a rule can blame what is not there."""
    return {key: cells.get(key) or Cell("", "text", address(row, column)) for key, column in columns.items()}


def _outside(table: _Table, cells: Sequence[Cell]) -> list[Finding]:
    told = [c for c in cells if not c.formula and c.kind != "formula_empty"]
    return (
        [_finding("W_OUTSIDE", table.raw.name, [Place(c.address, value=c.text) for c in told[:_LISTED]])]
        if told
        else []
    )


def _as_seen(raw: RawSheet) -> RawSheet:
    """The sheet without what lies hidden under merged cells: nobody who looks at it sees more than the first one."""
    areas = [a for ref in raw.merges if (a := _area(ref))]
    if not areas or not raw.cells:
        return raw
    places = sorted(raw.cells)
    rows, columns = np.array(places).T
    hidden = np.zeros(len(places), dtype=bool)
    for top, left, bottom, right in areas:  # a hostile form has thousands of areas over as many cells
        at = slice(*np.searchsorted(rows, (top, bottom + 1)))
        inside = (columns[at] >= left) & (columns[at] <= right)
        hidden[at] |= inside & ((rows[at] != top) | (columns[at] != left))
    out = {places[n] for n in np.flatnonzero(hidden)}
    return replace(raw, cells={at: cell for at, cell in raw.cells.items() if at not in out})


def _area(ref: str) -> tuple[int, int, int, int] | None:
    """First row, first column, last row, last column of a merged area, counted from 0."""
    match = re.fullmatch(r"([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)", ref)
    if match is None:
        return None
    return int(match[2]) - 1, column_number(match[1]) - 1, int(match[4]) - 1, column_number(match[3]) - 1


def _merged(sheet: Sheet, table: _Table, rows: Sequence[ReadRow]) -> list[Finding]:
    """Merged cells that touch what the unit types: the value of such a cell may be meant for all of them.

    Over several figures that is never guessed: the rows are held. Over words only the first cell is read, and told.
    """
    inputs = {table.columns[f.key]: f for f in sheet.inputs if f.key in table.columns}
    by_row = {r.number - 1: r for r in rows}
    numbers, across = sorted(by_row), sorted(inputs)
    touched: list[Place] = []
    unsure: list[Finding] = []
    for ref in table.raw.merges:
        area = _area(ref)
        if area is None or area[2] <= table.head:
            continue
        first = table.raw.cells.get(area[:2])
        of_rows = numbers[bisect_left(numbers, area[0]) : bisect_right(numbers, area[2])]
        under = [(r, c) for r in of_rows for c in across if area[1] <= c <= area[3]]
        figures = [(r, c) for r, c in under if inputs[c].kind == "number"]
        if not under or first is None or first.blank:
            continue
        if (len(under) > 1 and figures) or any(at != area[:2] for at in figures):
            places = [_place_at(sheet, by_row[r], inputs[c].key) for r, c in under]
            unsure.append(_finding("E_MERGED", table.raw.name, places, value=ref))
        else:
            touched.append(Place(address(*area[:2])))
    return unsure + ([_finding("W_MERGED", table.raw.name, touched[:_LISTED])] if touched else [])


def _place_at(sheet: Sheet, row: ReadRow, key: str) -> Place:
    cell = row.cells[key]
    return Place(cell.address, sheet.key, _named(sheet, row), key, cell.text)


def _named(sheet: Sheet, row: ReadRow) -> str:
    """What the row is called in its sheet, so that it is found again where rows were moved: of a form its indicator, of
    the plan workbook its key, with the unit where one key has a row for each."""
    unit = clean(row.text("unit")) if sheet.row_key != "unit" else ""
    return " ".join(filter(None, (clean(row.text(sheet.row_key)), unit)))


def _either(place: Place, other: str) -> Place:
    """The place with both values that it may have, so that the copy can name what it does not show."""
    return replace(place, value=" | ".join(strip(t) or "–" for t in (place.value, other)))


def _of_kind(sheets: Sequence[RawSheet]) -> list[Finding]:
    """A word about a workbook of another kind than ours: the answer comes as .xlsx."""
    kinds = {s.kind for s in sheets} - {"xlsx"}
    return [_finding("I_OLD_KIND", "", value=f".{k}") for k in kinds]


def _objects(raws: Sequence[RawSheet]) -> list[Finding]:
    """Pictures and the like on sheets of ours: they are not read, and do not travel back."""
    return [
        _finding("I_PICTURE", raw.name, [Place(at) for at in raw.objects if at][:_LISTED], value=str(len(raw.objects)))
        for raw in raws
        if raw.objects
    ]


def _strangers(form: Form, raws: Sequence[RawSheet]) -> list[Finding]:
    """Worksheets that are not the form's: another form of ours is sent back, anything else is named as left out."""
    others = [f for f in forms().values() if f.name != form.name and f.order]
    found = []
    for raw in raws:
        empty = not raw.objects and all(c.blank for c in raw.cells.values())
        if raw.name.startswith("_") or raw.name in _OURS or empty:
            continue
        if form.order and any(_locate(s, raw) for f in others for s in f.sheets(_FALLBACK_YEAR)[:1]):
            return [_finding("E_TWO_FORMS", raw.name)]
        found.append(_finding("I_LEFT_OUT", raw.name, value=raw.name))
    return found


def _not_chosen(
    sheets: Sequence[Sheet],
    rows: Sequence[ReadRow],
    asked: Mapping[str, tuple[str, str, list[Place]]],
    found: Sequence[Finding],
) -> list[Finding]:
    """Rows of a returned copy whose cells were left blank to be chosen and are blank still: sent back as it was.

    Under merged cells only figures are waited for. What is unsure again is told by its own rule.
    """
    figures = {(s.key, f.key) for s in sheets for f in s.inputs if f.kind == "number"}
    waits: dict[tuple[str, str, str], str] = {}
    for rule, severity, places in asked.values():
        for p in places if rule in UNSURE and severity == "error" else ():
            if p.field and (rule != "E_MERGED" or (p.sheet_key, p.field) in figures):
                waits.setdefault((p.sheet_key, clean(p.indicator), p.field), p.value)
    told = {(f.sheet, p.address) for f in found if f.rule in UNSURE for p in f.places}
    by_key = {s.key: s for s in sheets}
    result = []
    for row in rows if waits else ():
        name = _named(by_key[row.sheet_key], row)
        of_row = [(key, (row.sheet_key, name, key)) for key in row.cells]
        places = [
            replace(Place(row.cells[key].address, *at), value=waits[at])
            for key, at in of_row
            if at in waits and row.cells[key].blank and (row.sheet, row.cells[key].address) not in told
        ]
        if places:
            former = ", ".join(dict.fromkeys(f"“{p.value}”" for p in places if p.value)) or "–"
            result.append(_finding("E_CHOOSE", row.sheet, places, value=former, count=str(len(places))))
    return result


# -- accepted proposals -----------------------------------------------------------------------------------------------


def _accepted(sheets: Sequence[RawSheet]) -> list[Place]:
    """Places whose proposal was accepted with the box on the first sheet of a returned copy."""
    asked = {n: places for n, (_, _, places) in asked_before(sheets).items()}
    fix_sheet = next((s for s in sheets if skeleton(s.name) == skeleton(FIX_SHEET)), None)
    if fix_sheet is None or not asked:
        return []
    column = next((c for (_, c), cell in fix_sheet.cells.items() if skeleton(cell.text) == skeleton(ACCEPT_HEAD)), None)
    found: list[Place] = []
    for (row, c), cell in fix_sheet.cells.items():
        number = fix_sheet.cells.get((row, 0))
        if (
            c == column
            and strip(cell.text) in (ACCEPT, "x", "X", "/", "✔", "ใช่", "yes")
            and number
            and number.text in asked
        ):
            found += [p for p in asked[number.text] if p.proposal]
    return found


def asked_before(sheets: Sequence[RawSheet]) -> dict[str, tuple[str, str, list[Place]]]:
    """What the returned copy asked, from its hidden sheet: line number -> (rule, severity, places)."""
    found: dict[str, tuple[str, str, list[Place]]] = {}
    for sheet in sheets:
        for (row, column), cell in sheet.cells.items():
            value = sheet.cells.get((row, 1))
            if column == 0 and cell.text.startswith("fix.") and value is not None and sheet.name.startswith("_"):
                try:
                    record = json.loads(value.text)
                    places = [Place("", *p) for p in record["places"]]
                    found[cell.text[4:]] = (str(record["rule"]), str(record["severity"]), places)
                except (
                    ValueError,
                    KeyError,
                    TypeError,
                ):  # somebody typed into the hidden sheet: nothing was asked then
                    continue
    return found


def _apply(rows: Sequence[ReadRow], accepted: Sequence[Place]) -> tuple[list[ReadRow], list[Finding]]:
    """Put accepted values where the cell still holds what the proposal was made for; what was changed since wins."""
    if not accepted:
        return list(rows), []
    wanted = {(p.sheet_key, clean(p.indicator), p.field): p for p in accepted}
    done: list[Place] = []
    result = []
    for row in rows:
        cells = dict(row.cells)
        for key, cell in row.cells.items():
            place = wanted.get((row.sheet_key, clean(row.text("indicator")), key))
            if place and place.proposal and strip(cell.text) == strip(place.value):
                cells[key] = Cell(place.proposal, "text", cell.address)
                done.append(Place(cell.address, row.sheet_key, place.indicator, key, place.value, place.proposal))
        result.append(ReadRow(row.sheet, row.sheet_key, row.number, cells))
    if not done:
        return result, []
    listed = ", ".join(f"{p.address} {p.value or 'ว่าง'} → {p.proposal}" for p in done[:_LISTED]) + (
        " …" if len(done) > _LISTED else ""
    )
    return result, [_finding("I_APPLIED", "", [Place(p.address, value=p.value) for p in done], value=listed)]
