"""Where things stand in a form and how they look: rows, colours, heights of lines, the printed page."""

from __future__ import annotations

import math

from xlsxwriter.worksheet import Worksheet

from schemas.thai import width

TWINS = "_calc"  # the hidden sheet of figures behind the formulas
GROUP_ROW, KEY_ROW, HEAD_ROW, FIRST_ROW = 4, 5, 6, 7
SIGN_ROW, SIGN_LABEL, SIGN_CELL = 1, (2, 5), (6, 7)  # cells that speak for the whole sheet: first row, columns
_SCALE = 66  # per cent, where a sheet says itself where its pages break; 14 pt prints as 9 pt
LINE = 24.5  # 1.75 x font size: lower, and marks above Thai letters are cut

INPUT, LOCKED, COMPUTED, EXAMPLE = "#FFF8DC", "#EEF1F4", "#E4E9EE", "#F7F7F7"
HEAD, HEAD_TEXT, GROUP = "#1F3A5F", "#FFFFFF", "#C9D6E5"
MARKS = {"error": "#F8C9C4", "query": "#FCE3B6", "warning": "#FFF1A8", "info": "#D6E8F7"}
BORDER = {"border": 1, "border_color": "#B8C2CC"}


def page(sheet: Worksheet, landscape: bool, wide: int) -> None:
    """Set up A4 with page numbers: as many pages wide as `wide` says; 0 where the sheet says itself where they break."""
    sheet.set_paper(9)
    if landscape:
        sheet.set_landscape()
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    if wide:
        sheet.fit_to_pages(wide, 0)
    else:
        sheet.set_print_scale(_SCALE)
    sheet.set_footer('&L&"TH SarabunPSK"&11&F&R&"TH SarabunPSK"&11หน้า &P / &N')


def lines_of(text: str, column_width: float) -> int:
    """Lines the text takes in a wrapped cell of this width (Thai marks take no room)."""
    room = max(3.0, column_width * 0.66)  # the widest of the fonts that stand in for TH SarabunPSK
    return sum(_wrapped(part, room) for part in str(text).split("\n"))


def _wrapped(line: str, room: float) -> int:
    """Lines of one paragraph; a word longer than the column (a file name) breaks where it can and leaves ends empty."""
    if any(width(word) > room and word[-5:].isascii() for word in line.split(" ")):
        room *= 0.75
    return max(1, math.ceil(width(line) / room))
