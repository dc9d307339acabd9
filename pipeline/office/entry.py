"""Checks while the officer types: lists, characters of a figure, missing totals, hints beside a cell."""

from __future__ import annotations

from pipeline.office import live
from pipeline.office.grid import Grid, prompt
from pipeline.office.reader import address
from schemas.language import Field


def checks(grid: Grid) -> None:
    """Put the checks on every column that the unit fills, spare rows too."""
    for f in grid.sheet.fields:
        if f.owner != "unit":
            continue
        column = grid.column[f.key]
        area = (grid.first, column, grid.last, column)
        if f.kind == "choice":
            grid.target.data_validation(*area, grid.choices(f))
        elif f.kind == "number":
            _number_checks(grid, f, area)
        elif f.note:
            grid.target.data_validation(*area, {"validate": "any", **prompt(f)})


def _number_checks(grid: Grid, f: Field, area: tuple[int, int, int, int]) -> None:
    cell = address(area[0], area[1])
    grid.target.data_validation(
        *area,
        {
            "validate": "custom",
            "value": live.CHARACTERS.format(c=cell),
            "error_title": "กรอกได้เฉพาะตัวเลข",
            "error_message": "กรอกได้เฉพาะตัวเลข 0-9 และ , / . - เท่านั้น",
            **prompt(f),
        },
    )
    red = grid.book.format(bg_color="#F8C9C4", font_color="#8C1D18")
    grid.target.conditional_format(
        *area, {"type": "formula", "criteria": live.CHARACTERS_WRONG.format(c=cell), "format": red}
    )
    if f.total_of:
        parts = [address(area[0], grid.column[p]) for p in f.total_of]
        amber = grid.book.format(bg_color="#FCE3B6", font_color="#7A4B00")
        grid.target.conditional_format(
            *area, {"type": "formula", "criteria": live.missing_total(parts, cell), "format": amber}
        )
