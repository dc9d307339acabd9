"""The look of everything we draw: palette, lights, number formats, sizes for Thai, page set-up."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from xlsxwriter.worksheet import Worksheet

from pipeline.office.book import FONT
from schemas.language import Text
from schemas.thai import width

# Calm on purpose: one dark blue, three greys, and colour only where it means something.
INK, MUTED, NAVY, ACCENT = "#1F2933", "#52606D", "#17375E", "#2F6DA8"
LINE, PALE, BAND, WHITE = "#CBD2D9", "#F5F7FA", "#E4ECF5", "#FFFFFF"
INPUT = "#FFF9DB"

SCORE, PERCENT, COUNT, FIGURE, INTEGER = "0.0000", "0.00", "#,##0", "#,##0.00##", "#,##0"
# A true date that Excel and LibreOffice show in the Buddhist era, with Thai month names and ASCII digits.
DATE_TIME = "[$-107041E]d mmm yyyy hh:mm"

_ONE_LINE, _NEXT_LINE = 1.75, 1.66  # of the font size; less cuts upper vowels and tone marks
_EM = 0.55  # mean advance of a Thai letter in the widest font that stands in for ours
_A_PIXEL = 0.75  # points; Excel keeps heights in whole pixels
_PIXELS_A_POINT, _PIXELS_A_COLUMN, _COLUMN_PAD = 96 / 72, 7.0, 5.0
_INDENT = 9.0  # pixels of one level
_MAX_HEIGHT, _MAX_WIDTH = 399.75, 120.0
_A4 = (210.0, 297.0)


@dataclass(frozen=True)
class Light:
    """A traffic light: never colour alone, so a sign and a word stand with it. `solid` fills bars of charts."""

    sign: str
    word: Text
    ink: str
    fill: str
    solid: str

    @property
    def label(self) -> str:
        """Sign and Thai word, as cells show it."""
        return f"{self.sign} {self.word.th}"


LIGHTS = {
    "green": Light("●", Text("เขียว", "green"), "#14532D", "#D5EDDB", "#3B9460"),
    "yellow": Light("▲", Text("เหลือง", "yellow"), "#6B4600", "#FDEFC0", "#D9A521"),
    "red": Light("■", Text("แดง", "red"), "#8B1A10", "#F9D9D5", "#C4493D"),
    "grey": Light("○", Text("เทา", "grey"), "#3E4C59", "#E4E7EB", "#9AA5B1"),
}


def light_style(light: str) -> dict[str, Any]:
    """Cell properties of a light: ink on its fill."""
    chosen = LIGHTS[light]
    return {"font_color": chosen.ink, "bg_color": chosen.fill}


def contrast(ink: str, paper: str) -> float:
    """Contrast ratio of two colours (WCAG 2): 1 to 21; text needs 4.5."""
    bright, dark = sorted((_luminance(ink), _luminance(paper)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@lru_cache(maxsize=65536)
def lines_of(text: str, columns: float, size: float) -> int:
    """Lines the text takes in a column of that width when wrapped; on the safe side."""
    if not text:
        return 1
    room = max(columns * _PIXELS_A_COLUMN - _INDENT, 10.0)
    letter = size * _PIXELS_A_POINT * _EM
    # Thai breaks between words only, so a line is seldom full.
    return sum(max(1, math.ceil(width(part) * letter * 1.08 / room)) for part in text.split("\n"))


def row_height(size: float, lines: int = 1) -> float:
    """Height in points of a row of that many lines; never cuts a mark, never more than Excel takes."""
    points = size * (_ONE_LINE + _NEXT_LINE * (max(lines, 1) - 1))
    return min(_MAX_HEIGHT, math.ceil(points / _A_PIXEL) * _A_PIXEL)


def lines_that_fit(size: float) -> int:
    """Lines of this size that the highest row of Excel can show."""
    return int((_MAX_HEIGHT / size - _ONE_LINE) / _NEXT_LINE) + 1


def column_width(text: str, size: float, at_least: float = 6.0) -> float:
    """Width that shows the text on one line: marks above and below take no room, which autofit does not know."""
    pixels = width(text) * size * _PIXELS_A_POINT * _EM + 2 * _COLUMN_PAD
    return min(_MAX_WIDTH, max(at_least, round(pixels / _PIXELS_A_COLUMN, 1)))


@lru_cache(maxsize=65536)
def shortened(text: str, columns: int) -> str:
    """`text` cut to that many columns, with an ellipsis; never between a letter and its marks."""
    text = " ".join(text.split())
    if width(text) <= columns:
        return text
    kept, used = "", 0
    for letter in text:
        used += width(letter)
        if used > columns - 1:
            break
        kept += letter
    return kept + "…"


def figure_format(value: float | None) -> str:
    """Number format of a figure: thousands always, decimals only where there are some."""
    return INTEGER if value is None or value != value or float(value).is_integer() else FIGURE


def padded(number_format: str) -> str:
    """The same format with a little room to its right: LibreOffice forgets the indent of right-aligned cells beside
    each other, and the figures of one column would stand out of line."""
    return f"{number_format}_)"


def fit_scale(
    columns: list[float], heights: list[float], landscape: bool, margins: tuple[float, float, float, float]
) -> float:
    """The print scale (1 = 100 %) at which columns (widths) and rows (points) fit one A4 page, at most 1."""
    across, down = page_width(landscape, margins), page_height(landscape, margins)
    return min(1.0, across / points_across(columns), down / sum(heights))


def points_across(columns: list[float]) -> float:
    """Points that columns of these widths take together."""
    return sum(c * _PIXELS_A_COLUMN + _COLUMN_PAD for c in columns) * _A_PIXEL


def page_width(landscape: bool, margins: tuple[float, float, float, float]) -> float:
    """Points between the left and the right margin (inches) of an A4 page."""
    return ((_A4[1] if landscape else _A4[0]) / 25.4 - margins[0] - margins[1]) * 72


def page_height(landscape: bool, margins: tuple[float, float, float, float]) -> float:
    """Points between the upper and the lower margin (inches) of an A4 page."""
    return ((_A4[0] if landscape else _A4[1]) / 25.4 - margins[2] - margins[3]) * 72


MARGINS = (0.45, 0.45, 0.5, 0.65)
PAGE = Text("หน้า", "Page")


def page(
    sheet: Worksheet,
    footer: str,
    *,
    landscape: bool = True,
    wide: int = 1,
    high: int = 0,
    scale: int = 0,
    header_rows: tuple[int, int] | None = None,
    header_columns: tuple[int, int] | None = None,
    shrunk: float = 1.0,
) -> None:
    """Print set-up: A4, our margins, `wide` x `high` pages (0: as many as needed) or a fixed `scale` in per cent.

    Heading rows and columns are repeated; the footer says what this is and page x/y. It is printed as small as the
    sheet: where that is known to be `shrunk` (1 = not at all), the footer may be longer.
    """
    sheet.set_paper(9)
    (sheet.set_landscape if landscape else sheet.set_portrait)()
    left, right, top, bottom = MARGINS
    sheet.set_margins(left, right, top, bottom)
    if scale:
        sheet.set_print_scale(scale)
        sheet.print_across()
    else:
        sheet.fit_to_pages(wide, high)
    sheet.center_horizontally()
    if header_rows:
        sheet.repeat_rows(*header_rows)
    if header_columns:
        sheet.repeat_columns(*header_columns)
    font = f'&"{FONT},Regular"&12'
    plain = shortened(footer, int((112 if landscape else 72) / shrunk)).replace("&", "&&")
    sheet.set_footer(f"&L{font}{plain}&R{font}{PAGE.th} &P/&N", {"margin": 0.3})
    sheet.hide_gridlines(2)
