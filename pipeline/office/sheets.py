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
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from lxml import etree
from python_calamine import CalamineWorkbook

from pipeline.office.look import Unsafe, check_extent, column_letters, column_number, look
from pipeline.office.ods import read_ods
from pipeline.office.shows import BUILT_IN, is_percent, is_plain, shown
from pipeline.office.xls import objects_of, pages

_PARSER = {"resolve_entities": False, "no_network": True, "huge_tree": False, "load_dtd": False}
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_REL = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


def _tree(part: bytes) -> Any:
    try:
        return etree.fromstring(part, etree.XMLParser(**_PARSER))
    except etree.XMLSyntaxError as error:
        raise Unsafe("E_UNSAFE_BROKEN", "XML ไม่สมบูรณ์", "malformed XML") from error


def _formats(parts: dict[str, bytes]) -> dict[str, str]:
    """Number format by style number, where a number may look otherwise than it is stored."""
    if "xl/styles.xml" not in parts:
        return {}
    root = _tree(parts["xl/styles.xml"])
    codes = dict(BUILT_IN)
    for e in root.iterfind(".//{*}numFmts/{*}numFmt"):
        codes[_number(e.get("numFmtId"))] = e.get("formatCode", "")
    styles = enumerate(root.iterfind("{*}cellXfs/{*}xf"))
    named = {str(n): codes.get(_number(xf.get("numFmtId", "0")), "") for n, xf in styles}
    return {n: code for n, code in named.items() if not is_plain(code)}


def _sheet_parts(parts: dict[str, bytes]) -> list[tuple[str, str, bool]]:
    """Name, part and hiddenness of each worksheet, in tab order."""
    relations = {}
    if "xl/_rels/workbook.xml.rels" in parts:
        for r in _tree(parts["xl/_rels/workbook.xml.rels"]).iterfind("{*}Relationship"):
            target = r.get("Target", "")
            relations[r.get("Id")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    found = []
    for sheet in _tree(parts["xl/workbook.xml"]).iterfind(".//{*}sheets/{*}sheet"):
        part = relations.get(sheet.get(_REL) or sheet.get(_STRICT_REL), "")
        if part in parts:
            found.append((sheet.get("name", ""), part, sheet.get("state", "visible") != "visible"))
    return found


# (row, column) -> (kind or "", text, number format or "")
Places = dict[tuple[int, int], tuple[str, str, str]]


def _second_look(part: bytes, formats: dict[str, str]) -> Places:
    """Every cell with content: (row, column) -> (kind, text, number format) of what the value reader is silent about.

    That is errors, empty formulas, formulas and formats that show another figure. Refuses a sheet with content too far
    out, which the value reader would ask all memory for.
    """
    found: Places = {}
    last_row = last_column = 0
    for place, cell in _placed(_tree(part)):
        last_row, last_column = max(last_row, place[0] + 1), max(last_column, place[1] + 1)
        stored, formula = cell.get("t"), cell.find("{*}f")
        code = formats.get(cell.get("s", ""), "") if stored in (None, "n") else ""
        found[place] = ("", "", code)
        if stored != "e" and formula is None:
            continue
        value = cell.findtext("{*}v")
        if stored == "e":
            found[place] = ("error", value or "#ERROR!", "")
        elif (value is None or value == "") and stored != "str":
            found[place] = ("formula_empty", "", "")
        else:
            found[place] = ("formula", "", code)
    check_extent(last_row, last_column)
    return found


def _placed(tree: Any) -> Iterator[tuple[tuple[int, int], Any]]:
    """Cells with content and their places; one that does not say where it stands is right of the one before."""
    at = -1
    for row in tree.iter("{*}row"):
        at = _number(row.get("r")) - 1 if row.get("r") else at + 1
        column = -1
        for cell in row.iterchildren("{*}c"):
            said = cell.get("r")
            place = _place(said) if said else (at, column + 1)
            if place is None:  # the value reader would believe it and ask for all memory
                raise Unsafe("E_UNSAFE_BROKEN", "ที่อยู่เซลล์ผิดปกติ", "an odd cell address")
            column = place[1]
            if len(cell):
                yield place, cell


def _number(text: str | None) -> int:
    return int(text) if text and re.fullmatch("[0-9]{1,9}", text) else 1


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
        shown = format(Decimal(repr(value)), "f")
        return (shown[:-2] if shown.endswith(".0") else shown), "number"
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
    formats = _formats(parts)
    layout = _sheet_parts(parts)
    if not layout:
        raise Unsafe("E_NOT_OURS", "ไม่มีแผ่นงาน", "no worksheets")
    wanted = [(name, _second_look(parts[part], formats)) for name, part, _ in layout]
    values = _values_or_unsafe(data, wanted, any(b"opsbook" in part for part in parts.values()))
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
    for relation in _tree(relations).iterfind("{*}Relationship") if relations else ():
        kind, target = relation.get("Type", "").rpartition("/")[2], relation.get("Target", "")
        part = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")
        if kind == "drawing" and part in parts:
            tree = _tree(parts[part])
            found += [{"address": _anchor(a)} for wanted in _ANCHORS for a in tree.iterfind(wanted)]
        elif kind == "comments" and part in parts:
            found += _notes(_tree(parts[part]))
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
    except MemoryError:
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
        if extra in ("error", "formula_empty"):
            cells.append([row, column, said, extra, False, None])
        elif value != "" or extra:
            text, kind = text_of(value)
            number = kind == "number" and code
            kind = "percent" if number and is_percent(code) else kind
            seen = shown(code, float(value)) if number and kind == "number" else None
            cells.append([row, column, text, kind, extra == "formula", seen])
    return cells
