"""The first sheet: title, tiles, lights with words, the quarters, the units, both ends of the ranking. One A4 page."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from pipeline.model import Scorecard
from pipeline.office import charts, panels, styles
from pipeline.office.book import Book, Worksheet
from pipeline.office.charts import Figures, Range
from pipeline.office.panels import Tile, Way
from pipeline.report import history
from pipeline.report.pages.contents import CHANGES, Contents
from pipeline.report.words import SCORE_AXIS, TREND, as_of, footer, light_limit, period, quarter_label, setting
from schemas.language import Text

# Six blocks of three columns with a narrow one between them carry everything on the page.
WIDE, NARROW, BLOCKS = 9.6, 1.3, 6
LAST = BLOCKS * 4 - 2
_COLUMN_PIXELS, _GAP_PIXELS = round(WIDE * 7 + 5), round(NARROW * 7 + 5)
_BLOCK_PIXELS = 3 * _COLUMN_PIXELS + _GAP_PIXELS
UNITS_CHART_PIXELS = 4 * _BLOCK_PIXELS - _GAP_PIXELS - 4
TREND_CHART_PIXELS = 2 * _BLOCK_PIXELS - _GAP_PIXELS - 4
BARS = charts.bars_that_fit(UNITS_CHART_PIXELS)
CHART_POINTS = 270.0
RANKED = 5

TITLE = Text("รายงานผลการดำเนินงานสำหรับผู้บริหาร", "Executive performance report")
LABELS = {
    "headline": Text("คะแนนรวม (เต็ม 5)", "Score"),
    "coverage": Text("ความครอบคลุม", "Coverage"),
    "units": Text("หน่วยงานรายงาน", "Units"),
    "confirmed": Text("ยืนยันแล้ว", "Confirmed"),
    "behind": Text("ล่าช้ากว่าแผน", "Behind"),
    "held": Text("รอแก้ไข", "To correct"),
}


def draw(
    book: Book,
    sheet: Worksheet,
    card: Scorecard,
    tables: Mapping[str, pd.DataFrame],
    contents: Contents,
    figures: Figures,
) -> None:
    """Draw the page from top to bottom."""
    for block in range(BLOCKS):
        sheet.set_column(block * 4, block * 4 + 2, WIDE)
        sheet.set_column(block * 4 + 3, block * 4 + 3, NARROW)
    row = panels.title(book, sheet, LAST, f"{card.office_name}  ·  {period(card).th}", as_of(card), _subtitle(card))
    panels.ways(book, sheet, row, _places(contents), _ways(contents))
    row = panels.gap(sheet, row + 1, 6)
    row = _tiles(book, sheet, card, row)
    row = panels.gap(sheet, row)
    row = _lights(book, sheet, card, row, contents.to(contents.indicators))
    row = panels.gap(sheet, row)
    row = _charts(book, sheet, tables, figures, row)
    row = panels.gap(sheet, row)
    row = _ranking(book, sheet, card, tables, contents, row)
    row = _remarks(book, sheet, card, tables, row)
    sheet.print_area(0, 0, row - 1, LAST)
    styles.page(sheet, footer(card), wide=1, high=1)
    sheet.set_zoom(85)


def _subtitle(card: Scorecard) -> str:
    return f"{TITLE.both}  ·  {period(card).en}  ·  แผนฉบับที่ {card.plan_revision} / plan revision {card.plan_revision}"


def _ways(contents: Contents) -> list[Way]:
    ways = contents.ways(contents.summary)
    if contents.parents:
        ways.append(Way(contents.to(next(iter(contents.parents.values()))), "▸ รายต้นสังกัด"))
    place = next(iter(contents.master.values()), "")
    return [*ways, Way(f"external:master.xlsx#{place}", "▸ ข้อมูลทั้งหมด (master)")] if place else ways


def _places(contents: Contents) -> list[tuple[int, int]]:
    """A block a way; the last, which is long, takes two where there is room."""
    count = len(_ways(contents))
    return [(b * 4, min(LAST, b * 4 + (6 if b == count - 1 else 2))) for b in range(count)]


def _share(part: int, whole: int) -> str:
    return f"{part / whole * 100:.1f}" if whole else "–"


def _tiles(book: Book, sheet: Worksheet, card: Scorecard, row: int) -> int:
    total = card.office
    light = str(total.get("light", "grey"))
    shown = [
        Tile(LABELS["headline"].both, total["headline"], styles.SCORE, _headline_remark(card, light), light),
        Tile(
            LABELS["coverage"].both,
            total["coverage"],
            '0.0"%"',
            f"รายงาน {total['reported']:,}/{total['indicators']:,} ตัวชี้วัด",
        ),
        Tile(
            LABELS["units"].both,
            f"{total['units_reporting']:,}/{total['units']:,}",
            "",
            f"ร้อยละ {_share(total['units_reporting'], total['units'])} ของหน่วยงาน",
        ),
        Tile(LABELS["confirmed"].both, total["confirmed"], styles.COUNT, f"จาก {total['indicators']:,} ตัวชี้วัด"),
        Tile(
            LABELS["behind"].both,
            total["behind"],
            styles.COUNT,
            f"ร้อยละ {_share(total['behind'], total['reported'])} ของที่รายงาน",
        ),
        Tile(LABELS["held"].both, total["held"], styles.COUNT, f"ตัวชี้วัด · ส่งล่าช้า {total['late']:,}"),
    ]
    for block, tile in enumerate(shown):
        panels.tile(book, sheet, row, block * 4, block * 4 + 2, tile)
    return panels.tile_rows(sheet, row)


def _headline_remark(card: Scorecard, light: str) -> str:
    words = styles.LIGHTS[light].label
    before, now = card.office.get("previous"), card.office["headline"]
    if before is None or before != before or now != now:
        return words
    change = round(now - before, 2)
    return f"{words}  ·  {'▲ +' if change > 0 else '▼ ' if change < 0 else 'เท่าเดิม '}{change:.2f} จากงวดก่อน"


def _lights(book: Book, sheet: Worksheet, card: Scorecard, row: int, every: str) -> int:
    """Six blocks under the tiles: what this is, each light with sign, word, number and meaning, and their sum, which
    leads to `every` indicator."""
    sheet.set_row(row, styles.row_height(panels.HEADING) + 4)
    look = {"bold": True, "font_size": panels.BODY, "indent": 1, "shrink": True}
    plain = {"font_color": styles.NAVY, "bg_color": styles.PALE}
    link = {"font_color": styles.ACCENT, "bg_color": styles.PALE, "underline": 1}
    book.block(sheet, (row, 0, row, 2), "สัญญาณไฟตัวชี้วัด / Lights", **look, **plain)
    for block, light in enumerate(styles.LIGHTS, start=1):
        words = f"{styles.LIGHTS[light].label} {card.office[light]:,}  ({light_limit(card, light)})"
        book.block(sheet, (row, block * 4, row, block * 4 + 2), words, **look, **styles.light_style(light))
    sheet.merge_range(row, 20, row, 22, "", book.format(**look, **link))
    book.link(sheet, row, 20, every, f"▸ รวม {card.office['indicators']:,} ตัวชี้วัด", **look, **link)
    return row + 1


def _charts(book: Book, sheet: Worksheet, tables: Mapping[str, pd.DataFrame], figures: Figures, row: int) -> int:
    bars = tables["bars"]
    sheet.set_row(row, CHART_POINTS)
    high = CHART_POINTS * 96 / 72 - 8
    trend = charts.scores(book, _quarters(figures, tables["trend"]), [], TREND.th, SCORE_AXIS.th)
    charts.place(sheet, row, 0, trend, TREND_CHART_PIXELS, high, "คะแนนรวมและความครอบคลุมรายไตรมาส")
    if len(bars):
        names = short_names(bars)
        where = figures.add(["หน่วยงาน", "คะแนน"], names, bars["headline"].tolist())
        slanted = charts.slanted(names)
        chart = charts.scores(book, where, bars["light"].tolist(), _bars_title(bars), SCORE_AXIS.th, slanted)
        charts.place(sheet, row, 8, chart, UNITS_CHART_PIXELS, high, _bars_title(bars))
    else:
        book.block(
            sheet,
            (row, 8, row, LAST),
            "ยังไม่มีหน่วยงานใดมีคะแนนในงวดนี้ / No unit has a score yet",
            align="center",
            font_size=panels.HEADING,
            font_color=styles.MUTED,
            border=1,
            border_color=styles.LINE,
        )
    return row + 1


def short_names(frame: pd.DataFrame) -> list[str]:
    """What stands under the bars: the short name, else the beginning of the name."""
    return [
        styles.shortened(short or name, 12) for short, name in zip(frame["unit_short"], frame["unit_name"], strict=True)
    ]


def _quarters(figures: Figures, quarters: pd.DataFrame) -> Range:
    """All four quarters, so that the chart looks the same on the first day; those to come are named and empty."""
    share = quarters["coverage"].where(quarters["headline"].notna())
    named = [quarter_label(*one) for one in zip(quarters["period"], share, strict=True)]
    return figures.add(["ไตรมาส", "คะแนนรวม"], named, quarters["headline"].tolist())


def _bars_title(bars: pd.DataFrame) -> str:
    who = "ต้นสังกัด" if bars["kind"].iloc[0] == "parent" else "หน่วยงาน"
    of, every = int(bars["of"].iloc[0]), int(bars["all"].iloc[0])
    if len(bars) < of:
        return f"คะแนนราย{who}: {len(bars)} แห่งที่คะแนนต่ำสุด จาก {of:,} แห่ง"
    missing = f" (อีก {every - of:,} แห่งยังไม่มีคะแนน)" if every > of else ""
    return f"คะแนนราย{who} {of:,} แห่ง{missing}"


# Column spans inside one half of the page: rank, unit, score, coverage, light.
_SPANS = ((0, 0), (1, 5), (6, 6), (7, 8), (9, 10))
_HEADS = (
    Text("อันดับ", "Rank"),
    Text("หน่วยงาน", "Unit"),
    Text("คะแนน", "Score"),
    Text("ครอบคลุม", "Coverage"),
    Text("สัญญาณไฟ", "Light"),
)


def _ranking(
    book: Book, sheet: Worksheet, card: Scorecard, tables: Mapping[str, pd.DataFrame], contents: Contents, row: int
) -> int:
    halves = ((0, "อันดับสูงสุด", "Highest", tables["top"]), (12, "อันดับต่ำสุด", "Lowest", tables["bottom"]))
    for left, words, english, frame in halves:
        panels.heading(book, sheet, row, left, left + 10, words, english)
        sheet.set_row(row + 1, styles.row_height(panels.BODY))
        for (a, b), head in zip(_SPANS, _HEADS, strict=True):
            book.block(
                sheet,
                (row + 1, left + a, row + 1, left + b),
                head.th,
                font_size=panels.BODY,
                font_color=styles.MUTED,
                align="left" if a in (1, 9) else "center",
            )
        for n in range(RANKED):
            sheet.set_row(row + 2 + n, styles.row_height(panels.BODY))
            if n < len(frame):
                _ranked(book, sheet, row + 2 + n, left, frame.iloc[n], contents)
        if not len(frame) and (left == 0 or len(tables["top"])):
            empty = "ยังไม่มีหน่วยงานที่จัดอันดับได้" if not len(tables["top"]) else "ไม่มีหน่วยงานที่ต่ำกว่ากลุ่มอันดับสูงสุด"
            book.block(sheet, (row + 2, left, row + 2, left + 10), empty, font_color=styles.MUTED, indent=1)
    return row + 2 + RANKED


def _ranked(book: Book, sheet: Worksheet, row: int, left: int, unit: pd.Series, contents: Contents) -> None:
    rule = {"bottom": 1, "bottom_color": styles.LINE, "font_size": panels.BODY}
    tied = f"{int(unit['rank'])}" + (" ร่วม" if unit["tied"] > 1 else "")
    (ra, rb), (ua, ub), (sa, sb), (ca, cb), (la, lb) = ((left + a, left + b) for a, b in _SPANS)
    book.block(sheet, (row, ra, row, rb), tied, align="center", **rule)
    name = styles.shortened(unit["unit_name"], 38)
    link = {"font_color": styles.ACCENT, "underline": 1, "shrink": True, **rule}
    sheet.merge_range(row, ua, row, ub, "", book.format(**link))
    book.link(sheet, row, ua, contents.to_heat(unit["unit"]), name, **link)
    book.block(sheet, (row, sa, row, sb), unit["headline"], num_format=styles.SCORE, align="center", bold=True, **rule)
    book.block(sheet, (row, ca, row, cb), unit["coverage"], num_format='0.0"%"', align="center", **rule)
    book.block(
        sheet,
        (row, la, row, lb),
        styles.LIGHTS[unit["light"]].label,
        indent=1,
        **rule,
        **styles.light_style(unit["light"]),
    )


def _remarks(book: Book, sheet: Worksheet, card: Scorecard, tables: Mapping[str, pd.DataFrame], row: int) -> int:
    units, total = tables["units"], card.office
    unranked = int(units["rank"].isna().sum())
    words = f"จัดอันดับเฉพาะหน่วยงานที่รายงานตั้งแต่ร้อยละ {setting(card, 'ranking_coverage')} ของน้ำหนัก"
    words += f" (ไม่จัดอันดับ {unranked:,} แห่ง)" if unranked else ""
    tied = tables["top"]["tied"].max() if len(tables["top"]) else 0
    words += f" · คะแนนเท่ากันถืออันดับร่วม (มากที่สุด {int(tied):,} แห่งในกลุ่มบน)" if tied > 1 else ""
    other = {"reported": ("ทุกตัวชี้วัด", "score_all"), "all": ("เฉพาะที่รายงาน", "score_reported")}[setting(card, "headline")]
    score = total.get(other[1])
    if score is not None and score == score:
        words += f" · คะแนนรวมแบบ{other[0]} {score:.4f}"
    then, change = history.last_year(card)
    if then == then and change == change:
        words += f" · ไตรมาสเดียวกันของปีก่อน {then:.4f} ({'▲ +' if change > 0 else '▼ ' if change < 0 else 'เท่าเดิม '}{change:.4f})"
    if len(tables["arrived"]):
        words += f" · มาถึงครั้งแรกหลังพ้นกำหนดส่ง {len(tables['arrived']):,} ตัวเลข"
    if len(tables["restated"]):
        words += f" · ปรับแก้ตัวเลขหลังพ้นกำหนดส่งหรือหลังปลดล็อก {len(tables['restated']):,} รายการ (ดูแผ่น “{CHANGES}”)"
    area = BLOCKS * (3 * WIDE + NARROW)
    panels.note(book, sheet, row, words, area, 0, LAST)
    return row + 1
