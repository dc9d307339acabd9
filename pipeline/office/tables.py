"""A frame and the columns that describe it -> a table on a sheet: real numbers, safe texts, rows high enough."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import pandas as pd
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from pipeline.office import styles
from pipeline.office.book import Book, safe
from schemas import numbers
from schemas.language import Text

Kind = Literal["text", "long", "number", "score", "percent", "count", "rank", "light", "mixed", "datetime"]
_FORMATS = {
    "score": styles.SCORE,
    "percent": styles.PERCENT,
    "count": styles.COUNT,
    "rank": "0",
    "datetime": styles.DATE_TIME,
}
_RIGHT = {"number", "score", "percent", "count", "rank", "mixed"}
_NO_NOTE = Text("", "")
_RISKY = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Column:
    """One column of a printed table: `key` names the column of the frame; `note` is said in the description sheet.

    A `light` column holds the code of a light and shows its sign and word; a `mixed` one is a number where its
    text is one.
    """

    key: str
    label: Text
    kind: Kind = "text"
    width: float = 12.0
    note: Text = _NO_NOTE
    group: str = ""


@dataclass(frozen=True)
class Look:
    """How a table is drawn: font size, wrapped texts, at most so many lines a row, banded groups, two languages."""

    size: float = 14.0
    wrap: bool = True
    most_lines: int = 0
    english: bool = True
    link: Callable[[int, str], str] | None = None  # (row of the frame, column key) -> target or ""
    marks: Mapping[str, tuple[str, str]] | None = None  # code in a light column -> (light, word shown with its sign)


class Painter:
    """Draws the cells of one table; keeps the formats, which would be most of the cost of a large table."""

    def __init__(self, book: Book, sheet: Worksheet, columns: Sequence[Column], look: Look) -> None:
        self.book, self.sheet, self.columns, self.look = book, sheet, columns, look
        self._kept: dict[tuple[str, str], Format] = {}

    def style(self, kind: str, extra: str = "") -> Format:
        """The format of a kind of cell; `extra` is a number format, a light, "link" or "quoted"."""
        key = (kind, extra)
        if key not in self._kept:
            self._kept[key] = self.book.format(**self._properties(kind, extra))
        return self._kept[key]

    def _properties(self, kind: str, extra: str) -> dict[str, Any]:
        found: dict[str, Any] = {
            "font_size": self.look.size,
            "font_color": styles.INK,
            "bottom": 1,
            "bottom_color": styles.LINE,
        }
        found["valign"] = "top" if self.look.wrap else "vcenter"
        if kind in _RIGHT:
            found |= {"align": "right", "shrink": True}  # a figure wider than its column would print as ####
        elif kind in ("text", "long"):
            found |= {"align": "left", "indent": 1, "text_wrap": self.look.wrap}
        if kind in _FORMATS:
            found["num_format"] = _FORMATS[kind]
        if kind == "light":
            found |= {"align": "left", "indent": 1, **styles.light_style(extra)}
        elif extra == "link":
            found |= {"font_color": styles.ACCENT, "underline": 1}
        elif extra == "quoted":
            found["quote_prefix"] = True
        elif extra:
            found["num_format"] = extra
        if kind in _RIGHT and "num_format" in found:
            found["num_format"] = styles.padded(found["num_format"])
        return found

    def _label(self, column: Column) -> str:
        return f"{column.label.th}\n{column.label.en}" if self.look.english and column.label.en else column.label.th

    def heading_height(self) -> float:
        """Points of the heading row: high enough for its longest label."""
        size = self.look.size
        most = max((styles.lines_of(self._label(c), c.width, size) for c in self.columns), default=1)
        return styles.row_height(size, most) + 2

    def header(self, row: int) -> None:
        """The heading row: white on dark blue."""
        size = self.look.size
        for n, column in enumerate(self.columns):
            align = "center" if column.kind in _RIGHT or column.kind == "light" else "left"
            self.book.text(
                self.sheet,
                row,
                n,
                self._label(column),
                bold=True,
                font_size=size,
                font_color=styles.WHITE,
                bg_color=styles.NAVY,
                text_wrap=True,
                align=align,
                indent=int(align == "left"),
                valign="vcenter",
                border=1,
                border_color=styles.LINE,
            )
        self.sheet.set_row(row, self.heading_height())

    def heights(self, frame: pd.DataFrame) -> list[float]:
        """Points of each row of the frame."""
        return self._heights([frame[c.key].tolist() for c in self.columns], len(frame))

    def _heights(self, values: list[list[Any]], count: int) -> list[float]:
        return [styles.row_height(self.look.size, lines) for lines in self._lines(values, count)]

    def rows(self, frame: pd.DataFrame, first: int) -> int:
        """Every row of the frame from sheet row `first` on; the row after the last."""
        values = [frame[c.key].tolist() for c in self.columns]
        heights = self._heights(values, len(frame))
        for r in range(len(frame)):
            self.sheet.set_row(first + r, heights[r])
            for n, column in enumerate(self.columns):
                self.cell(first + r, n, column, values[n][r], r)
        return first + len(frame)

    def _lines(self, values: list[list[Any]], count: int) -> list[int]:
        most = self.look.most_lines or styles.lines_that_fit(self.look.size)
        lines = [1] * count
        if not self.look.wrap:
            return lines
        for column, cells in zip(self.columns, values, strict=True):
            if column.kind in ("text", "long"):
                known: dict[str, int] = {}
                for r, text in enumerate(cells):
                    if text not in known:
                        known[text] = min(most, styles.lines_of(str(text), column.width, self.look.size))
                    lines[r] = max(lines[r], known[text])
        return lines

    def cell(self, row: int, at: int, column: Column, value: Any, source: int) -> None:
        """One cell by its kind; a missing value stays a blank, a text stays a text."""
        kind = column.kind
        target = self.look.link(source, column.key) if self.look.link else ""
        if kind == "light":
            light, word = (self.look.marks or {}).get(value, (value, ""))
            label = f"{styles.LIGHTS[light].sign} {word}" if word else styles.LIGHTS[light].label
            self.sheet.write_string(row, at, label, self.style(kind, light))
        elif kind == "datetime":
            self._time(row, at, value)
        elif kind in ("text", "long"):
            self._text(row, at, kind, str(value), target)
        elif kind == "mixed":
            self._mixed(row, at, str(value))
        elif value is None or value != value:
            self.sheet.write_blank(row, at, None, self.style(kind))
        else:
            extra = styles.figure_format(value) if kind == "number" else ""
            self.sheet.write_number(row, at, value, self.style(kind, extra))

    def _text(self, row: int, at: int, kind: str, text: str, target: str = "") -> None:
        text = safe(text)
        if target:
            self.book.link(self.sheet, row, at, target, text, **self._properties(kind, "link"))
        elif text:
            self.sheet.write_string(row, at, text, self.style(kind, "quoted" if text.startswith(_RISKY) else ""))
        else:
            self.sheet.write_blank(row, at, None, self.style(kind))

    def _mixed(self, row: int, at: int, text: str) -> None:
        read = numbers.parse(text)
        if read.status == "number" and read.value is not None:
            figure = float(read.value)
            self.sheet.write_number(row, at, figure, self.style("mixed", styles.figure_format(figure)))
        else:
            self._text(row, at, "text", text)

    def _time(self, row: int, at: int, text: str) -> None:
        if text:
            self.sheet.write_datetime(
                row, at, datetime.fromisoformat(text).replace(tzinfo=None, microsecond=0), self.style("datetime")
            )
        else:
            self.sheet.write_blank(row, at, None, self.style("datetime"))


def draw_table(
    book: Book, sheet: Worksheet, columns: Sequence[Column], frame: pd.DataFrame, top: int, look: Look | None = None
) -> int:
    """Header at row `top`, the rows below; column widths are left alone. Returns the row after the last."""
    painter = Painter(book, sheet, columns, look or Look())
    painter.header(top)
    return painter.rows(frame, top + 1)


def fill_column(book: Book, sheet: Worksheet, top: int, column: int, values: Sequence[Any]) -> None:
    """A column of texts and numbers as what they are, one format for all, from row `top` on; NaN and "" leave nothing.

    For sheets of data behind the pages, where asking for the format of each cell would be most of the cost.
    """
    look, quoted = book.format(), book.format(quote_prefix=True)
    for row, value in enumerate(values, start=top):
        if isinstance(value, str):
            if value:
                text = safe(value)
                sheet.write_string(row, column, text, quoted if text.startswith(_RISKY) else look)
        elif value == value:
            sheet.write_number(row, column, value, look)


def set_widths(sheet: Worksheet, columns: Sequence[Column]) -> None:
    """Column widths as the columns say."""
    for n, column in enumerate(columns):
        sheet.set_column(n, n, column.width)


def words(frame: pd.DataFrame, labels: Mapping[str, Mapping[str, str]]) -> pd.DataFrame:
    """`frame` with the codes of some columns replaced by words; a code without a word stays as it is."""
    changed = {
        key: frame[key].map(lambda code, known=known: known.get(code, code))
        for key, known in labels.items()
        if key in frame
    }
    return frame.assign(**changed)
