"""The chart we draw: scores as columns, each with its value on it; and the sheet its figures lie on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from xlsxwriter.chart import Chart
from xlsxwriter.worksheet import Worksheet

from pipeline.office import styles
from pipeline.office.book import FONT, Book
from schemas.thai import width

PIXELS_A_BAR = 50
_AXES_PIXELS = 70
_UPRIGHT_BARS, _UPRIGHT_COLUMNS = 8, 7  # more and longer names under bars are slanted


@dataclass(frozen=True)
class Range:
    """Where a chart finds its figures: a sheet and one run of rows with a column of names and one of values."""

    sheet: str
    first: int
    last: int
    names: int
    values: int
    title: int

    def refer(self, column: int) -> list[Any]:
        """The cells of a column, as xlsxwriter takes them."""
        return [self.sheet, self.first, column, self.last, column]


class Figures:
    """A sheet that holds what charts draw: blocks of names and values, one below the other."""

    def __init__(self, book: Book, sheet: Worksheet) -> None:
        self.book, self.sheet, self._next = book, sheet, 0

    def add(self, titles: Sequence[str], names: Sequence[str], *values: Sequence[float]) -> Range:
        """Write a block and say where it lies; NaN is left blank, so nothing is drawn for it."""
        top = self._next
        for column, words in enumerate(titles):
            self.book.text(self.sheet, top, column, words, bold=True)
        for n, name in enumerate(names, start=top + 1):
            self.book.text(self.sheet, n, 0, name)
            for column, cells in enumerate(values, start=1):
                self.book.number(self.sheet, n, column, cells[n - top - 1])
        self._next = top + len(names) + 2
        return Range(self.sheet.name, top + 1, top + len(names), 0, 1, top)


def bars_that_fit(pixels: float) -> int:
    """How many bars a chart of this width shows without losing labels."""
    return max(1, int((pixels - _AXES_PIXELS) // PIXELS_A_BAR))


def _font(size: float, colour: str = styles.INK, **more: Any) -> dict[str, Any]:
    return {"name": FONT, "size": size, "color": colour, **more}


def _frame(chart: Chart, words: str) -> None:
    chart.set_title({"name": words, "name_font": _font(14, styles.NAVY, bold=True), "overlay": False})
    chart.set_chartarea({"border": {"color": styles.LINE}, "fill": {"color": styles.WHITE}})
    chart.set_plotarea({"fill": {"color": styles.WHITE}})


def _score_axis(words: str) -> dict[str, Any]:
    return {
        "min": 0,
        "max": 5.5,  # room for the figure above a bar of 5, which would else stand in the title
        "major_unit": 1,
        "num_format": "0",
        "num_font": _font(12, styles.MUTED),
        "line": {"none": True},
        "major_gridlines": {"visible": True, "line": {"color": styles.BAND, "width": 0.75}},
        "name": words,
        "name_font": _font(12, styles.MUTED, bold=False),
    }


def slanted(names: Sequence[str]) -> bool:
    """Whether names under bars must be slanted: many and long, they would break in the middle of words."""
    return len(names) > _UPRIGHT_BARS and max(map(width, names), default=0) > _UPRIGHT_COLUMNS


def scores(book: Book, where: Range, lights: Sequence[str], words: str, axis: str, slanted: bool = False) -> Chart:
    """Columns 0..5, one a name, in the colour of its light and with its value above; `lights` empty: one colour."""
    chart = book.raw.add_chart({"type": "column"})
    chart.add_series(
        {
            "name": [where.sheet, where.title, where.values],
            "categories": where.refer(where.names),
            "values": where.refer(where.values),
            "gap": 45,
            "fill": {"color": styles.ACCENT},
            "points": [{"fill": {"color": styles.LIGHTS[light].solid}} for light in lights] or None,
            "data_labels": {"value": True, "num_format": "0.00;;", "position": "outside_end", "font": _font(12)},
        }
    )
    _frame(chart, words)
    chart.set_legend({"none": True})
    chart.set_y_axis(_score_axis(axis))
    turn: dict[str, Any] = {"rotation": -45} if slanted else {}
    chart.set_x_axis({"num_font": _font(12, **turn), "line": {"color": styles.LINE}, "major_tick_mark": "none"})
    return chart


def place(sheet: Worksheet, row: int, column: int, chart: Chart, wide: float, high: float, description: str) -> None:
    """Put the chart on the sheet in pixels, with words for those who cannot see it; it moves with the cells."""
    chart.set_size({"width": wide, "height": high})
    sheet.insert_chart(
        row, column, chart, {"x_offset": 2, "y_offset": 4, "object_position": 2, "description": description}
    )
