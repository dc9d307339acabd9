"""A form, a head and rows of values -> the workbook a person fills: templates, the plan workbook, marked copies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xlsxwriter.worksheet import Worksheet

from pipeline.office.book import Book, safe
from pipeline.office.copies import Copy, Fix
from pipeline.office.entry import checks
from pipeline.office.filling import draw_row, draw_spare, finish
from pipeline.office.grid import Grid
from pipeline.office.headings import draw_example, draw_heading
from pipeline.office.layout import (
    BORDER,
    COMPUTED,
    EXAMPLE,
    HEAD,
    HEAD_TEXT,
    INPUT,
    LINE,
    LOCKED,
    MARKS,
    TWINS,
    lines_of,
    page,
)
from schemas.language import Sheet, Text

IDENTITY = "_opsbook"
_SIZE = 14


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
            _draw_table(Grid(book, copy, sheet, drawn[sheet.key], twins, names[sheet.key]))
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
        sheet.set_row(row, LINE)
        book.text(sheet, row, 1, label, font_color="#5A6672")
        book.text(sheet, row, 2, value, bold=True)
        row += 1
    row = _legend(book, sheet, row + 1, bool(copy.form.order))
    lines = [*copy.form.instructions]
    for table in sheets:
        lines += [Text(f"แผ่นงาน “{table.name}”: {i.th}", f"Sheet “{table.name}”: {i.en}") for i in table.instructions]
    for text in lines:
        sheet.set_row(row, LINE)
        book.text(sheet, row, 1, text.th)
        sheet.set_row(row + 1, 21)
        book.text(sheet, row + 1, 1, text.en, font_size=11, font_color="#5A6672")
        row += 2
    page(sheet, landscape=False, wide=1)


def _legend(book: Book, sheet: Worksheet, row: int, unit_form: bool) -> int:
    entries = [
        (INPUT, "ช่องกรอก", "type here"),
        (LOCKED, "ส่วนกลางกำหนด", "set by the centre"),
        (COMPUTED, "ระบบคำนวณ", "computed"),
    ]
    if not unit_form:
        entries = [entries[0], (EXAMPLE, "ตัวอย่าง", "example, never read")]
    for colour, th, en in entries:
        sheet.set_row(row, LINE)
        book.text(sheet, row, 1, th, bg_color=colour, align="center", **BORDER)
        book.text(sheet, row, 2, en, font_color="#5A6672", font_size=12)
        row += 1
    return row + 1


def _draw_table(grid: Grid) -> None:
    draw_heading(grid)
    if grid.copy.example:
        draw_example(grid)
    for n, values in enumerate(grid.rows):
        draw_row(grid, grid.first + n, values, (grid.sheet.key, n) in grid.copy.locked)
    for row in range(grid.first + len(grid.rows), grid.last + 1):
        draw_spare(grid, row)
    checks(grid)
    finish(grid)


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
    sheet.set_row(1, LINE)
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
        book.text(sheet, 4, column, label, bold=True, bg_color=HEAD, font_color=HEAD_TEXT, align="center", **BORDER)
    for n, fix in enumerate(copy.fixes, 1):
        _fix_line(book, sheet, 4 + n, n, fix)
    sheet.freeze_panes(5, 0)
    sheet.repeat_rows(4)
    page(sheet, landscape=True, wide=1)


def _fix_line(book: Book, sheet: Worksheet, row: int, n: int, fix: Fix) -> None:
    centred: dict[str, Any] = {"text_wrap": True, "valign": "top", "align": "center", **BORDER}
    style: dict[str, Any] = {"text_wrap": True, "valign": "top", "align": "left", "indent": 1, **BORDER}
    where = fix.where
    if len(fix.cells) > 1:
        where += f"\nช่อง {', '.join(fix.cells[:_CELLS])}{f' … (+{len(fix.cells) - _CELLS})' if len(fix.cells) > _CELLS else ''}"
    shown = f"{fix.sheet} {fix.cells[0] if fix.cells else ''}".strip()
    texts = (shown, where.strip(), fix.found, fix.advice, fix.proposal)
    lines = max(lines_of(text, wide) for text, wide in zip(texts, _FIX_WIDTHS[2:], strict=False))
    sheet.set_row(row, min(LINE * lines + 4, _HIGHEST))
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
