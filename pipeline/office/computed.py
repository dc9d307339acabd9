"""Columns that the form computes: their formulas, each with the value it has for what stands there now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.office import live
from pipeline.office.grid import Grid
from pipeline.office.layout import TWINS
from pipeline.office.reader import address
from schemas.forms.quarterly_result import REPORTABLE, STATUSES
from schemas.language import Field


def computed(grid: Grid, row: int, column: int, f: Field, values: Mapping[str, Any]) -> None:
    """A total, the check of a result row, or the check of a plan row, by what the field and its sheet say."""
    style = grid.book.format(**grid.style(f, True, ("", "")))
    if f.total_of:
        way = grid.copy.ways.get(str(values.get("indicator", "")), "sum")
        twins = _twin_values(grid, values)
        formula = live.total([_twin_cell(grid, row, k) for k in f.total_of], way)
        grid.target.write_formula(row, column, formula, style, live.total_value([twins[k] for k in f.total_of], way))
    elif grid.sheet.period:
        can, behind = REPORTABLE[0].text.th, STATUSES[2].text.th
        at = {
            k: address(row, grid.column[k])
            for k in ("reportable", "value", "details", "plan_status", "problem", "remedy", "evidence")
        }
        grid.target.write_formula(
            row, column, live.result_check(at, can, behind), style, live.result_check_value(values, can, behind)
        )
    else:
        twins = _twin_values(grid, values)
        totals = {g.key: g.total_of for g in grid.sheet.fields if g.total_of and g.kind == "number"}
        cells = {k: _twin_cell(grid, row, k) for k in twins}
        grid.target.write_formula(
            row, column, live.plan_check(cells, totals), style, live.plan_check_value(twins, totals)
        )


def twin(grid: Grid, row: int, column: int, values: Mapping[str, Any]) -> None:
    """On the hidden sheet, at the same address: what was typed in this cell, as a figure formulas can add."""
    assert grid.twins is not None
    ratio = str(values.get("indicator", "")) in grid.copy.ratios
    key = grid.sheet.fields[column].key
    cell = f"'{grid.name}'!{address(row, column)}"
    grid.twins.write_formula(row, column, live.twin(cell, ratio), None, live.twin_value(values.get(key, ""), ratio))


def _twin_cell(grid: Grid, row: int, key: str) -> str:
    return f"{TWINS}!{address(row, grid.column[key])}"


def _twin_values(grid: Grid, values: Mapping[str, Any]) -> dict[str, float | str]:
    ratio = str(values.get("indicator", "")) in grid.copy.ratios
    return {f.key: live.twin_value(values.get(f.key, ""), ratio) for f in grid.sheet.fields if f.key in grid.twin_keys}
