"""The parts a page is put together from: title band, section heading, tiles, strips of lights, ways to other sheets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from xlsxwriter.worksheet import Worksheet

from pipeline.office import styles
from pipeline.office.book import Book

TITLE, HEADING, BODY, SMALL, FIGURE = 22.0, 15.0, 14.0, 12.0, 28.0
TILE_ROWS = 3


@dataclass(frozen=True)
class Way:
    """A link in the row of ways: where it leads and what it says."""

    target: str
    text: str


@dataclass(frozen=True)
class Tile:
    """One figure of the first page: label, the figure (a number or a text), what stands behind it."""

    label: str
    figure: float | str | None
    number_format: str
    remark: str
    light: str = ""


def title(book: Book, sheet: Worksheet, last: int, words: str, right: str, below: str) -> int:
    """Title band over columns 0..last: words left, the as-of date right, one muted line below. The next free row."""
    sheet.set_row(0, styles.row_height(TITLE) + 4)
    for column in range(last + 1):
        book.text(sheet, 0, column, "", bg_color=styles.NAVY)
    book.text(sheet, 0, 0, words, bold=True, font_size=TITLE, font_color=styles.WHITE, bg_color=styles.NAVY, indent=1)
    book.text(
        sheet, 0, last, right, font_size=HEADING, font_color=styles.WHITE, bg_color=styles.NAVY, align="right", indent=1
    )
    sheet.set_row(1, styles.row_height(SMALL))
    book.text(sheet, 1, 0, below, font_size=SMALL, font_color=styles.MUTED, indent=1)
    return 2


def heading(book: Book, sheet: Worksheet, row: int, first: int, last: int, words: str, english: str = "") -> None:
    """A section heading with a rule below it across columns first..last."""
    sheet.set_row(row, styles.row_height(HEADING))
    label = f"{words}  ·  {english}" if english else words
    for column in range(first, last + 1):
        book.text(
            sheet,
            row,
            column,
            label if column == first else "",
            bold=True,
            font_size=HEADING,
            font_color=styles.NAVY,
            bottom=2,
            bottom_color=styles.NAVY,
        )


def ways(book: Book, sheet: Worksheet, row: int, places: Sequence[tuple[int, int]], found: Sequence[Way]) -> None:
    """A row of links, each in its place (first and last column)."""
    sheet.set_row(row, styles.row_height(BODY))
    for (first, last), way in zip(places, found, strict=False):
        look: dict[str, Any] = {
            "font_size": BODY,
            "font_color": styles.ACCENT,
            "underline": 1,
            "align": "left",
            "indent": 1,
        }
        if last > first:
            sheet.merge_range(row, first, row, last, "", book.format(**look))
        book.link(sheet, row, first, way.target, way.text, **look)


def tile(book: Book, sheet: Worksheet, row: int, first: int, last: int, shown: Tile) -> None:
    """A tile of three rows: label, large figure, remark; a light colours the figure and is said in the remark."""
    paper = {"bg_color": styles.PALE}
    area = (row, first, row, last)
    book.block(
        sheet,
        area,
        shown.label,
        font_size=BODY,
        font_color=styles.MUTED,
        indent=1,
        shrink=True,
        top=2,
        top_color=styles.ACCENT,
        **paper,
    )
    ink = styles.LIGHTS[shown.light].ink if shown.light else styles.NAVY
    style: dict[str, Any] = {
        "font_size": FIGURE,
        "bold": True,
        "font_color": ink,
        "align": "left",
        "indent": 1,
        **paper,
    }
    figure = shown.figure
    if isinstance(figure, str) or figure is None or figure != figure:
        book.block(sheet, (row + 1, first, row + 1, last), figure if isinstance(figure, str) else "–", **style)
    else:
        book.block(sheet, (row + 1, first, row + 1, last), figure, num_format=shown.number_format, **style)
    tone = styles.light_style(shown.light) if shown.light else {"font_color": styles.MUTED, **paper}
    book.block(sheet, (row + 2, first, row + 2, last), shown.remark, font_size=SMALL, indent=1, shrink=True, **tone)


def tile_rows(sheet: Worksheet, row: int) -> int:
    """Set the heights of the three rows of tiles; the next free row."""
    for offset, size in enumerate((BODY, FIGURE, SMALL)):
        sheet.set_row(row + offset, styles.row_height(size))
    return row + TILE_ROWS


def note(
    book: Book, sheet: Worksheet, row: int, words: str, columns: float, column: int = 0, last: int | None = None
) -> None:
    """A muted remark, wrapped over columns column..last whose widths together are `columns`."""
    lines = styles.lines_of(words, columns, SMALL)
    sheet.set_row(row, styles.row_height(SMALL, lines))
    area = (row, column, row, column if last is None else last)
    book.block(sheet, area, words, font_size=SMALL, font_color=styles.MUTED, text_wrap=True, valign="top")


def gap(sheet: Worksheet, row: int, height: float = 8.0) -> int:
    """An empty row as white space; the next row."""
    sheet.set_row(row, height)
    return row + 1
