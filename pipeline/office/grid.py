"""One sheet of a form being drawn: where its rows and columns stand, the look of a cell, one value written into it."""

from __future__ import annotations

from datetime import date, datetime
from functools import cached_property
from typing import Any

from xlsxwriter.worksheet import Worksheet

from pipeline.office.book import Book, safe
from pipeline.office.copies import Copy
from pipeline.office.layout import BORDER, COMPUTED, FIRST_ROW, INPUT, LOCKED, MARKS
from schemas.language import Field, Sheet


class Grid:
    """A sheet, its worksheet, the rows of the copy; `twins` is the hidden sheet of figures behind the formulas."""

    def __init__(
        self, book: Book, copy: Copy, sheet: Sheet, target: Worksheet, twins: Worksheet | None, name: str
    ) -> None:
        self.book, self.copy, self.sheet, self.target, self.twins, self.name = book, copy, sheet, target, twins, name
        self.rows = list(copy.values.get(sheet.key, ()))
        self.column = {f.key: n for n, f in enumerate(sheet.fields)}
        self.first = FIRST_ROW + (1 if copy.example else 0)
        self.last = self.first + max(1, len(self.rows) + sheet.spare_rows) - 1

    @cached_property
    def twin_keys(self) -> set[str]:
        """Keys of the columns whose figures formulas look at."""
        return {k for f in self.sheet.fields if f.total_of for k in (f.key, *f.total_of) if not k.endswith("_calc")}

    def style(self, f: Field, locked: bool, key: tuple[str, str]) -> dict[str, Any]:
        """How a cell of this field looks; `key` is (sheet key, address), by which a marked cell is coloured."""
        style: dict[str, Any] = {**BORDER, "num_format": "@", "text_wrap": f.kind not in ("number", "code")}
        if f.kind not in ("number", "code"):
            style |= {"align": "left", "indent": 1}
        else:
            style["align"] = "center" if f.kind == "code" else "right"
        if f.owner == "unit" and not locked:
            style.update(bg_color=INPUT, locked=False)
        else:
            style.update(bg_color=COMPUTED if f.kind == "computed" else LOCKED)
        if f.kind == "computed":
            style["num_format"] = "General"
            style["font_color"] = "#44505C"
        mark = self.copy.marks.get(key)
        if mark:
            style.update(bg_color=MARKS[mark[0]], border=2, border_color="#B3261E" if mark[0] == "error" else "#8A6D1B")
        return style

    def write(self, row: int, column: int, value: Any, style: dict[str, Any]) -> None:
        """Write a date or a number as what it is, everything else as text that never becomes a formula."""
        if isinstance(value, (datetime, date)):
            self.target.write_datetime(row, column, value, self.book.format(**{**style, "num_format": "d/m/yyyy"}))
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            self.target.write_number(row, column, float(value), self.book.format(**{**style, "num_format": "General"}))
        else:
            self.book.text(self.target, row, column, str(value), **style)

    def comment(self, row: int, column: int, at: tuple[str, str]) -> None:
        """What is wrong with a marked cell, as a note beside it."""
        if at in self.copy.marks:
            look = {"x_scale": 2.2, "y_scale": 1.3, "font_name": "TH SarabunPSK", "font_size": 12, "author": "opsbook"}
            self.target.write_comment(row, column, safe(self.copy.marks[at][1]), look)

    def choices(self, f: Field) -> dict[str, Any]:
        """The drop-down list of a field, as a data validation."""
        return {
            "validate": "list",
            "source": [c.text.th for c in f.choices],
            "error_title": "ไม่อยู่ในรายการ",
            "error_message": "เลือกจากรายการเท่านั้น",
            **prompt(f),
        }


def prompt(f: Field) -> dict[str, str]:
    """The hint beside a cell that is chosen, cut to what Excel takes."""
    if not f.note:
        return {}
    return {"input_title": f.label.th[:32], "input_message": f.note.th[:250]}
