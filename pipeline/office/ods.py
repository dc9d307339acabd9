"""The content of a safe .ods -> its sheets as plain data, as `office.sheets` gives them.

Read here and not by the value reader: the XML says in so many words what a value is (percentage, date, error, formula)
and what is shown for it, and repeated cells are counted before they are made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from pipeline.office.look import LIMITS, Unsafe, check_extent, column_letters
from pipeline.office.shows import as_typed, seen_as_percent, seen_otherwise

_NS = "urn:oasis:names:tc:opendocument:xmlns:"
_T, _O, _S, _X, _D = (f"{{{_NS}{n}:1.0}}" for n in ("table", "office", "style", "text", "drawing"))
_CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_GROUPS = {f"{_T}{n}" for n in ("table-row-group", "table-header-rows", "table-rows")}
_CELLS = (f"{_T}table-cell", f"{_T}covered-table-cell")
_LONGEST = 32_767
_WRONG = re.compile(r"#[A-Z/0]+[!?A]?|Err:[0-9]+")
_NUMBERS = {"float": "number", "currency": "number", "percentage": "percent"}
_TRUTH = {"TRUE": "TRUE", "FALSE": "FALSE", "จริง": "TRUE", "เท็จ": "FALSE"}


def read_ods(parts: dict[str, bytes]) -> dict[str, Any]:
    """What `office.sheets.read_workbook` gives, of a file that `office.look` found safe; raises Unsafe."""
    try:
        root = etree.fromstring(
            parts["content.xml"],
            etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False),
        )
    except etree.XMLSyntaxError as error:
        raise Unsafe("E_UNSAFE_BROKEN", "XML ไม่สมบูรณ์", "malformed XML") from error
    hidden = {
        s.get(f"{_S}name")
        for s in root.iterfind(f"{_O}automatic-styles/{_S}style")
        if any(p.get(f"{_T}display") == "false" for p in s.iterfind(f"{_S}table-properties"))
    }
    tables = [
        t
        for t in root.iterfind(f"{_O}body/{_O}spreadsheet/{_T}table")
        if t.find(f"{_T}table-source") is None  # what another file held when it was linked
    ]
    if not tables:
        raise Unsafe("E_NOT_OURS", "ไม่มีแผ่นงาน", "no worksheets")
    if len(tables) > LIMITS.sheets:
        raise Unsafe("E_UNSAFE_SIZE", "แผ่นงานมากเกินกำหนด", "too many sheets")
    sheets = [_sheet(t, t.get(f"{_T}style-name") in hidden) for t in tables]
    return {"sheets": sheets, "macros": "macros" in parts, "kind": "ods"}


def _sheet(table: Any, hidden: bool) -> dict[str, Any]:
    cells: list[list[Any]] = []
    merges: list[str] = []
    objects = [{"address": ""} for shapes in table.iterfind(f"{_T}shapes") for _ in shapes]
    letters = copies = at = 0
    for row in _rows(table):
        again = _count(row, "number-rows-repeated")
        column = 0
        for cell in row.iterchildren(*_CELLS):
            wide = _count(cell, "number-columns-repeated")
            found = _cell(cell)
            if found is not None:
                check_extent(at + again, column + wide)
                letters += (len(found[0]) + 8) * again * wide
                copies += again * wide - 1
                if copies > LIMITS.span or letters > LIMITS.part_bytes or len(cells) > LIMITS.cells:
                    raise Unsafe("E_UNSAFE_SIZE", "เซลล์ซ้ำมากเกินกำหนด", "too many repeated cells")
                cells += [[at + r, column + c, *found] for r in range(again) for c in range(wide)]
            merges += _merge(cell, at, column)
            where = f"{column_letters(column)}{at + 1}" if column < 16_384 else ""
            objects += [{"address": where} for shape in cell if str(shape.tag).startswith(_D)]
            column += wide
        at += again
    if len(merges) > LIMITS.merges:
        raise Unsafe("E_UNSAFE_SIZE", f"ผสานเซลล์ {len(merges)}", f"{len(merges)} merges")
    name = table.get(f"{_T}name", "")
    return {"name": name, "hidden": hidden, "cells": cells, "merges": merges, "objects": objects}


def _rows(parent: Any) -> Iterator[Any]:
    for child in parent:
        if child.tag == f"{_T}table-row":
            yield child
        elif child.tag in _GROUPS:
            yield from _rows(child)


def _count(element: Any, name: str) -> int:
    """A number of repetitions, at least 1."""
    said = element.get(f"{_T}{name}", "1")
    return max(1, int(said)) if re.fullmatch("[0-9]{1,9}", said) else 1


def _cell(cell: Any) -> tuple[str, str, bool, str | None] | None:
    """(text, kind, is a formula, what is shown where that differs) of a cell, None where there is nothing in it."""
    sort, formula = cell.get(f"{_O}value-type"), cell.get(f"{_T}formula") is not None
    text = "\n".join(_paragraph(p) for p in cell.iterchildren(f"{_X}p"))[:_LONGEST]
    if cell.get(f"{_CALC}value-type") == "error" or ((formula or sort in _NUMBERS) and _WRONG.fullmatch(text)):
        return text or "#ERROR!", "error", False, None
    if sort in _NUMBERS:
        return _number(cell.get(f"{_O}value", ""), _NUMBERS[sort], formula, text, cell.find(f"{_X}p") is not None)
    if sort in ("date", "time"):
        return cell.get(f"{_O}{sort}-value", "") or text, "date", formula, None
    if sort == "boolean":
        return cell.get(f"{_O}boolean-value", "").upper() or text, "bool", formula, None
    said = cell.get(f"{_O}string-value")
    said = text if said is None else said[:_LONGEST]
    if formula and sort is None:
        return "", "formula_empty", False, None
    return (said, "text", formula, None) if said or formula else None


def _number(stored: str, kind: str, formula: bool, text: str, drawn: bool) -> tuple[str, str, bool, str | None]:
    """A number of the file; scripts leave out what is `drawn` of it, and then nothing is known of its looks."""
    if not re.fullmatch(r"[+-]?[0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]{1,3})?|[+-]?[0-9]+\.", stored):
        return stored or text or "?", "error", False, None
    if kind == "number" and text.strip().upper() in _TRUTH:  # LibreOffice stores them as formatted numbers
        return _TRUTH[text.strip().upper()], "bool", formula, None
    kind = "percent" if kind == "number" and seen_as_percent(text, float(stored)) else kind
    other = seen_otherwise(text, float(stored)) if kind == "number" and drawn else None
    return as_typed(float(stored)), kind, formula, other


def _paragraph(paragraph: Any) -> str:
    """The letters of a paragraph; blanks, tabs and line breaks are elements of their own."""
    said = [paragraph.text or ""]
    for part in paragraph:
        if part.tag == f"{_X}s":
            more = part.get(f"{_X}c", "1")
            said.append(" " * min(int(more) if re.fullmatch("[0-9]{1,9}", more) else 1, _LONGEST))
        elif part.tag == f"{_X}tab":
            said.append("\t")
        elif part.tag == f"{_X}line-break":
            said.append("\n")
        elif part.tag in (f"{_X}span", f"{_X}a"):
            said.append(_paragraph(part))
        said.append(part.tail or "")
    return "".join(said)


def _merge(cell: Any, row: int, column: int) -> list[str]:
    wide, high = _count(cell, "number-columns-spanned"), _count(cell, "number-rows-spanned")
    if wide * high == 1:
        return []
    if wide * high > LIMITS.span:
        raise Unsafe("E_UNSAFE_SIZE", "เซลล์ผสานกว้างเกินกำหนด", "a merged area too large")
    last = f"{column_letters(column + wide - 1)}{row + high}"
    return [f"{column_letters(column)}{row + 1}:{last}"]
