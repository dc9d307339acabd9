"""A workbook being written -> safe text, one font, cached formats, bytes that are the same every time.

xlsxwriter was chosen for everything we write: it is the only writer measured that keeps formulas with their values,
validations, conditional formats and charts together and gives the same bytes twice.
"""

from __future__ import annotations

import re
from datetime import datetime
from types import TracebackType
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

FONT = "TH SarabunPSK"
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_MAX_TEXT = 32_767
_MAX_LINKS = 65_000
_RISKY = ("=", "+", "-", "@", "\t", "\r")


def safe(text: str) -> str:
    """`text` without characters XML cannot carry, cut where Excel's limit is (with an ellipsis that says so)."""
    text = _ILLEGAL.sub("\u2423", text)
    return text if len(text) <= _MAX_TEXT else text[: _MAX_TEXT - 1] + "…"


def column_letter(column: int) -> str:
    """A column counted from 0 as formulas name it, fixed: 0 -> "$A"."""
    return str(xl_col_to_name(column, True))


class Book:
    """A workbook to fill: `with Book(path, as_of) as book: sheet = book.sheet("…")`.

    Every text goes through `text()`, which never becomes a formula or a link; `created` is `as_of`, so the same
    content gives the same bytes.
    """

    def __init__(
        self, path: str, as_of: datetime, size: float = 14, title: str = "", future_functions: bool = True
    ) -> None:
        self._book = xlsxwriter.Workbook(
            path,
            {
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                "use_future_functions": future_functions,
                "in_memory": True,
                # Column widths count digits of this font: Arial is 7 pixels in Excel and in every stand-in, Calibri is not.
                "default_format_properties": {"font_name": "Arial", "font_size": 10},
            },
        )
        self._book.set_properties({"created": as_of.replace(tzinfo=None), "title": title, "author": "opsbook"})
        self._size = size
        self._formats: dict[tuple[tuple[str, Any], ...], Format] = {}
        self._links: dict[str, int] = {}

    def __enter__(self) -> Book:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._book.close()

    @property
    def raw(self) -> xlsxwriter.Workbook:
        """The xlsxwriter workbook, for charts and defined names."""
        return self._book

    def format(self, **properties: Any) -> Format:
        """The cell format with these xlsxwriter properties; one object per set, in our font."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            merged = {"font_name": FONT, "font_size": self._size, "valign": "vcenter", **properties}
            self._formats[key] = self._book.add_format(merged)
        return self._formats[key]

    def sheet(self, name: str) -> Worksheet:
        """A new worksheet; the name is made legal for Excel (31 characters, no []:*?/\\)."""
        legal = re.sub(r"[\[\]:*?/\\]", "-", name).strip("'")[:31] or "Sheet"
        return self._book.add_worksheet(legal)

    def text(self, sheet: Worksheet, row: int, column: int, text: str, **properties: Any) -> None:
        """Write text as text, whatever it begins with (quotePrefix for = + - @ tab)."""
        text = safe(text)
        if text.startswith(_RISKY):
            properties["quote_prefix"] = True
        style = self.format(**properties)
        if text:
            sheet.write_string(row, column, text, style)
        else:
            sheet.write_blank(row, column, None, style)

    def number(self, sheet: Worksheet, row: int, column: int, value: float | None, **properties: Any) -> None:
        """Write a number; None and NaN leave a formatted blank."""
        style = self.format(**properties)
        if value is None or value != value:
            sheet.write_blank(row, column, None, style)
        else:
            sheet.write_number(row, column, value, style)

    def block(
        self, sheet: Worksheet, area: tuple[int, int, int, int], content: str | float | None, **properties: Any
    ) -> None:
        """Write into `area` (first row, first column, last row, last column) as one merged cell."""
        top, left, bottom, right = area
        if (top, left) != (bottom, right):
            sheet.merge_range(top, left, bottom, right, "", self.format(**properties))
        if isinstance(content, str):
            self.text(sheet, top, left, content, **properties)
        else:
            self.number(sheet, top, left, content, **properties)

    def link(self, sheet: Worksheet, row: int, column: int, target: str, text: str, **properties: Any) -> None:
        """Write a text that leads to `target`: "internal:'sheet'!A1", or "external:own_file.xlsx#'sheet'!A1".

        Excel drops links beyond 65,530 a sheet, so from there on the text stands alone.
        """
        done = self._links.get(sheet.name, 0)
        if not text or done >= _MAX_LINKS:
            self.text(sheet, row, column, text, **properties)
            return
        self._links[sheet.name] = done + 1
        text = safe(text)
        if text.startswith(_RISKY):
            properties["quote_prefix"] = True
        sheet.write_url(row, column, target, self.format(**properties), text)

    def formula(
        self, sheet: Worksheet, row: int, column: int, formula: str, value: str | float, **properties: Any
    ) -> None:
        """Write one of our own formulas with the value it has now, which readers that do not calculate show."""
        value = safe(value) if isinstance(value, str) else value
        sheet.write_formula(row, column, formula, self.format(**properties), value)
