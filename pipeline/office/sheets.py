"""Bytes of a safe .xlsx -> its sheets as plain data: text of every cell, and how it was stored.

Values come from python-calamine (twenty times faster than openpyxl, and exact on ordinary numbers). It is silent about
error values, formulas without a stored value and percent formats, so the sheet XML is looked at a second time with
lxml for exactly these.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from lxml import etree
from python_calamine import CalamineWorkbook

from pipeline.office.look import Unsafe, check_extent, column_number, look

_PARSER = {"resolve_entities": False, "no_network": True, "huge_tree": False, "load_dtd": False}
_PERCENT_IDS = {9, 10}
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_REL = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


def _tree(part: bytes) -> Any:
    try:
        return etree.fromstring(part, etree.XMLParser(**_PARSER))
    except etree.XMLSyntaxError as error:
        raise Unsafe("E_UNSAFE_BROKEN", "XML ไม่สมบูรณ์", "malformed XML") from error


def _percent_styles(parts: dict[str, bytes]) -> set[str]:
    """Style numbers whose number format shows a percentage."""
    if "xl/styles.xml" not in parts:
        return set()
    root = _tree(parts["xl/styles.xml"])
    custom = {
        int(e.get("numFmtId", "0")) for e in root.iterfind(".//{*}numFmts/{*}numFmt") if "%" in e.get("formatCode", "")
    }
    wanted = custom | _PERCENT_IDS
    return {
        str(n) for n, xf in enumerate(root.iterfind("{*}cellXfs/{*}xf")) if int(xf.get("numFmtId", "0") or 0) in wanted
    }


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


Places = dict[tuple[int, int], tuple[str, str]]


def _second_look(part: bytes, percent: set[str]) -> Places:
    """Every cell with content: (row, column) -> (kind, text) of what the value reader is silent about, ("", "") else.

    That is errors, empty formulas, percents and formulas. Refuses a sheet with content too far out, which the value
    reader would ask all memory for.
    """
    found: Places = {}
    last_row = last_column = 0
    for place, cell in _placed(_tree(part)):
        last_row, last_column = max(last_row, place[0] + 1), max(last_column, place[1] + 1)
        style, stored, formula = cell.get("s"), cell.get("t"), cell.find("{*}f")
        found[place] = ("", "")
        if stored != "e" and formula is None and style not in percent:
            continue
        value = cell.findtext("{*}v")
        if stored == "e":
            found[place] = ("error", value or "#ERROR!")
        elif formula is not None and (value is None or value == "") and stored != "str":
            found[place] = ("formula_empty", "")
        elif formula is not None:
            found[place] = ("formula", "")
        elif value is not None and stored in (None, "n"):
            found[place] = ("percent", "")
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


def _text(value: Any) -> tuple[str, str]:
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
    """{"sheets": [{"name", "hidden", "cells": [[row, column, text, kind, formula], …]}], "macros": bool}; raises Unsafe.

    Rows and columns count from 0; only non-empty cells are listed. `kind` is text, number, percent, date, bool, error
    or formula_empty.
    """
    parts = look(data)
    percent = _percent_styles(parts)
    layout = _sheet_parts(parts)
    if not layout:
        raise Unsafe("E_NOT_OURS", "ไม่มีแผ่นงาน", "no worksheets")
    wanted = [(name, _second_look(parts[part], percent)) for name, part, _ in layout]
    try:
        values = _values(data, wanted)
    except MemoryError:
        raise
    except BaseException as error:  # a panic of the reader is a BaseException; it costs this one file
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            raise
        ours = any(b"opsbook" in part for part in parts.values())
        raise Unsafe("E_UNSAFE_BROKEN" if ours else "E_NOT_OURS", "อ่านค่าไม่ได้", "values cannot be read") from error
    sheets = []
    for (name, part, hidden), cells in zip(layout, values, strict=True):
        merges = re.findall(rb'<(?:\w+:)?mergeCell [^>]*?ref="([A-Z0-9:]+)"', parts[part])
        sheets.append({"name": name, "hidden": hidden, "cells": cells, "merges": [m.decode() for m in merges]})
    return {"sheets": sheets, "macros": any(p.casefold().endswith("vbaproject.bin") for p in parts)}


def _values(data: bytes, wanted: list[tuple[str, Places]]) -> list[list[list[Any]]]:
    """The cells with content of each sheet: [row, column, text, kind, formula]."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    known = set(book.sheet_names)
    found = []
    for name, places in wanted:
        grid = book.get_sheet_by_name(name).to_python(skip_empty_area=False) if name in known and places else []
        found.append(_cells(grid, places))
    return found


def _cells(grid: list[list[Any]], places: Places) -> list[list[Any]]:
    cells = []
    for (row, column), (extra, shown) in sorted(places.items()):
        value = grid[row][column] if row < len(grid) and column < len(grid[row]) else ""
        if extra in ("error", "formula_empty"):
            cells.append([row, column, shown, extra, False])
        elif value != "" or extra:
            text, kind = _text(value)
            kind = "percent" if extra == "percent" and kind == "number" else kind
            cells.append([row, column, text, kind, extra == "formula"])
    return cells
