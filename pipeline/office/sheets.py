"""Bytes of a safe workbook -> its sheets as plain data: text of every cell, and how it was stored.

Values come from python-calamine (twenty times faster than openpyxl, and exact on ordinary numbers). It is silent about
error values, formulas without a stored value and number formats, so the sheet XML is looked at a second time with
lxml for exactly these, and the records of an old .xls likewise (`office.xls`). An .ods is read by `office.ods`.
"""

from __future__ import annotations

import io
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from lxml import etree
from python_calamine import CalamineWorkbook

from pipeline.office.look import Unsafe, check_extent, column_letters, column_number, look
from pipeline.office.ods import read_ods
from pipeline.office.package import Package, tree_of
from pipeline.office.shows import as_typed, day_of, is_date, is_percent, shown
from pipeline.office.xls import objects_of, pages

# (row, column) -> (kind or "", text, number format or ""); the text of a number is its spelling in the file
Places = dict[tuple[int, int], tuple[str, str, str]]

_NUMERAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_ERRORS = (
    "#DIV/0!",
    "#N/A",
    "#NAME?",
    "#NULL!",
    "#NUM!",
    "#REF!",
    "#VALUE!",
    "#GETTING_DATA",
)  # known to the value reader
_NO_ZEROS = "0;-0;;@"  # how a sheet looks whose zeros are switched off


@dataclass
class _Page:
    """One worksheet as its XML describes it; `mended` where the value reader would stumble over it as it is."""

    name: str
    places: Places
    tree: Any
    mended: bool


def _second_look(name: str, part: bytes, formats: dict[str, str]) -> _Page:
    """Every cell with content: (row, column) -> (kind, text, number format) of what the value reader is silent about.

    That is errors, empty formulas, formulas, and formats that show another figure. Refuses a sheet with content too far
    out, which the value reader would ask all memory for, and one in which a cell stands twice.
    """
    tree = tree_of(part)
    page = _Page(name, {}, tree, False)
    zeros = all(v.get("showZeros") not in ("0", "false") for v in tree.iterfind("{*}sheetViews/{*}sheetView"))
    last_row = last_column = 0
    for place, cell in _placed(tree):
        last_row, last_column = max(last_row, place[0] + 1), max(last_column, place[1] + 1)
        if place in page.places:
            raise _unsure(place)
        kind, text, code = _noted(page, place, cell, formats)
        hidden = not zeros and code == "" and text and float(text) == 0 if kind in ("", "formula") else False
        page.places[place] = (kind, text, _NO_ZEROS if hidden else code)
    check_extent(last_row, last_column)
    return page


def _unsure(place: tuple[int, int]) -> Unsafe:
    at = f"{column_letters(place[1])}{place[0] + 1}"
    return Unsafe("E_UNSAFE_BROKEN", f"เซลล์ {at} มีสองค่าในไฟล์", f"cell {at} holds two values in the file")


def _noted(page: _Page, place: tuple[int, int], cell: Any, formats: dict[str, str]) -> tuple[str, str, str]:
    """What is to be known of a cell; spells it anew where the value reader would refuse the whole file for it."""
    stored, formula, values = cell.get("t"), False, []
    for child in cell:
        if child.tag[-2:] == "}v":
            values.append(child)
        elif child.tag[-2:] == "}f":
            formula = True
    if len(values) > 1:
        raise _unsure(place)
    value = (values[0].text or "").strip() if values else None
    if stored == "e":
        if value not in _ERRORS:
            page.mended = True
            del cell.attrib["t"]
            etree.strip_elements(cell, "{*}v")
        return "error", value or "#ERROR!", ""
    if formula and (value is None or (value == "" and stored != "str")):
        return "formula_empty", "", ""
    kind = "formula" if formula else ""
    if stored == "d":
        return "date", value or "", ""
    if stored == "s" and value and not value.isdecimal():
        raise Unsafe("E_UNSAFE_BROKEN", "ข้อความในเซลล์อ้างอิงผิด", "a cell refers to no text")
    if stored not in (None, "n") or not value:
        return kind, "", ""
    if not _NUMERAL.fullmatch(value):
        page.mended = True
        cell.set("t", "str")
        return kind, "", ""
    return kind, value, formats.get(cell.get("s", "0"), "")


def _placed(tree: Any) -> Iterator[tuple[tuple[int, int], Any]]:
    """Cells with content and their places; one that does not say where it stands is right of the one before."""
    at = -1
    for row in tree.iterfind("{*}sheetData/{*}row"):
        at = int(row.get("r")) - 1 if re.fullmatch("[0-9]{1,9}", row.get("r", "")) else at + 1
        column = -1
        for cell in row.iterchildren("{*}c"):
            said = cell.get("r")
            place = _place(said) if said else (at, column + 1)
            if place is None:  # the value reader would believe it and ask for all memory
                raise Unsafe("E_UNSAFE_BROKEN", "ที่อยู่เซลล์ผิดปกติ", "an odd cell address")
            column = place[1]
            if len(cell):
                yield place, cell


def _place(address: str) -> tuple[int, int] | None:
    match = re.fullmatch(r"([A-Za-z]{1,3})([0-9]{1,9})", address)
    return (int(match[2]) - 1, column_number(match[1]) - 1) if match else None


def text_of(value: Any) -> tuple[str, str]:
    """(text, kind) of a value as the reader gives it; numbers as their shortest exact decimal text."""
    if isinstance(value, bool):
        return ("TRUE" if value else "FALSE"), "bool"
    if isinstance(value, str):
        return value, "text"
    if isinstance(value, int):
        return str(value), "number"
    if isinstance(value, float):
        return as_typed(value), "number"
    if isinstance(value, (datetime, date, time)):
        return value.isoformat(), "date"
    if isinstance(value, timedelta):
        return str(value), "date"
    return str(value), "text"


def read_workbook(data: bytes) -> dict[str, Any]:
    """The sheets of an .xlsx, .xls or .ods as plain data; raises Unsafe.

    {"kind", "macros": bool, "sheets": [{"name", "hidden", "merges", "objects": [{"address"}],
    "cells": [[row, column, text, kind, formula, shown], …]}]}. Rows and columns count from 0; only non-empty cells are
    listed. `kind` of a cell is text, number, percent, date, bool, error or formula_empty; `shown` is what is seen of a
    number where its format makes another figure of it, else None.
    """
    parts = look(data)
    if "content.xml" in parts and "xl/workbook.xml" not in parts:
        return read_ods(parts)
    if "Workbook" in parts:
        return _read_xls(data, parts)
    return _read_xlsx(data, parts)


def _read_xlsx(data: bytes, parts: dict[str, bytes]) -> dict[str, Any]:
    package = Package(parts)
    formats, layout = package.formats(), package.worksheets()
    if not layout:
        raise Unsafe("E_NOT_OURS", "ไม่มีแผ่นงาน", "no worksheets")
    pages = [_second_look(name, parts[part], formats) for name, part, _ in layout]
    odd = not package.plain or any(p.mended for p in pages)
    if odd or any(package.odd(part) for part in (*(part for _, part, _ in layout), package.part_of("sharedStrings"))):
        data = package.spelled_anew([(p.name, etree.tostring(p.tree, encoding="UTF-8")) for p in pages])
    ours = any(b"opsbook" in part for part in parts.values())
    values = _values_or_unsafe(data, [(p.name, p.places) for p in pages], ours)
    sheets = []
    for (name, part, hidden), cells in zip(layout, values, strict=True):
        merges = re.findall(rb'<(?:\w+:)?mergeCell [^>]*?ref="([A-Z0-9:]+)"', parts[part])
        sheets.append(_plain(name, hidden, cells, [m.decode() for m in merges], _objects(parts, part)))
    return {"kind": "xlsx", "sheets": sheets, "macros": any(p.casefold().endswith("vbaproject.bin") for p in parts)}


def _read_xls(data: bytes, parts: dict[str, bytes]) -> dict[str, Any]:
    found = pages(parts["Workbook"])
    if not found:
        raise Unsafe("E_NOT_OURS", "ไม่มีแผ่นงาน", "no worksheets")
    values = _values_or_unsafe(data, [(p.name, p.places) for p in found], True)
    sheets = [_plain(p.name, p.hidden, cells, p.merges, objects_of(p)) for p, cells in zip(found, values, strict=True)]
    return {"kind": "xls", "sheets": sheets, "macros": "macros" in parts}


def _plain(name: str, hidden: bool, cells: list[Any], merges: list[str], objects: list[Any]) -> dict[str, Any]:
    return {"name": name, "hidden": hidden, "cells": cells, "merges": merges, "objects": objects}


# -- pictures and the like ---------------------------------------------------------------------------------------------

_ANCHORS = tuple(f"{{*}}{n}" for n in ("twoCellAnchor", "oneCellAnchor", "absoluteAnchor"))


def _objects(parts: dict[str, bytes], sheet: str) -> list[dict[str, str]]:
    """Where pictures, shapes, charts and embedded objects of a worksheet stand ("" where that is not said)."""
    folder, _, name = sheet.rpartition("/")
    relations = parts.get(f"{folder}/_rels/{name}.rels")
    found: list[dict[str, str]] = []
    for relation in tree_of(relations).iterfind("{*}Relationship") if relations else ():
        kind, target = relation.get("Type", "").rpartition("/")[2], relation.get("Target", "")
        part = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")
        if kind == "drawing" and part in parts:
            tree = tree_of(parts[part])
            found += [{"address": _anchor(a)} for wanted in _ANCHORS for a in tree.iterfind(wanted)]
        elif kind == "comments" and part in parts:
            found += _notes(tree_of(parts[part]))
        elif kind in ("oleObject", "package", "image"):
            found.append({"address": ""})
    return found


def _notes(tree: Any) -> list[dict[str, str]]:
    """Notes on cells that somebody else wrote; LibreOffice keeps no authors, so notes without one may be ours."""
    authors = [a.text or "" for a in tree.iterfind("{*}authors/{*}author")]
    own = {str(n) for n, name in enumerate(authors) if name.strip() in ("", "opsbook")}
    notes = tree.iterfind("{*}commentList/{*}comment")
    return [{"address": n.get("ref", "")} for n in notes if n.get("authorId", "0") not in own]


def _anchor(anchor: Any) -> str:
    column, row = anchor.findtext("{*}from/{*}col", ""), anchor.findtext("{*}from/{*}row", "")
    known = re.fullmatch("[0-9]{1,5}", column) and re.fullmatch("[0-9]{1,7}", row)
    return f"{column_letters(int(column))}{int(row) + 1}" if known else ""


# -- values ------------------------------------------------------------------------------------------------------------


def _values_or_unsafe(data: bytes, wanted: list[tuple[str, Places]], ours: bool) -> list[list[list[Any]]]:
    try:
        return _values(data, wanted)
    except (MemoryError, Unsafe):
        raise
    except BaseException as error:  # a panic of the reader is a BaseException; it costs this one file
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            raise
        raise Unsafe("E_UNSAFE_BROKEN" if ours else "E_NOT_OURS", "อ่านค่าไม่ได้", "values cannot be read") from error


def _values(data: bytes, wanted: list[tuple[str, Places]]) -> list[list[list[Any]]]:
    """The cells with content of each sheet: [row, column, text, kind, formula, shown]."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    known = set(book.sheet_names)
    found = []
    for name, places in wanted:
        grid = book.get_sheet_by_name(name).to_python(skip_empty_area=False) if name in known and places else []
        found.append(_cells(grid, places))
    return found


def _cells(grid: list[list[Any]], places: Places) -> list[list[Any]]:
    cells = []
    for (row, column), (extra, said, code) in sorted(places.items()):
        value = grid[row][column] if row < len(grid) and column < len(grid[row]) else ""
        formula = extra == "formula"
        if extra in ("error", "formula_empty"):
            cells.append([row, column, said, extra, False, None])
        elif extra == "date":
            cells.append([row, column, said, "date", False, None])
        elif value != "" or extra or said:
            cells.append([row, column, *_valued(value, said, code, (row, column), formula)])
    return cells


def _valued(value: Any, said: str, code: str, place: tuple[int, int], formula: bool) -> tuple[Any, ...]:
    """(text, kind, is a formula, what is shown where that differs); both readings of a number must agree."""
    if not said and isinstance(value, str):
        return value, "text", formula, None
    counted = isinstance(value, (int, float)) and not isinstance(value, bool)
    number = float(said or value) if said or counted else None
    if number is None:
        return *text_of(value), formula, None
    dated = isinstance(value, (datetime, date, time, timedelta))
    if said and isinstance(value, (int, float)) and value != number:
        raise _unsure(place)
    if is_date(code, number) or (dated and code):
        return text_of(value if dated else day_of(number))[0], "date", formula, None
    kind = "percent" if is_percent(code, number) else "number"
    return as_typed(number), kind, formula, shown(code, number) if kind == "number" else None
