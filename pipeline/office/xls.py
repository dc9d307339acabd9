"""The workbook stream of a safe old .xls -> its sheets as plain data, as `office.sheets` gives them.

Values come from python-calamine. What it is silent about (errors, formulas without a value, formats, merges, objects)
is taken from the records of the stream itself, which also say beforehand how much memory the reader would ask for.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pipeline.office.look import LIMITS, Unsafe, check_extent, check_merges, column_letters
from pipeline.office.shows import BUILT_IN

_BOF, _EOF, _PASSWORD, _SHEET, _FORMAT, _STYLE, _STRINGS = 0x809, 0x0A, 0x2F, 0x85, 0x41E, 0xE0, 0xFC
_EXTENT, _MERGES, _OBJECT, _FORMULA, _STRING, _BOOL_OR_ERROR = 0x200, 0xE5, 0x5D, 0x06, 0x207, 0x205
_MANY, _ONE = 0xBD, (0xFD, 0x203, 0x204, 0x27E, 0xD6)
_BIFF8, _WORKBOOK, _WORKSHEET = 0x600, 5, 0x10
_OURS = (0x14, 0x19)  # drop-down arrows and cell notes are objects too
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}


@dataclass
class Page:
    """One worksheet as its records describe it: (row, column) -> (kind or "", text, number format)."""

    name: str
    hidden: bool
    at: int
    places: dict[tuple[int, int], tuple[str, str, str]] = field(default_factory=dict)
    merges: list[str] = field(default_factory=list)
    objects: int = 0


def pages(stream: bytes) -> list[Page]:
    """The worksheets of a workbook stream, in tab order; raises Unsafe where it is locked, cut off or asks too much."""
    try:
        return _pages(stream)
    except (struct.error, IndexError, UnicodeError) as error:
        raise _cut() from error


def _cut() -> Unsafe:
    return Unsafe("E_UNSAFE_BROKEN", "ข้อมูล .xls ขาดหาย", ".xls records cut off")


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Records of one part of the stream, up to its end mark; parts inside it (charts) are passed over."""
    depth = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        body = stream[at + 4 : at + 4 + length]
        if len(body) < length:
            raise _cut()
        at += 4 + length
        depth += (kind == _BOF) - (kind == _EOF)
        if depth <= 0:
            return
        if depth == 1:
            yield kind, body
    raise _cut()


def _pages(stream: bytes) -> list[Page]:
    formats, styles, found = dict(BUILT_IN), [], []
    version, kind = struct.unpack_from("<HH", stream, 4)
    if struct.unpack_from("<H", stream)[0] != _BOF or version != _BIFF8 or kind != _WORKBOOK:
        raise Unsafe("E_NOT_OURS", "สมุดงานรุ่นเก่ามาก (.xls ก่อน Excel 97)", "a very old workbook (.xls before Excel 97)")
    for record, body in _records(stream, 0):
        if record == _PASSWORD:
            raise Unsafe("E_UNSAFE_PASSWORD")
        if record == _FORMAT:
            formats[struct.unpack_from("<H", body)[0]] = _words(body, 2, 2)
        elif record == _STYLE:
            styles.append(struct.unpack_from("<H", body, 2)[0])
        elif record == _STRINGS and struct.unpack_from("<I", body, 4)[0] > min(LIMITS.shared_strings, len(stream) // 3):
            raise Unsafe("E_UNSAFE_SIZE", "ข้อความมากเกินกำหนด", "too many strings")
        elif record == _SHEET:
            at, hidden, sort = struct.unpack_from("<IBB", body)
            if sort == 1:
                raise Unsafe("E_UNSAFE_CONTENT", "แมโครแบบเก่า (XLM)", "XLM macros")
            if sort == 0:
                found.append(Page(_words(body, 6, 1), hidden != 0, at))
    if len(found) > LIMITS.sheets:
        raise Unsafe("E_UNSAFE_SIZE", "แผ่นงานมากเกินกำหนด", "too many sheets")
    codes = [formats.get(s, "") for s in styles]
    for page in found:
        _fill(page, stream, codes)
    return found


def _words(body: bytes, at: int, width: int) -> str:
    """A string of the stream: its length in `width` bytes, a mark, one or two bytes a letter."""
    count = body[at] if width == 1 else struct.unpack_from("<H", body, at)[0]
    start = at + width + 1
    return (
        body[start : start + 2 * count].decode("utf-16-le")
        if body[at + width] & 1
        else body[start : start + count].decode("latin-1")
    )


def _fill(page: Page, stream: bytes, codes: list[str]) -> None:
    waits: tuple[int, int] | None = None  # a formula whose text must follow
    declared = 0
    for record, body in _records(stream, page.at):
        if waits is not None and record == _STRING:
            page.places[waits] = ("formula", "", "")
        if waits is not None and record not in (0x21, 0x4BC, 0x221):  # a shared formula stands between
            waits = None
        if record == _BOF and struct.unpack_from("<H", body, 2)[0] != _WORKSHEET:
            raise Unsafe("E_UNSAFE_BROKEN", "แผ่นงานผิดชนิด", "a sheet of another kind")
        if record == _EXTENT:
            top, bottom, left, right = struct.unpack_from("<IIHH", body)
            declared = max(declared, (bottom - top) * (right - left))
        elif record in _ONE:
            row, column, style = struct.unpack_from("<HHH", body)
            page.places[row, column] = ("", "", codes[style] if style < len(codes) else "")
        elif record == _MANY:
            row, column = struct.unpack_from("<HH", body)
            for n in range((len(body) - 6) // 6):
                style = struct.unpack_from("<H", body, 4 + 6 * n)[0]
                page.places[row, column + n] = ("", "", codes[style] if style < len(codes) else "")
        elif record == _BOOL_OR_ERROR:
            row, column, _, value, wrong = struct.unpack_from("<HHHBB", body)
            page.places[row, column] = ("error", _ERRORS.get(value, "#ERROR!"), "") if wrong else ("", "", "")
        elif record == _FORMULA:
            waits = _formula(page, body, codes)
        elif record == _MERGES:
            _merges(page, body)
        elif record == _OBJECT and len(body) >= 6 and struct.unpack_from("<H", body, 4)[0] not in _OURS:
            page.objects += 1
    if len(page.places) > LIMITS.cells:
        raise Unsafe("E_UNSAFE_SIZE", f"{len(page.places)} เซลล์", f"{len(page.places)} cells")
    check_extent(max((r for r, _ in page.places), default=0) + 1, max((c for _, c in page.places), default=0) + 1)
    check_merges(len(page.merges))
    if declared > LIMITS.area:  # sound, but the value reader asks for memory as declared
        raise Unsafe(
            "E_NOT_OURS", "สมุดงานที่ประกาศพื้นที่กว้างกว่าข้อมูลมาก", "a workbook that declares far more area than it fills"
        )


def _formula(page: Page, body: bytes, codes: list[str]) -> tuple[int, int] | None:
    """Note a formula's cell; its place where a text must follow in the next record."""
    row, column, style, result = struct.unpack_from("<HHH8s", body)
    code = codes[style] if style < len(codes) else ""
    page.places[row, column] = ("formula", "", code)
    if result[6:] != b"\xff\xff":
        # 0 is also what LibreOffice stores for a text and scripts for what they did not compute: it says nothing.
        if result == b"\x00" * 8:
            page.places[row, column] = ("formula_empty", "", "")
    elif result[0] == 2:
        page.places[row, column] = ("error", _ERRORS.get(result[2], "#ERROR!"), "")
    elif result[0] == 0:
        page.places[row, column] = ("formula_empty", "", "")
        return row, column
    return None


def _merges(page: Page, body: bytes) -> None:
    count = struct.unpack_from("<H", body)[0]
    for n in range(count):
        top, bottom, left, right = struct.unpack_from("<HHHH", body, 2 + 8 * n)
        if (bottom - top + 1) * (right - left + 1) > LIMITS.span:
            raise Unsafe("E_UNSAFE_SIZE", "เซลล์ผสานกว้างเกินกำหนด", "a merged area too large")
        page.merges.append(f"{column_letters(left)}{top + 1}:{column_letters(right)}{bottom + 1}")


def objects_of(page: Page) -> list[dict[str, Any]]:
    """Pictures and the like on the sheet; where they stand is not looked up."""
    return [{"address": ""} for _ in range(page.objects)]
