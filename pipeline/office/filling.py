"""Rows of values -> the cells of a form's table, its formulas, and how the sheet scrolls, prints and is protected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.office.computed import computed, twin
from pipeline.office.grid import Grid
from pipeline.office.layout import FIRST_ROW, HEAD_ROW, LINE, lines_of, page
from pipeline.office.look import column_letters
from pipeline.office.reader import address


def draw_row(grid: Grid, row: int, values: Mapping[str, Any], locked: bool) -> None:
    """One row of the table, as high as its longest text asks for (12 lines at most), with formulas and notes."""
    wrapped = (f for f in grid.sheet.fields if f.kind not in ("number", "code", "computed"))
    height = max((lines_of(str(values.get(f.key, "")), f.width) for f in wrapped), default=1)
    grid.target.set_row(row, LINE * min(max(1, height), 12))
    for f in grid.sheet.fields:
        column = grid.column[f.key]
        at = (grid.sheet.key, address(row, column))
        if f.kind == "computed":
            computed(grid, row, column, f, values)
        else:
            grid.write(row, column, values.get(f.key, ""), grid.style(f, locked, at))
        if grid.twins and f.kind == "number" and f.key in grid.twin_keys:
            twin(grid, row, column, values)
        grid.comment(row, column, at)


def draw_spare(grid: Grid, row: int) -> None:
    """An empty row to be filled."""
    for f in grid.sheet.fields:
        grid.target.write_blank(row, grid.column[f.key], None, grid.book.format(**grid.style(f, False, ("", ""))))


def finish(grid: Grid) -> None:
    """What holds for the whole sheet once its cells are written."""
    target, sheet = grid.target, grid.sheet
    target.hide_gridlines(2)
    target.freeze_panes(grid.first if grid.sheet.fixed else FIRST_ROW, sheet.freeze)
    last = column_letters(len(sheet.fields) - 1)
    target.ignore_errors({"number_stored_as_text": f"A1:{last}{grid.last + 1}"})
    page(target, landscape=True, wide=0 if sheet.breaks else sheet.pages_wide)
    if sheet.breaks:
        target.set_v_pagebreaks([grid.column[k] for k in sheet.breaks])
    target.repeat_rows(HEAD_ROW)
    target.repeat_columns(0, sheet.freeze - 1)
    printed = [n for f, n in zip(sheet.fields, grid.column.values(), strict=True) if f.key not in ("check", "mark")]
    target.print_area(0, 0, grid.first + len(grid.rows) + min(sheet.spare_rows, 10) - 1, max(printed))
    if sheet.fixed:
        target.protect(
            "", {"format_columns": True, "format_rows": True, "select_locked_cells": True, "autofilter": True}
        )
    target.set_zoom(90)
