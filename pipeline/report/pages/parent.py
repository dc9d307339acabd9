"""One sheet a parent: its totals, its units by score, and the way to each unit."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from pipeline.model import Scorecard
from pipeline.office import charts, panels, styles
from pipeline.office.book import Book, Worksheet
from pipeline.office.charts import Figures
from pipeline.office.panels import Tile
from pipeline.office.tables import Column, Look, draw_table, set_widths
from pipeline.report.pages.contents import Contents
from pipeline.report.words import as_of, footer, period
from schemas.language import Text

COLUMNS = (
    Column("rank", Text("อันดับ", "Rank"), "rank", 9),
    Column("unit_name", Text("หน่วยงาน", "Unit"), "long", 58),
    Column("headline", Text("คะแนน", "Score"), "score", 12),
    Column("light", Text("สัญญาณไฟ", "Light"), "light", 13),
    Column("coverage", Text("ความครอบคลุม %", "Coverage"), "percent", 15),
    Column("reported", Text("รายงานแล้ว", "Reported"), "count", 12),
    Column("indicators", Text("ตัวชี้วัด", "Indicators"), "count", 12),
    Column("behind", Text("ล่าช้ากว่าแผน", "Behind"), "count", 13),
    Column("held", Text("รอแก้ไข", "Held"), "count", 11),
    Column("late", Text("ส่งล่าช้า", "Late"), "count", 11),
    Column("more", Text("รายละเอียด", "Details"), "text", 18),
)
NONE = Text("ยังไม่มีหน่วยงานที่รายงานโดยตรง", "No unit reports to it directly")
_CHART_POINTS = 190.0
_PIXELS = sum(round(c.width * 7 + 5) for c in COLUMNS) - 4
_TILES = ((0, 1), (2, 4), (5, 7), (8, 10))


def draw(
    book: Book,
    sheet: Worksheet,
    card: Scorecard,
    tables: Mapping[str, pd.DataFrame],
    contents: Contents,
    figures: Figures,
    code: str,
) -> None:
    """Draw the sheet of the parent `code`."""
    total = tables["parents"].set_index("unit").loc[code]
    units = tables["units"]
    mine = units[units["parent"] == code].sort_values("headline", ascending=False, kind="stable").reset_index(drop=True)
    below = _below(tables["parents"], code) if not len(mine) else mine
    set_widths(sheet, COLUMNS)
    last = len(COLUMNS) - 1
    row = panels.title(
        book, sheet, last, str(total["unit_name"]), period(card).th, f"{card.office_name}  ·  {as_of(card)}"
    )
    panels.ways(book, sheet, row, [(0, 0), (1, 1), (2, 3), (4, 6), (7, 9)], contents.ways(contents.parents[code]))
    row = panels.gap(sheet, row + 1, 6)
    for (first, end), tile in zip(_TILES, _tiles(total), strict=True):
        panels.tile(book, sheet, row, first, end, tile)
    row = panels.gap(sheet, panels.tile_rows(sheet, row))
    row = panels.gap(sheet, _chart(book, sheet, below, figures, row))
    if len(below):
        _table(book, sheet, below, contents, row)
    else:
        book.block(sheet, (row, 0, row, last), NONE.both, font_color=styles.MUTED, indent=1)
    styles.page(sheet, footer(card), header_rows=(row, row) if len(below) else None)
    sheet.set_zoom(85)


def _below(parents: pd.DataFrame, code: str) -> pd.DataFrame:
    """The parents right under one that has no units of its own, by score; they have no rank and send nothing late."""
    found = parents[parents["parent"] == code].sort_values("headline", ascending=False, kind="stable")
    return found.reset_index(drop=True)


def _table(book: Book, sheet: Worksheet, below: pd.DataFrame, contents: Contents, row: int) -> None:
    """A row a unit, which leads to its rows in master.xlsx; a row a parent leads to its own sheet."""
    codes = below["unit"].tolist()
    sheets = {code: contents.parents[code] for code in codes if code in contents.parents}

    def target(at: int, key: str) -> str:
        if key != "more":
            return ""
        return contents.to(sheets[codes[at]]) if codes[at] in sheets else contents.to_master(codes[at])

    more = [f"▸ {sheets[code]}" if code in sheets else "▸ master" for code in codes]
    draw_table(book, sheet, COLUMNS, below.assign(more=more), row, Look(link=target))


def _tiles(total: pd.Series) -> list[Tile]:
    return [
        Tile(
            "คะแนนรวม (เต็ม 5) / score",
            total["headline"],
            styles.SCORE,
            styles.LIGHTS[total["light"]].label,
            total["light"],
        ),
        Tile(
            "ความครอบคลุม / coverage",
            total["coverage"],
            '0.0"%"',
            f"{total['reported']:,} จาก {total['indicators']:,} ตัวชี้วัด",
        ),
        Tile(
            "หน่วยงานที่รายงาน / units",
            f"{total['units_reporting']:,}/{total['units']:,}",
            "",
            f"รอแก้ไข {total['held']:,} ตัวชี้วัด",
        ),
        Tile("ล่าช้ากว่าแผน / behind", int(total["behind"]), styles.COUNT, f"ส่งล่าช้า {total['late']:,}"),
    ]


def _chart(book: Book, sheet: Worksheet, mine: pd.DataFrame, figures: Figures, row: int) -> int:
    """The units as columns; where they are too many, the lowest, and the heading says so."""
    scored = mine[mine["headline"].notna()]
    shown = scored.tail(charts.bars_that_fit(_PIXELS))
    if not len(shown):
        return row
    words = (
        f"คะแนนรายหน่วยงาน {len(shown)} แห่ง"
        if len(shown) == len(scored)
        else f"{len(shown)} แห่งที่คะแนนต่ำสุด จาก {len(scored):,} แห่ง"
    )
    names = [
        styles.shortened(short or name, 12) for short, name in zip(shown["unit_short"], shown["unit_name"], strict=True)
    ]
    where = figures.add(["หน่วยงาน", "คะแนน"], names, shown["headline"].tolist())
    chart = charts.scores(book, where, shown["light"].tolist(), words, "คะแนน (เต็ม 5)", charts.slanted(names))
    sheet.set_row(row, _CHART_POINTS)
    charts.place(sheet, row, 0, chart, _PIXELS, _CHART_POINTS * 96 / 72 - 8, words)
    return row + 1
