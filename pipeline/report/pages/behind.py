"""The behind-plan list: which indicators, how far, why, and what the unit will do about it."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from pipeline.model import Scorecard
from pipeline.office import panels, styles
from pipeline.office.book import Book, Worksheet
from pipeline.office.tables import Column, Look, draw_table, set_widths
from pipeline.report.pages.contents import Contents
from pipeline.report.words import as_of, footer, period, said
from schemas.language import Text

TITLE = Text("ตัวชี้วัดที่ล่าช้ากว่าแผน", "Indicators behind plan")
MOST = 1000  # rows; nobody reads more, and master.xlsx has them all
COLUMNS = (
    Column("number", Text("ที่", "No."), "count", 6),
    Column("unit_name", Text("หน่วยงาน", "Unit"), "long", 25),
    Column("indicator_text", Text("ตัวชี้วัด", "Indicator"), "long", 34),
    Column("plan", Text("แผน", "Plan"), "number", 11),
    Column("result", Text("ผล", "Result"), "number", 11),
    Column("light", Text("สัญญาณไฟ", "Light"), "light", 12),
    Column("problem", Text("สาเหตุ ปัญหาและอุปสรรค", "Cause and problem"), "long", 52),
    Column("remedy", Text("แนวทางแก้ไข", "Remedy"), "long", 52),
    Column("state", Text("ร่าง/ยืนยัน", "State"), "long", 17),
    Column("more", Text("ข้อมูลเต็ม", "All data"), "text", 17),
)
_SIZE = 13.0
_MOST_LETTERS = 600  # of a cause or remedy; more would fill a page and stands whole in master.xlsx


def listed(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows that are behind, the heaviest first within the lowest light; `number` counts them."""
    found = rows[rows["status"] == "behind"]
    lowest = found["light"].map({"red": 0, "yellow": 1, "grey": 2, "green": 3})
    found = found.assign(lowest=lowest, heavy=-found["weight"].fillna(0.0)).sort_values(
        ["lowest", "heavy"], kind="stable"
    )
    found = said(found.drop(columns=["lowest", "heavy"])).reset_index(drop=True)
    return found.assign(
        number=range(1, len(found) + 1), indicator_text=found["indicator"] + " " + found["indicator_name"]
    )


def draw(book: Book, sheet: Worksheet, card: Scorecard, tables: Mapping[str, pd.DataFrame], contents: Contents) -> None:
    """Draw title, how many, and the list; each leads to its row in master.xlsx."""
    found = tables["behind"]
    set_widths(sheet, COLUMNS)
    row = panels.title(
        book, sheet, len(COLUMNS) - 1, TITLE.th, period(card).th, f"{TITLE.en}  ·  {card.office_name}  ·  {as_of(card)}"
    )
    panels.ways(book, sheet, row, [(0, 1), (2, 2), (3, 5), (6, 6), (7, 7)], contents.ways(contents.behind))
    panels.note(book, sheet, row + 1, _count(found), sum(c.width for c in COLUMNS), 0, len(COLUMNS) - 1)
    shown = found.head(MOST)
    cut = shown.assign(
        more="▸ master",
        **{key: shown[key].map(lambda text: styles.shortened(text, _MOST_LETTERS)) for key in ("problem", "remedy")},
    )

    def target(at: int, key: str) -> str:
        return contents.to_master(shown["unit"].iat[at], shown["indicator"].iat[at]) if key == "more" else ""

    if len(cut):
        draw_table(book, sheet, COLUMNS, cut, row + 2, Look(size=_SIZE, link=target))
    else:
        sheet.set_row(row + 2, 60)
        book.block(
            sheet,
            (row + 2, 0, row + 2, len(COLUMNS) - 1),
            "ไม่มีตัวชี้วัดที่ล่าช้ากว่าแผนในงวดนี้ / Nothing is behind plan in this period",
            align="center",
            font_size=panels.HEADING,
            **styles.light_style("green"),
        )
    sheet.freeze_panes(row + 3, 0)
    styles.page(sheet, footer(card), header_rows=(row + 2, row + 2) if len(cut) else None)
    sheet.set_zoom(85)


def _count(found: pd.DataFrame) -> str:
    words = f"ล่าช้ากว่าแผน {len(found):,} ตัวชี้วัด จาก {found['unit'].nunique():,} หน่วยงาน เรียงจากสัญญาณไฟต่ำสุดและน้ำหนักมากที่สุด"
    return words + (f" · แสดง {MOST:,} แถวแรก ทั้งหมดอยู่ใน master.xlsx" if len(found) > MOST else "")
