"""The page of one unit, chosen from a drop-down: formulas that Excel 2013 and LibreOffice know, each with its value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pipeline.model import Scorecard
from pipeline.office import charts, panels, styles
from pipeline.office.book import Book, Worksheet
from pipeline.office.charts import Range
from pipeline.report.pages import selector_data
from pipeline.report.pages.contents import Contents
from pipeline.report.pages.selector_data import Behind, pick, shown
from pipeline.report.words import SCORE_AXIS, TREND, as_of, footer, period
from schemas.language import Text

TITLE = Text("รายงานรายหน่วยงาน", "One unit at a time")
MOST_ROWS = 60
_CHOICE_ROW, _CHOICE_COLUMN = 4, 2
_CHART_POINTS, _LEAST_SCALE = 240.0, 0.6
# Label, key of the data sheet, number format, width, alignment; the first two columns are the indicator.
_COLUMNS: tuple[tuple[Text, str, str, float, str], ...] = (
    (Text("รหัส", "Code"), "indicator", "@", 11, "left"),
    (Text("ตัวชี้วัด", "Indicator"), "indicator_name", "@", 40, "left"),
    (Text("น้ำหนัก", "Weight"), "weight", styles.PERCENT, 9, "right"),
    (Text("เป้าหมาย", "Target"), "target", styles.FIGURE, 12, "right"),
    (Text("แผน", "Plan"), "plan", styles.FIGURE, 12, "right"),
    (Text("ผล", "Result"), "result", styles.FIGURE, 12, "right"),
    (Text("ร้อยละของเป้าหมาย", "Achieved"), "achievement_percent", styles.PERCENT, 11, "right"),
    (Text("คะแนน", "Score"), "score", styles.SCORE, 10, "right"),
    (Text("สัญญาณไฟ", "Light"), "light", "@", 12, "left"),
    (Text("สถานะเทียบแผน", "Status"), "status", "@", 15, "left"),
    (Text("การรายงาน", "Reported"), "reported", "@", 16, "left"),
    (Text("ร่าง/ยืนยัน", "State"), "state_text", "@", 25, "left"),
)
_LAST = len(_COLUMNS) - 1
_TILES: tuple[tuple[tuple[int, int], str, str, str], ...] = (
    ((0, 1), "คะแนนรวม (เต็ม 5) / score", "headline", styles.SCORE),
    ((2, 4), "สัญญาณไฟ / light", "light", "@"),
    ((5, 6), "อันดับ / rank", "rank", "0"),
    ((7, 9), "ความครอบคลุม / coverage", "coverage", '0.0"%"'),
    ((10, 11), "ล่าช้ากว่าแผน / behind", "behind", "0"),
)


def draw(
    book: Book,
    sheet: Worksheet,
    hidden: Worksheet,
    card: Scorecard,
    tables: Mapping[str, pd.DataFrame],
    contents: Contents,
) -> None:
    """Draw the page for the first unit, and the hidden sheet that lets it show every other."""
    behind = selector_data.gather(card, tables, contents, hidden.name)
    for n, (_, _, _, width, _) in enumerate(_COLUMNS):
        sheet.set_column(n, n, width)
    row = panels.title(
        book, sheet, _LAST, TITLE.th, period(card).th, f"{TITLE.en}  ·  {card.office_name}  ·  {as_of(card)}"
    )
    panels.ways(book, sheet, row, [(0, 1), (2, 4), (5, 7), (8, 10)], contents.ways(contents.selector))
    panels.gap(sheet, row + 1, 6)
    if not len(behind.units):
        book.text(sheet, _CHOICE_ROW, 0, "ยังไม่มีหน่วยงาน / No units yet", font_color=styles.MUTED)
        return
    _choice(book, sheet, behind)
    selector_data.draw(book, hidden, behind, f"'{sheet.name}'!$C${_CHOICE_ROW + 1}")
    row = panels.gap(sheet, _CHOICE_ROW + 1)
    row = panels.gap(sheet, _tiles(book, sheet, behind, row))
    chart_row, row = row, panels.gap(sheet, row + 1)
    last = _rows(book, sheet, behind, row)
    _charts(book, sheet, behind, chart_row, row + 1)
    sheet.print_area(0, 0, last - 1, _LAST)
    widths = [c[3] for c in _COLUMNS]
    fits = styles.fit_scale(widths, _heights(behind), False, styles.MARGINS) >= _LEAST_SCALE
    styles.page(
        sheet,
        footer(card),
        landscape=False,
        high=1 if fits else 0,
        header_rows=None if fits else (row, row),
        shrunk=styles.fit_scale(widths, [1.0], False, styles.MARGINS),
    )
    sheet.set_zoom(85)


def _heights(behind: Behind) -> list[float]:
    """The rows of the page, for a look at whether they fit one sheet of paper."""
    return [240.0, _CHART_POINTS, *[styles.row_height(panels.BODY, _lines(behind))] * min(behind.most, MOST_ROWS)]


def _lines(behind: Behind) -> int:
    """Lines of the longest name or state: rows cannot change their height with the choice."""
    wrapped = [(key, width) for _, key, _, width, _ in _COLUMNS if key in ("indicator_name", "state_text")]
    texts = [(t, width) for key, width in wrapped for t in behind.rows[key].unique()]
    return max((styles.lines_of(t, width, panels.BODY) for t, width in texts), default=1)


def _choice(book: Book, sheet: Worksheet, behind: Behind) -> None:
    """The drop-down, and the way to the unit's rows in master.xlsx."""
    row = _CHOICE_ROW
    sheet.set_row(row, styles.row_height(panels.HEADING) + 4)
    book.block(
        sheet,
        (row, 0, row, 1),
        "เลือกหน่วยงาน ▸ / choose a unit",
        bold=True,
        font_size=panels.HEADING,
        align="right",
        indent=1,
    )
    book.block(
        sheet,
        (row, _CHOICE_COLUMN, row, 8),
        behind.units["label"].iat[0],
        bold=True,
        font_size=panels.HEADING,
        bg_color=styles.INPUT,
        border=1,
        border_color=styles.ACCENT,
        indent=1,
        font_color=styles.NAVY,
    )
    sheet.data_validation(
        row,
        _CHOICE_COLUMN,
        row,
        _CHOICE_COLUMN,
        {
            "validate": "list",
            "source": f"={behind.unit_range('label')}",
            "input_title": "เลือกหน่วยงาน",
            "input_message": "กดลูกศรทางขวาแล้วเลือกจากรายการ",
            "error_title": "ไม่พบหน่วยงาน",
            "error_message": "โปรดเลือกจากรายการ",
        },
    )
    words = "▸ ข้อมูลใน master.xlsx"
    place = f"INDEX({behind.unit_range('place')},{behind.chosen(0)})"
    formula = f'=IF({behind.chosen(0)}=0,"",HYPERLINK("master.xlsx#"&{place},"{words}"))'
    look: dict[str, Any] = {"font_color": styles.ACCENT, "underline": 1, "indent": 1, "font_size": panels.BODY}
    sheet.merge_range(row, 9, row, _LAST, "", book.format(**look))
    book.formula(sheet, row, 9, formula, words, **look)


def _tiles(book: Book, sheet: Worksheet, behind: Behind, row: int) -> int:
    first = behind.units.iloc[0]
    for (a, b), words, key, number_format in _TILES:
        paper = {"bg_color": styles.PALE, "indent": 1}
        book.block(
            sheet,
            (row, a, row, b),
            words,
            font_size=panels.BODY,
            font_color=styles.MUTED,
            top=2,
            top_color=styles.ACCENT,
            shrink=True,
            **paper,
        )
        look: dict[str, Any] = {
            "font_size": 24,
            "bold": True,
            "font_color": styles.NAVY,
            "align": "left",
            "num_format": number_format,
            **paper,
        }
        if b > a:
            sheet.merge_range(row + 1, a, row + 1, b, "", book.format(**look))
        guard = f"{behind.chosen(0)}=0"
        book.formula(
            sheet, row + 1, a, pick(behind.unit_range(key), behind.chosen(0), guard), shown(first[key]), **look
        )
    sheet.set_row(row, styles.row_height(panels.BODY))
    sheet.set_row(row + 1, styles.row_height(24))
    _colour(book, sheet, row + 1, 2, row + 1, 4)
    return row + 2


def _rows(book: Book, sheet: Worksheet, behind: Behind, row: int) -> int:
    """The indicators of the unit: as many rows as the unit with the most has."""
    count = min(behind.most, MOST_ROWS)
    for n, (label, *_) in enumerate(_COLUMNS):
        book.text(
            sheet,
            row,
            n,
            f"{label.th}\n{label.en}",
            bold=True,
            font_color=styles.WHITE,
            bg_color=styles.NAVY,
            text_wrap=True,
            align="center" if n > 1 else "left",
            indent=int(n < 2),
            border=1,
            border_color=styles.LINE,
        )
    high = max(styles.lines_of(f"{label.th}\n{label.en}", width, panels.BODY) for label, _, _, width, _ in _COLUMNS)
    sheet.set_row(row, styles.row_height(panels.BODY, high) + 2)
    lines = _lines(behind)
    mine = int(behind.units["count"].iat[0])
    for k in range(1, count + 1):
        sheet.set_row(row + k, styles.row_height(panels.BODY, lines))
        for n, (_, key, number_format, _, align) in enumerate(_COLUMNS):
            at = f"{behind.chosen(1)}+{k - 1}"
            value = shown(behind.rows[key].iat[k - 1]) if k <= mine else ""
            look = (
                {"align": align, "shrink": True}
                if align == "right"
                else {"align": align, "indent": 1, "text_wrap": key not in ("light", "indicator")}
            )
            book.formula(
                sheet,
                row + k,
                n,
                pick(behind.row_range(key), at, f"{k}>{behind.chosen(2)}"),
                value,
                num_format=styles.padded(number_format) if align == "right" else number_format,
                bottom=1,
                bottom_color=styles.LINE,
                **look,
            )
    _colour(book, sheet, row + 1, 8, row + count, 8)
    last = row + count + 1
    if behind.most > MOST_ROWS:
        panels.note(book, sheet, last, f"แสดง {MOST_ROWS} ตัวชี้วัดแรก ทั้งหมดอยู่ใน master.xlsx", 150, 0, _LAST)
        last += 1
    return last


def _colour(book: Book, sheet: Worksheet, top: int, left: int, bottom: int, right: int) -> None:
    """Lights of formula cells get their colour by rule, since the word changes."""
    for code, light in styles.LIGHTS.items():
        style = book.raw.add_format({"font_color": light.ink, "bg_color": styles.light_style(code)["bg_color"]})
        sheet.conditional_format(
            top,
            left,
            max(bottom, top),
            right,
            {"type": "cell", "criteria": "==", "value": f'"{light.label}"', "format": style},
        )


def _charts(book: Book, sheet: Worksheet, behind: Behind, row: int, first: int) -> None:
    """The unit's quarters (left) and its indicators (right), both drawn from cells that follow the choice."""
    sheet.set_row(row, _CHART_POINTS)
    high = _CHART_POINTS * 96 / 72 - 8
    pixels = [round(c[3] * 7 + 5) for c in _COLUMNS]
    left = sum(pixels[:3])
    trend = charts.scores(book, behind.quarters_range, [], TREND.th, SCORE_AXIS.th)
    charts.place(sheet, row, 0, trend, left - 10, high, "แนวโน้มของหน่วยงานที่เลือก")
    room = sum(pixels[3:]) - 4
    count = min(behind.most, MOST_ROWS, charts.bars_that_fit(room))
    words = "คะแนนรายตัวชี้วัด / Scores" if count == behind.most else f"คะแนน {count} ตัวชี้วัดแรก / First {count} indicators"
    if count:
        bars = charts.scores(
            book, Range(sheet.name, first, first + count - 1, 0, 7, first - 1), [], words, SCORE_AXIS.th
        )
        charts.place(sheet, row, 3, bars, room, high, "คะแนนรายตัวชี้วัดของหน่วยงานที่เลือก")
