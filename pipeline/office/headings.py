"""The head of a form's sheet: title, who and when, cells that sign it off, groups and headings of columns, the example."""

from __future__ import annotations

from typing import Any

from pipeline.office.grid import Grid
from pipeline.office.layout import (
    BORDER,
    EXAMPLE,
    FIRST_ROW,
    GROUP,
    GROUP_ROW,
    HEAD,
    HEAD_ROW,
    HEAD_TEXT,
    KEY_ROW,
    LINE,
    SIGN_CELL,
    SIGN_LABEL,
    SIGN_ROW,
    lines_of,
)
from pipeline.office.reader import address
from schemas.language import Field


def draw_heading(grid: Grid) -> None:
    """Everything above the rows, and the widths of columns."""
    sheet, target = grid.sheet, grid.target
    _title(grid)
    for n, (label, value) in enumerate(grid.copy.head[:3], 1):
        room = sum(f.width for f in grid.sheet.fields[1 : grid.sheet.freeze]) or 60.0
        target.set_row(n, LINE * lines_of(value, room))
        grid.book.text(target, n, 0, label, font_color="#5A6672", font_size=12)
        if grid.sheet.freeze == 2:  # beside it stand the cells of sign-off: it wraps within its own column
            grid.book.text(target, n, 1, value, bold=True, text_wrap=True, align="left")
        else:
            grid.book.text(target, n, 1, value, bold=True)
    _head_cells(grid)
    target.set_default_row(LINE)
    target.set_row(GROUP_ROW, 27)
    target.set_row(KEY_ROW, 12, None, {"hidden": True})
    target.set_row(HEAD_ROW, max(_heading_height(f) for f in sheet.fields))
    for f in sheet.fields:
        column = grid.column[f.key]
        target.set_column(column, column, f.width)
        grid.book.text(target, KEY_ROW, column, f.key, font_size=8, font_color="#5F6B77")
        _heading_cell(grid, column, f)
    _groups(grid)


def _title(grid: Grid) -> None:
    """The sheet's title, within the columns that are printed again on every page."""
    style: dict[str, Any] = {"bold": True, "font_size": 18, "font_color": HEAD, "text_wrap": True}
    room = sum(f.width for f in grid.sheet.fields[: grid.sheet.freeze]) * 14 / 18
    grid.target.set_row(0, 32 * lines_of(grid.sheet.title.th, room) + 4)
    if grid.sheet.freeze > 1:
        grid.target.merge_range(0, 0, 0, grid.sheet.freeze - 1, "", grid.book.format(**style))
    grid.book.text(grid.target, 0, 0, grid.sheet.title.th, **style)


def _head_cells(grid: Grid) -> None:
    """The cells above the table by which the whole sheet is signed off, each with its label to the left."""
    for n, f in enumerate(grid.sheet.head):
        row, at = SIGN_ROW + n, (grid.sheet.key, address(SIGN_ROW + n, SIGN_CELL[0]))
        label = {"align": "right", "indent": 1, "font_color": HEAD, "bold": True}
        grid.book.block(grid.target, (row, SIGN_LABEL[0], row, SIGN_LABEL[1]), f.label.th, **label)
        style = {**grid.style(f, False, at), "align": "center", "bold": True}
        text = grid.copy.signs.get((grid.sheet.key, f.key), "")
        grid.book.block(grid.target, (row, SIGN_CELL[0], row, SIGN_CELL[1]), text, **style)
        grid.target.data_validation(row, SIGN_CELL[0], row, SIGN_CELL[0], grid.choices(f))
        grid.comment(row, SIGN_CELL[0], at)


def _heading_cell(grid: Grid, column: int, f: Field) -> None:
    style: dict[str, Any] = {
        "text_wrap": True,
        "align": "center",
        "bg_color": HEAD if f.owner == "unit" else "#5F7288",
        "font_color": HEAD_TEXT,
        **BORDER,
    }
    thai = grid.book.format(bold=True, font_color=HEAD_TEXT)
    english = grid.book.format(font_size=10, font_color="#DCE5EE")
    if f.label.en == f.label.th:
        grid.book.text(grid.target, HEAD_ROW, column, f.label.th, bold=True, **style)
    else:
        grid.target.write_rich_string(
            HEAD_ROW, column, thai, f.label.th, english, f"\n{f.label.en}", grid.book.format(**style)
        )


def _heading_height(f: Field) -> float:
    return LINE * lines_of(f.label.th, f.width) + 18.0 * lines_of(f.label.en, f.width * 1.25) + 4


def _groups(grid: Grid) -> None:
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
    for f in grid.sheet.fields:
        shown = f.group.th if f.group and f.group != previous else ""
        if f.group:
            grid.book.text(grid.target, GROUP_ROW, grid.column[f.key], shown, **style)
        previous = f.group


def draw_example(grid: Grid) -> None:
    """The first row as an example that is never read."""
    grid.target.set_row(FIRST_ROW, LINE)
    for f in grid.sheet.fields:
        text = "ตัวอย่าง" if f.key == "mark" else f.example
        grid.book.text(
            grid.target,
            FIRST_ROW,
            grid.column[f.key],
            text,
            italic=True,
            bg_color=EXAMPLE,
            font_color="#5F6B77",
            num_format="@",
            **BORDER,
        )
