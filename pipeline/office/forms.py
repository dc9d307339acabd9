"""A form, a head and rows of values -> the workbook a person fills: templates, the plan workbook, marked copies."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from xlsxwriter.worksheet import Worksheet

from pipeline.office import live
from pipeline.office.book import Book, safe
from pipeline.office.look import column_letters
from pipeline.office.reader import address
from schemas.forms.quarterly_result import REPORTABLE, STATUSES
from schemas.language import Field, Form, Sheet, Text
from schemas.thai import width

IDENTITY, TWINS = "_opsbook", "_calc"
GROUP_ROW, KEY_ROW, HEAD_ROW, FIRST_ROW = 4, 5, 6, 7
SIGN_ROW, SIGN_LABEL, SIGN_CELL = 1, (2, 5), (6, 7)  # cells that speak for the whole sheet: first row, columns
_SIZE = 14
_SCALE = 66  # per cent, where a sheet says itself where its pages break; 14 pt prints as 9 pt
_LINE = 24.5  # 1.75 x font size: lower, and marks above Thai letters are cut

INPUT, LOCKED, COMPUTED, EXAMPLE = "#FFF8DC", "#EEF1F4", "#E4E9EE", "#F7F7F7"
HEAD, HEAD_TEXT, GROUP = "#1F3A5F", "#FFFFFF", "#C9D6E5"
MARKS = {"error": "#F8C9C4", "query": "#FCE3B6", "warning": "#FFF1A8", "info": "#D6E8F7"}
_BORDER = {"border": 1, "border_color": "#B8C2CC"}


@dataclass(frozen=True)
class Fix:
    """One line of the "what to fix" sheet, and the cells it colours: field keys of one row of one sheet."""

    rule: str
    severity: str
    sheet: str
    cells: tuple[str, ...]
    where: str
    found: str
    advice: str
    proposal: str = ""
    record: str = ""  # JSON for the hidden sheet: what was asked, so that the file can be compared when it comes back


@dataclass
class Copy:
    """What is drawn: head lines, identity, values per sheet key, locked rows, fixes. `values[sheet][n]` is one row.

    A value may be text (typed), float (a number cell) or a date (a date cell).
    """

    form: Form
    fiscal_year: int
    title: Text
    head: tuple[tuple[str, str], ...]
    identity: Mapping[str, str]
    values: Mapping[str, Sequence[Mapping[str, Any]]]
    as_of: datetime
    locked: set[tuple[str, int]] = field(default_factory=set)
    ways: Mapping[str, str] = field(default_factory=dict)
    ratios: set[str] = field(default_factory=set)
    example: bool = False
    fixes: Sequence[Fix] = ()
    marks: Mapping[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    signs: Mapping[tuple[str, str], str] = field(
        default_factory=dict
    )  # texts of a sheet's head, by sheet and field key


def draw(copy: Copy, path: str) -> None:
    """Write the workbook: (what to fix,) instructions, one sheet per table, hidden twins and identity."""
    # The prefixes of newer functions are written in `live`; letting xlsxwriter look for them costs 160 regex passes a formula.
    with Book(path, copy.as_of, _SIZE, copy.title.th, future_functions=False) as book:
        sheets = copy.form.sheets(copy.fiscal_year)
        names = {s.key: s.name for s in sheets}
        if copy.fixes:
            _fix_sheet(book, copy)
        _instructions(book, copy, sheets)
        drawn = {s.key: book.sheet(s.name) for s in sheets}
        twins = book.raw.add_worksheet(TWINS) if any(f.total_of for s in sheets for f in s.fields) else None
        for sheet in sheets:
            _Table(book, copy, sheet, drawn[sheet.key], twins, names[sheet.key]).draw()
        if twins:
            twins.hide()
        _identity(book, copy)
        if copy.fixes:
            book.raw.worksheets()[0].activate()
        else:
            drawn[sheets[0].key].activate() if copy.form.order else book.raw.worksheets()[0].activate()


def _identity(book: Book, copy: Copy) -> None:
    sheet = book.raw.add_worksheet(IDENTITY)
    for row, (key, value) in enumerate(copy.identity.items()):
        book.text(sheet, row, 0, key)
        book.text(sheet, row, 1, value)
    for n, fix in enumerate(copy.fixes, 1):
        if len(fix.record) < 32_000:
            book.text(sheet, len(copy.identity) + n - 1, 0, f"fix.{n}")
            book.text(sheet, len(copy.identity) + n - 1, 1, fix.record)
    sheet.very_hidden()


def _instructions(book: Book, copy: Copy, sheets: Sequence[Sheet]) -> None:
    sheet = book.sheet("คำชี้แจง")
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 3)
    sheet.set_column(1, 1, 32)
    sheet.set_column(2, 2, 92)
    sheet.set_row(0, 40)
    book.text(sheet, 0, 1, copy.title.th, bold=True, font_size=22, font_color=HEAD)
    sheet.set_row(1, 26)
    book.text(sheet, 1, 1, copy.title.en, font_size=13, font_color="#5A6672")
    row = 3
    for label, value in copy.head:
        sheet.set_row(row, _LINE)
        book.text(sheet, row, 1, label, font_color="#5A6672")
        book.text(sheet, row, 2, value, bold=True)
        row += 1
    row = _legend(book, sheet, row + 1, bool(copy.form.order))
    lines = [*copy.form.instructions]
    for table in sheets:
        lines += [Text(f"แผ่นงาน “{table.name}”: {i.th}", f"Sheet “{table.name}”: {i.en}") for i in table.instructions]
    for text in lines:
        sheet.set_row(row, _LINE)
        book.text(sheet, row, 1, text.th)
        sheet.set_row(row + 1, 21)
        book.text(sheet, row + 1, 1, text.en, font_size=11, font_color="#5A6672")
        row += 2
    _page(sheet, landscape=False, wide=1)


def _legend(book: Book, sheet: Worksheet, row: int, unit_form: bool) -> int:
    entries = [
        (INPUT, "ช่องกรอก", "type here"),
        (LOCKED, "ส่วนกลางกำหนด", "set by the centre"),
        (COMPUTED, "ระบบคำนวณ", "computed"),
    ]
    if not unit_form:
        entries = [entries[0], (EXAMPLE, "ตัวอย่าง", "example, never read")]
    for colour, th, en in entries:
        sheet.set_row(row, _LINE)
        book.text(sheet, row, 1, th, bg_color=colour, align="center", **_BORDER)
        book.text(sheet, row, 2, en, font_color="#5A6672", font_size=12)
        row += 1
    return row + 1


def _page(sheet: Worksheet, landscape: bool, wide: int) -> None:
    sheet.set_paper(9)
    if landscape:
        sheet.set_landscape()
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    if wide:
        sheet.fit_to_pages(wide, 0)
    else:
        sheet.set_print_scale(_SCALE)
    sheet.set_footer('&L&"TH SarabunPSK"&11&F&R&"TH SarabunPSK"&11หน้า &P / &N')


def lines_of(text: str, column_width: float) -> int:
    """Lines the text takes in a wrapped cell of this width (Thai marks take no room)."""
    room = max(3.0, column_width * 0.66)  # the widest of the fonts that stand in for TH SarabunPSK
    return sum(_wrapped(part, room) for part in str(text).split("\n"))


def _wrapped(line: str, room: float) -> int:
    """Lines of one paragraph; a word longer than the column (a file name) breaks where it can and leaves ends empty."""
    if any(width(word) > room and word[-5:].isascii() for word in line.split(" ")):
        room *= 0.75
    return max(1, math.ceil(width(line) / room))


class _Table:
    """One sheet of a form being drawn."""

    def __init__(
        self, book: Book, copy: Copy, sheet: Sheet, target: Worksheet, twins: Worksheet | None, name: str
    ) -> None:
        self.book, self.copy, self.sheet, self.target, self.twins, self.name = book, copy, sheet, target, twins, name
        self.rows = list(copy.values.get(sheet.key, ()))
        self.column = {f.key: n for n, f in enumerate(sheet.fields)}
        self.first = FIRST_ROW + (1 if copy.example else 0)
        self.last = self.first + max(1, len(self.rows) + sheet.spare_rows) - 1

    def draw(self) -> None:
        self._heading()
        if self.copy.example:
            self._example()
        for n, values in enumerate(self.rows):
            self._row(self.first + n, values, (self.sheet.key, n) in self.copy.locked)
        for row in range(self.first + len(self.rows), self.last + 1):
            self._spare(row)
        self._checks()
        self._finish()

    def _heading(self) -> None:
        sheet, target = self.sheet, self.target
        self._title()
        for n, (label, value) in enumerate(self.copy.head[:3], 1):
            room = sum(f.width for f in self.sheet.fields[1 : self.sheet.freeze]) or 60.0
            target.set_row(n, _LINE * lines_of(value, room))
            self.book.text(target, n, 0, label, font_color="#5A6672", font_size=12)
            if self.sheet.freeze == 2:  # beside it stand the cells of sign-off: it wraps within its own column
                self.book.text(target, n, 1, value, bold=True, text_wrap=True, align="left")
            else:
                self.book.text(target, n, 1, value, bold=True)
        self._head_cells()
        target.set_default_row(_LINE)
        target.set_row(GROUP_ROW, 27)
        target.set_row(KEY_ROW, 12, None, {"hidden": True})
        target.set_row(HEAD_ROW, max(_heading_height(f) for f in sheet.fields))
        for f in sheet.fields:
            column = self.column[f.key]
            target.set_column(column, column, f.width)
            self.book.text(target, KEY_ROW, column, f.key, font_size=8, font_color="#5F6B77")
            self._heading_cell(column, f)
        self._groups()

    def _title(self) -> None:
        """The sheet's title, within the columns that are printed again on every page."""
        style: dict[str, Any] = {"bold": True, "font_size": 18, "font_color": HEAD, "text_wrap": True}
        room = sum(f.width for f in self.sheet.fields[: self.sheet.freeze]) * 14 / 18
        self.target.set_row(0, 32 * lines_of(self.sheet.title.th, room) + 4)
        if self.sheet.freeze > 1:
            self.target.merge_range(0, 0, 0, self.sheet.freeze - 1, "", self.book.format(**style))
        self.book.text(self.target, 0, 0, self.sheet.title.th, **style)

    def _head_cells(self) -> None:
        """The cells above the table by which the whole sheet is signed off, each with its label to the left."""
        for n, f in enumerate(self.sheet.head):
            row, at = SIGN_ROW + n, (self.sheet.key, address(SIGN_ROW + n, SIGN_CELL[0]))
            label = {"align": "right", "indent": 1, "font_color": HEAD, "bold": True}
            self.book.block(self.target, (row, SIGN_LABEL[0], row, SIGN_LABEL[1]), f.label.th, **label)
            style = {**self._style(f, False, at), "align": "center", "bold": True}
            text = self.copy.signs.get((self.sheet.key, f.key), "")
            self.book.block(self.target, (row, SIGN_CELL[0], row, SIGN_CELL[1]), text, **style)
            self.target.data_validation(row, SIGN_CELL[0], row, SIGN_CELL[0], self._list(f))
            self._comment(row, SIGN_CELL[0], at)

    def _heading_cell(self, column: int, f: Field) -> None:
        style: dict[str, Any] = {
            "text_wrap": True,
            "align": "center",
            "bg_color": HEAD if f.owner == "unit" else "#5F7288",
            "font_color": HEAD_TEXT,
            **_BORDER,
        }
        thai = self.book.format(bold=True, font_color=HEAD_TEXT)
        english = self.book.format(font_size=10, font_color="#DCE5EE")
        if f.label.en == f.label.th:
            self.book.text(self.target, HEAD_ROW, column, f.label.th, bold=True, **style)
        else:
            self.target.write_rich_string(
                HEAD_ROW, column, thai, f.label.th, english, f"\n{f.label.en}", self.book.format(**style)
            )

    def _groups(self) -> None:
        style: dict[str, Any] = {
            "bold": True,
            "bg_color": GROUP,
            "font_color": HEAD,
            "align": "left",
            "top": 1,
            "bottom": 1,
            "border_color": "#B8C2CC",
        }
        previous = None
        for f in self.sheet.fields:
            shown = f.group.th if f.group and f.group != previous else ""
            if f.group:
                self.book.text(self.target, GROUP_ROW, self.column[f.key], shown, **style)
            previous = f.group

    def _example(self) -> None:
        self.target.set_row(FIRST_ROW, _LINE)
        for f in self.sheet.fields:
            text = "ตัวอย่าง" if f.key == "mark" else f.example
            self.book.text(
                self.target,
                FIRST_ROW,
                self.column[f.key],
                text,
                italic=True,
                bg_color=EXAMPLE,
                font_color="#5F6B77",
                num_format="@",
                **_BORDER,
            )

    def _style(self, f: Field, locked: bool, key: tuple[str, str]) -> dict[str, Any]:
        style: dict[str, Any] = {**_BORDER, "num_format": "@", "text_wrap": f.kind not in ("number", "code")}
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

    def _row(self, row: int, values: Mapping[str, Any], locked: bool) -> None:
        wrapped = (f for f in self.sheet.fields if f.kind not in ("number", "code", "computed"))
        height = max((lines_of(str(values.get(f.key, "")), f.width) for f in wrapped), default=1)
        self.target.set_row(row, _LINE * min(max(1, height), 12))
        for f in self.sheet.fields:
            column = self.column[f.key]
            at = (self.sheet.key, address(row, column))
            if f.kind == "computed":
                self._computed(row, column, f, values)
            else:
                self._value(row, column, values.get(f.key, ""), self._style(f, locked, at))
            if self.twins and f.kind == "number" and f.key in self._twin_keys:
                self._twin(row, column, values)
            self._comment(row, column, at)

    def _comment(self, row: int, column: int, at: tuple[str, str]) -> None:
        """What is wrong with a marked cell, as a note beside it."""
        if at in self.copy.marks:
            look = {"x_scale": 2.2, "y_scale": 1.3, "font_name": "TH SarabunPSK", "font_size": 12, "author": "opsbook"}
            self.target.write_comment(row, column, safe(self.copy.marks[at][1]), look)

    def _value(self, row: int, column: int, value: Any, style: dict[str, Any]) -> None:
        if isinstance(value, (datetime, date)):
            self.target.write_datetime(row, column, value, self.book.format(**{**style, "num_format": "d/m/yyyy"}))
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            self.target.write_number(row, column, float(value), self.book.format(**{**style, "num_format": "General"}))
        else:
            self.book.text(self.target, row, column, str(value), **style)

    def _spare(self, row: int) -> None:
        for f in self.sheet.fields:
            self.target.write_blank(row, self.column[f.key], None, self.book.format(**self._style(f, False, ("", ""))))

    # -- formulas -------------------------------------------------------------------------------------------------

    @cached_property
    def _twin_keys(self) -> set[str]:
        return {k for f in self.sheet.fields if f.total_of for k in (f.key, *f.total_of) if not k.endswith("_calc")}

    def _twin_cell(self, row: int, key: str) -> str:
        return f"{TWINS}!{address(row, self.column[key])}"

    def _twin_values(self, values: Mapping[str, Any]) -> dict[str, float | str]:
        ratio = str(values.get("indicator", "")) in self.copy.ratios
        return {
            f.key: live.twin_value(values.get(f.key, ""), ratio) for f in self.sheet.fields if f.key in self._twin_keys
        }

    def _twin(self, row: int, column: int, values: Mapping[str, Any]) -> None:
        assert self.twins is not None
        ratio = str(values.get("indicator", "")) in self.copy.ratios
        key = self.sheet.fields[column].key
        cell = f"'{self.name}'!{address(row, column)}"
        self.twins.write_formula(row, column, live.twin(cell, ratio), None, live.twin_value(values.get(key, ""), ratio))

    def _computed(self, row: int, column: int, f: Field, values: Mapping[str, Any]) -> None:
        style = self.book.format(**self._style(f, True, ("", "")))
        if f.total_of:
            way = self.copy.ways.get(str(values.get("indicator", "")), "sum")
            twins = self._twin_values(values)
            formula = live.total([self._twin_cell(row, k) for k in f.total_of], way)
            self.target.write_formula(
                row, column, formula, style, live.total_value([twins[k] for k in f.total_of], way)
            )
        elif self.sheet.period:
            can, behind = REPORTABLE[0].text.th, STATUSES[2].text.th
            at = {
                k: address(row, self.column[k])
                for k in ("reportable", "value", "details", "plan_status", "problem", "remedy", "evidence")
            }
            self.target.write_formula(
                row, column, live.result_check(at, can, behind), style, live.result_check_value(values, can, behind)
            )
        else:
            twins = self._twin_values(values)
            totals = {g.key: g.total_of for g in self.sheet.fields if g.total_of and g.kind == "number"}
            cells = {k: self._twin_cell(row, k) for k in twins}
            self.target.write_formula(
                row, column, live.plan_check(cells, totals), style, live.plan_check_value(twins, totals)
            )

    # -- checks while typing --------------------------------------------------------------------------------------

    def _checks(self) -> None:
        for f in self.sheet.fields:
            if f.owner != "unit":
                continue
            column = self.column[f.key]
            area = (self.first, column, self.last, column)
            if f.kind == "choice":
                self.target.data_validation(*area, self._list(f))
            elif f.kind == "number":
                self._number_checks(f, area)
            elif f.note:
                self.target.data_validation(*area, {"validate": "any", **_prompt(f)})

    def _list(self, f: Field) -> dict[str, Any]:
        return {
            "validate": "list",
            "source": [c.text.th for c in f.choices],
            "error_title": "ไม่อยู่ในรายการ",
            "error_message": "เลือกจากรายการเท่านั้น",
            **_prompt(f),
        }

    def _number_checks(self, f: Field, area: tuple[int, int, int, int]) -> None:
        cell = address(area[0], area[1])
        self.target.data_validation(
            *area,
            {
                "validate": "custom",
                "value": live.CHARACTERS.format(c=cell),
                "error_title": "กรอกได้เฉพาะตัวเลข",
                "error_message": "กรอกได้เฉพาะตัวเลข 0-9 และ , / . - เท่านั้น",
                **_prompt(f),
            },
        )
        red = self.book.format(bg_color="#F8C9C4", font_color="#8C1D18")
        self.target.conditional_format(
            *area, {"type": "formula", "criteria": live.CHARACTERS_WRONG.format(c=cell), "format": red}
        )
        if f.total_of:
            parts = [address(area[0], self.column[p]) for p in f.total_of]
            amber = self.book.format(bg_color="#FCE3B6", font_color="#7A4B00")
            self.target.conditional_format(
                *area, {"type": "formula", "criteria": live.missing_total(parts, cell), "format": amber}
            )

    def _finish(self) -> None:
        target, sheet = self.target, self.sheet
        target.hide_gridlines(2)
        target.freeze_panes(self.first if self.sheet.fixed else FIRST_ROW, sheet.freeze)
        last = column_letters(len(sheet.fields) - 1)
        target.ignore_errors({"number_stored_as_text": f"A1:{last}{self.last + 1}"})
        _page(target, landscape=True, wide=0 if sheet.breaks else sheet.pages_wide)
        if sheet.breaks:
            target.set_v_pagebreaks([self.column[k] for k in sheet.breaks])
        target.repeat_rows(HEAD_ROW)
        target.repeat_columns(0, sheet.freeze - 1)
        printed = [n for f, n in zip(sheet.fields, self.column.values(), strict=True) if f.key not in ("check", "mark")]
        target.print_area(0, 0, self.first + len(self.rows) + min(sheet.spare_rows, 10) - 1, max(printed))
        if sheet.fixed:
            target.protect(
                "", {"format_columns": True, "format_rows": True, "select_locked_cells": True, "autofilter": True}
            )
        target.set_zoom(90)


def _heading_height(f: Field) -> float:
    return _LINE * lines_of(f.label.th, f.width) + 18.0 * lines_of(f.label.en, f.width * 1.25) + 4


def _prompt(f: Field) -> dict[str, str]:
    if not f.note:
        return {}
    return {"input_title": f.label.th[:32], "input_message": f.note.th[:250]}


_SEVERITY_TH = {"error": "ต้องแก้", "query": "ขอคำยืนยัน", "warning": "โปรดตรวจ", "info": "แจ้งให้ทราบ"}
_FIX_WIDTHS = (6, 13, 22, 34, 52, 46, 20, 10)
_CELLS = 10  # cells of a line named on the first sheet; the colour in the sheets shows all of them
_HIGHEST = 408  # points: the highest row that Excel shows
FIX_SHEET, ACCEPT_HEAD, ACCEPT = "สิ่งที่ต้องแก้", "ยอมรับ", "✓"


def _fix_sheet(book: Book, copy: Copy) -> None:
    sheet = book.sheet(FIX_SHEET)
    sheet.hide_gridlines(2)
    errors = sum(f.severity == "error" for f in copy.fixes)
    sheet.set_row(0, 40)
    book.text(
        sheet,
        0,
        0,
        f"สิ่งที่ต้องแก้ {errors} รายการ" if errors else "ไม่มีสิ่งที่ต้องแก้",
        bold=True,
        font_size=22,
        font_color="#8C1D18",
    )
    sheet.set_row(1, _LINE)
    how = "แก้ในช่องที่ระบายสี แล้วบันทึกและส่งไฟล์นี้กลับได้เลย ไม่ต้องย้ายข้อมูลไปไฟล์อื่น"
    how_en = "Correct the coloured cells, save, and send this very file back."
    if any(fix.proposal for fix in copy.fixes):
        how += f" ถ้าเห็นด้วยกับค่าที่เสนอ เลือก {ACCEPT} ในช่อง “{ACCEPT_HEAD}” แทนการพิมพ์"
        how_en += f" To take a proposed value, pick {ACCEPT} in the last column instead."
    book.text(sheet, 1, 0, how, font_color=HEAD)
    sheet.set_row(2, 21)
    book.text(sheet, 2, 0, how_en, font_size=11, font_color="#5A6672")
    heads = ("ที่", "ระดับ", "ไปที่ (คลิก)", "ตัวชี้วัด / งวด / ช่อง", "พบว่า", "วิธีแก้", "ค่าที่เสนอ", ACCEPT_HEAD)
    sheet.set_row(4, 30)
    for column, (label, wide) in enumerate(zip(heads, _FIX_WIDTHS, strict=True)):
        sheet.set_column(column, column, wide)
        book.text(sheet, 4, column, label, bold=True, bg_color=HEAD, font_color=HEAD_TEXT, align="center", **_BORDER)
    for n, fix in enumerate(copy.fixes, 1):
        _fix_line(book, sheet, 4 + n, n, fix)
    sheet.freeze_panes(5, 0)
    sheet.repeat_rows(4)
    _page(sheet, landscape=True, wide=1)


def _fix_line(book: Book, sheet: Worksheet, row: int, n: int, fix: Fix) -> None:
    centred: dict[str, Any] = {"text_wrap": True, "valign": "top", "align": "center", **_BORDER}
    style: dict[str, Any] = {"text_wrap": True, "valign": "top", "align": "left", "indent": 1, **_BORDER}
    where = fix.where
    if len(fix.cells) > 1:
        where += f"\nช่อง {', '.join(fix.cells[:_CELLS])}{f' … (+{len(fix.cells) - _CELLS})' if len(fix.cells) > _CELLS else ''}"
    shown = f"{fix.sheet} {fix.cells[0] if fix.cells else ''}".strip()
    texts = (shown, where.strip(), fix.found, fix.advice, fix.proposal)
    lines = max(lines_of(text, wide) for text, wide in zip(texts, _FIX_WIDTHS[2:], strict=False))
    sheet.set_row(row, min(_LINE * lines + 4, _HIGHEST))
    book.number(sheet, row, 0, n, **centred)
    book.text(sheet, row, 1, _SEVERITY_TH[fix.severity], bg_color=MARKS[fix.severity], **centred)
    if fix.cells:
        link = book.format(font_color="#0B57D0", underline=1, **style)
        sheet.write_url(row, 2, f"internal:'{fix.sheet}'!{fix.cells[0]}", link, safe(shown))
    else:
        book.text(sheet, row, 2, shown, **style)
    for column, text in enumerate(texts[1:], 3):
        book.text(sheet, row, column, text, num_format="@", **style)
    if fix.proposal:
        book.text(sheet, row, 7, "", bg_color=INPUT, **centred)
        sheet.data_validation(
            row,
            7,
            row,
            7,
            {
                "validate": "list",
                "source": [ACCEPT],
                "input_title": "ยอมรับค่าที่เสนอ",
                "input_message": "เลือก ✓ แล้วส่งไฟล์กลับ ระบบจะใส่ค่าให้",
            },
        )
    else:
        book.text(sheet, row, 7, "", **style)
