"""lists/UNIT.xlsx: the same list as a workbook, with real numbers."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.model import Scorecard
from pipeline.office import styles
from pipeline.office.book import Book, Worksheet
from pipeline.report import kpi_list
from pipeline.report.kpi_list import WORDS, Group, ListColumn, Listing
from schemas.numbers import parse

PATTERN = "lists/{}.xlsx"
SHEET = "ตัวชี้วัด"
_SIZE, _TITLE_SIZE = 13.0, 18.0
_COLUMNS_A_MM = 0.56


parts = kpi_list.parts  # what the document is made from


def draw(part: Scorecard, path: str) -> None:
    """Write the list on one sheet."""
    workbook(part, kpi_list.listing(part), path)


def workbook(part: Scorecard, shown: Listing, path: str) -> None:
    """Write a list of indicators on one sheet, A4 across, headings repeated on each page."""
    cols = shown.columns
    widths = [round(max(8.5, c.width * _COLUMNS_A_MM), 1) for c in cols]
    last = len(cols) - 1
    with Book(path, part.as_of, size=_SIZE, title=shown.title) as book:
        sheet = book.sheet(SHEET)
        for n, width in enumerate(widths):
            sheet.set_column(n, n, width)
        sheet.set_row(0, styles.row_height(_TITLE_SIZE))
        look = {"bold": True, "font_size": _TITLE_SIZE, "font_color": styles.NAVY, "align": "center", "shrink": True}
        book.block(sheet, (0, 0, 0, last), shown.title, **look)
        sheet.set_row(1, styles.row_height(_SIZE))
        book.block(sheet, (1, 0, 1, last), shown.basis, font_color=styles.MUTED, align="center")
        _heads(book, sheet, cols, widths)
        _lines(book, sheet, cols, widths, shown.groups)
        sheet.freeze_panes(4, next(n for n, c in enumerate(cols) if c.key == "name") + 1)
        styles.page(sheet, shown.basis, header_rows=(2, 3))


def _heads(book: Book, sheet: Worksheet, cols: Sequence[ListColumn], widths: Sequence[float]) -> None:
    look = {
        "bold": True, "font_color": styles.WHITE, "bg_color": styles.NAVY, "align": "center", "text_wrap": True, "border": 1, "border_color": styles.LINE,
    }  # fmt: skip
    # Bold words in narrow columns: a line breaks before a word and is seldom four fifths full.
    most = max(
        styles.lines_of(c.label.th, w * 0.8, _SIZE) for c, w in zip(cols, widths, strict=True) if c.group is None
    )
    sheet.set_row(2, styles.row_height(_SIZE))
    sheet.set_row(3, max(styles.row_height(_SIZE), styles.row_height(_SIZE, most) - styles.row_height(_SIZE)))
    at = 0
    while at < len(cols):
        group = cols[at].group
        size = sum(1 for c in cols if c.group == group) if group else 1
        if group:
            book.block(sheet, (2, at, 2, at + size - 1), group.th, **look)
            for n in range(at, at + size):
                book.text(sheet, 3, n, cols[n].label.th, **look)
        else:
            book.block(sheet, (2, at, 3, at), cols[at].label.th, **look)
        at += size


def _lines(
    book: Book, sheet: Worksheet, cols: Sequence[ListColumn], widths: Sequence[float], groups: Sequence[Group]
) -> None:
    row = 4
    for group in groups:
        sheet.set_row(row, styles.row_height(_SIZE + 1))
        band = {"bold": True, "font_size": _SIZE + 1, "bg_color": styles.BAND, "font_color": styles.NAVY, "indent": 1}
        book.block(sheet, (row, 0, row, len(cols) - 1), group.name, **band)
        row += 1
        for line in group.lines:
            sizes = [styles.lines_of(line[c.key], w, _SIZE) for c, w in zip(cols, widths, strict=True)]
            sheet.set_row(row, styles.row_height(_SIZE, max(sizes)))
            for n, column in enumerate(cols):
                _cell(book, sheet, row, n, column, line[column.key])
            row += 1


def _cell(book: Book, sheet: Worksheet, row: int, at: int, column: ListColumn, text: str) -> None:
    rule = {"border": 1, "border_color": styles.LINE, "valign": "top"}
    number = parse(text)
    if column.key in WORDS:
        book.text(sheet, row, at, text, text_wrap=True, **rule)
    elif number.status == "number" and number.value is not None:
        shown = styles.PERCENT if column.key == "weight" else styles.figure_format(float(number.value))
        book.number(sheet, row, at, float(number.value), num_format=shown, align="center", **rule)
    else:
        book.text(sheet, row, at, text, align="center", text_wrap=True, **rule)
