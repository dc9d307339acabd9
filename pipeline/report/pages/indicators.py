"""Every indicator over all its units: one figure by its own rule, the units' range, lights and how many reported."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from pipeline.model import Scorecard
from pipeline.office import panels, styles
from pipeline.office.book import Book, Worksheet
from pipeline.office.tables import Column, Look, draw_table, set_widths, words
from pipeline.report import order
from pipeline.report.pages.contents import Contents
from pipeline.report.words import LABELS, as_of, footer, period
from schemas.language import Text

TITLE = Text("รายตัวชี้วัด: ผลรวมทุกหน่วยงาน", "Indicators over all units")
EMPTY = Text("ยังไม่มีตัวชี้วัดในแผน", "The plan has no indicators yet")
RULE = Text(
    "ผลรวมใช้วิธีรวมข้ามหน่วยงานของตัวชี้วัดนั้น จากหน่วยงานที่มีผลแล้ว อัตราส่วนคิดจากผลรวมตัวตั้ง ÷ ผลรวมตัวหาร ไม่เฉลี่ยร้อยละ",
    "By each indicator's own rule, over the units that have a result; ratios are pooled, never averaged",
)
COLUMNS = (
    Column("indicator", Text("รหัส", "Code"), "text", 12, Text("รหัสตัวชี้วัด", "Code of the indicator")),
    Column("indicator_name", Text("ตัวชี้วัด", "Indicator"), "long", 54, Text("ชื่อเต็ม", "Full name")),
    Column("unit_of_measure", Text("หน่วยวัด", "Measure"), "text", 13, Text("หน่วยของผล", "Of the result")),
    Column("over_units", Text("วิธีรวม", "Rule"), "text", 16, Text("การรวมข้ามหน่วยงาน", "Aggregation over units")),
    Column("units", Text("หน่วยงาน", "Units"), "count", 11, Text("หน่วยงานที่มีตัวชี้วัดนี้", "Units that have it")),
    Column("reported", Text("มีผลแล้ว", "Reported"), "count", 11, Text("หน่วยงานที่มีผลแล้ว", "Units with a result")),
    Column(
        "target",
        Text("เป้าหมาย", "Target"),
        "number",
        13,
        Text("ผลรวมเป้าหมาย หรือเป้าหมายที่ทุกหน่วยงานใช้ร่วมกัน", "The sum of targets, or the one all units share"),
    ),
    Column("result", Text("ผลรวม", "Result"), "number", 14, Text("ผลถึงงวดนี้ของทุกหน่วยงาน", "To date, over all units")),
    Column("low", Text("ต่ำสุด", "Lowest"), "number", 13, Text("ผลต่ำสุดของหน่วยงาน", "The lowest of a unit")),
    Column("high", Text("สูงสุด", "Highest"), "number", 13, Text("ผลสูงสุดของหน่วยงาน", "The highest of a unit")),
    *(
        Column(key, Text(light.label, light.word.en), "count", 9, Text("จำนวนหน่วยงาน", "Units"))
        for key, light in styles.LIGHTS.items()
    ),
    Column("behind", Text("ล่าช้า", "Behind"), "count", 9, Text("หน่วยงานที่ล่าช้ากว่าแผน", "Units behind plan")),
)
_SIZE = 13.0
_WAYS = ((0, 0), (1, 1), (2, 3), (4, 6), (7, 9))


def listed(card: Scorecard) -> pd.DataFrame:
    """The roll-ups of the whole office (or of the parent the card is about), by code as people order them. Pure."""
    found = card.rollups
    if not len(found):
        return pd.DataFrame({c.key: [] for c in COLUMNS})
    found = found[found["group"] == ""]
    places = found["indicator"].map(order.ranks(found["indicator"]))
    return words(found.loc[places.sort_values(kind="stable").index].reset_index(drop=True), LABELS)


def draw(book: Book, sheet: Worksheet, card: Scorecard, tables: Mapping[str, pd.DataFrame], contents: Contents) -> None:
    """Draw title, what the figures mean, and a row an indicator."""
    frame, last = tables["indicators"], len(COLUMNS) - 1
    set_widths(sheet, COLUMNS)
    below = f"{TITLE.en}  ·  {card.office_name}  ·  {as_of(card)}"
    row = panels.title(book, sheet, last, TITLE.th, period(card).th, below)
    panels.ways(book, sheet, row, _WAYS, contents.ways(contents.indicators))
    panels.note(book, sheet, row + 1, RULE.both, sum(c.width for c in COLUMNS), 0, last)
    row = panels.gap(sheet, row + 2, 6)
    if len(frame):
        draw_table(book, sheet, COLUMNS, frame, row, Look(size=_SIZE))
    else:
        book.block(sheet, (row, 0, row, last), EMPTY.both, font_color=styles.MUTED, indent=1)
    sheet.freeze_panes(row + 1, 2)
    styles.page(sheet, footer(card), header_rows=(row, row) if len(frame) else None)
    sheet.set_zoom(85)
