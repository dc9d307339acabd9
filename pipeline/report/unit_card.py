"""cards/UNIT.xlsx: one page for the unit itself: score, rank, trend, what to fix, next date. The reason to send on time."""

from __future__ import annotations

from datetime import date

import pandas as pd

from pipeline.model import Scorecard
from pipeline.office import charts, panels, styles
from pipeline.office.book import Book, Worksheet
from pipeline.office.charts import Figures
from pipeline.office.panels import Tile
from pipeline.office.tables import Column, Look, draw_table, set_widths
from pipeline.report import share
from pipeline.report.executive import quarters
from pipeline.report.history import effect, why
from pipeline.report.words import SCORE_AXIS, TREND, as_of, footer, period, quarter_label, said
from schemas.language import Text
from schemas.periods import name_of, thai_date

PATTERN = "cards/{}.xlsx"
SHEET, FIGURES = "บัตรหน่วยงาน", "ข้อมูลแผนภูมิ"
TITLE = Text("บัตรคะแนนหน่วยงาน", "Unit card")
COLUMNS = (
    Column("indicator", Text("รหัส", "Code"), "text", 12),
    Column("indicator_name", Text("ตัวชี้วัด", "Indicator"), "long", 50),
    Column("weight", Text("น้ำหนัก", "Weight"), "number", 10),
    Column("target", Text("เป้าหมาย", "Target"), "number", 11),
    Column("result", Text("ผลถึงงวดนี้", "Result"), "number", 12),
    Column("score", Text("คะแนน", "Score"), "score", 10),
    Column("light", Text("สัญญาณไฟ", "Light"), "light", 12),
    Column("status", Text("เทียบแผน", "Status"), "text", 17),
    Column("reported", Text("การรายงาน", "Reported"), "text", 21),
    Column("state", Text("สถานะ", "State"), "long", 20),
)
TODO = {
    "held": Text("แก้ไขแล้วส่งใหม่ตามสำเนาที่ทำเครื่องหมายไว้ คะแนนยังใช้ผลเดิม", "Correct the marked copy and send it again"),
    "blank": Text("ยังไม่ได้รับผล ส่งแบบรายงานของงวดนี้", "No result received: send the form"),
    "draft": Text("ส่งแล้วแต่ยังเป็นร่าง เลือก “ยืนยัน” เมื่อถูกต้อง", "Still a draft: confirm it when right"),
    "behind": Text("ล่าช้ากว่าแผน ดำเนินการตามแนวทางแก้ไขและรายงานความก้าวหน้า", "Behind plan: act on the remedy and report"),
    "evidence": Text("ยังไม่มีชื่อไฟล์หลักฐาน ต้องมีอย่างน้อยหนึ่งไฟล์ในไตรมาส 4", "Name at least one evidence file in Q4"),
}
NOTHING = Text("ไม่มีสิ่งที่ต้องแก้ไขในงวดนี้", "Nothing to fix in this period")
NO_MORE = Text("พ้นกำหนดส่งของทุกไตรมาสในปีนี้แล้ว", "Every deadline of the year has passed")
_MOST = 12  # lines of things to do; the table below says the rest
_TILES = ((0, 1), (2, 4), (5, 7), (8, 9))
_CHART_POINTS = 210.0
_SCALE = 74  # per cent: a fixed scale, because fitting to a page ignores the break before the table
_PIXELS = sum(round(c.width * 7 + 5) for c in COLUMNS) - 4


def parts(card: Scorecard) -> share.Parts:
    """Each unit's own rows, with its total, its rank among how many, its trend and its restated figures."""
    return share.with_standing(card, share.by_unit(card))


def to_do(part: Scorecard) -> pd.DataFrame:
    """What the unit has to do, most urgent first: kind (a key of TODO), indicator, indicator_name."""
    rows = part.rows
    waits = {
        "held": rows["reported"] == "held",
        "blank": rows["reported"] == "blank",
        "draft": (rows["state"] == "draft") & rows["reported"].isin(["reported", "cannot"]),
        "behind": rows["status"] == "behind",
        "evidence": (rows["evidence"] == "") & (rows["reported"] == "reported") & part.period.endswith("Q4"),
    }
    found = [rows.loc[at, ["indicator", "indicator_name"]].assign(kind=kind) for kind, at in waits.items()]
    return pd.concat(found, ignore_index=True)[["kind", "indicator", "indicator_name"]]


def next_date(part: Scorecard) -> str:
    """The next day this quarter or a later one is due: "กำหนดส่งไตรมาส 3/2567: 15 กรกฎาคม 2567"; without one, that all have passed."""
    today = part.as_of.date()
    for when, text in sorted(part.deadlines.items(), key=lambda p: (p[1], p[0])):
        if (day := date.fromisoformat(text)) >= today and when >= part.period:
            return f"กำหนดส่ง{name_of(when).th}: {thai_date(day)}"
    return NO_MORE.th


def draw(part: Scorecard, path: str) -> None:
    """Write the card; the same part gives the same bytes."""
    unit = part.units.iloc[0]
    with Book(path, part.as_of, title=f"{TITLE.th} {unit['unit_name']}") as book:
        sheet, hidden = book.sheet(SHEET), book.sheet(FIGURES)
        set_widths(sheet, COLUMNS)
        last = len(COLUMNS) - 1
        below = f"{TITLE.both}  ·  {part.office_name}  ·  {as_of(part)}"
        row = panels.title(book, sheet, last, unit["unit_name"], period(part).th, below)
        row = panels.gap(sheet, row, 6)
        for (first, end), tile in zip(_TILES, _tiles(part, unit), strict=True):
            panels.tile(book, sheet, row, first, end, tile)
        row = panels.gap(sheet, panels.tile_rows(sheet, row))
        row = _trend(book, sheet, Figures(book, hidden), part, row)
        row = _to_do(book, sheet, part, row, last)
        panels.heading(book, sheet, row, 0, last, "ตัวชี้วัดทั้งหมด", "All indicators")
        end = draw_table(book, sheet, COLUMNS, said(part.rows), row + 1, Look(size=13.0))
        end = _restated(book, sheet, part, end, last)
        sheet.print_area(0, 0, end - 1, last)
        styles.page(sheet, footer(part), scale=_SCALE, header_rows=(row + 1, row + 1))
        sheet.set_h_pagebreaks([row])
        sheet.set_zoom(85)
        hidden.hide()
        sheet.activate()


def _tiles(part: Scorecard, unit: pd.Series) -> list[Tile]:
    ranked, every = int(part.office["ranked"]), int(part.office["units"])
    rank = "–" if unit["rank"] != unit["rank"] else f"{int(unit['rank']):,}"
    placed = f"จาก {ranked:,} หน่วยงานที่จัดอันดับได้" if rank != "–" else f"รายงานน้อยเกินกว่าจะจัดอันดับ ({every:,} แห่ง)"
    change = unit["headline"] - unit["previous"]
    moved = (
        "ยังไม่มีไตรมาสก่อนให้เทียบ"
        if change != change
        else f"{'▲ +' if change > 0 else '▼ ' if change < 0 else 'เท่าเดิม '}{change:.2f} จากไตรมาสก่อน"
    )
    light = str(unit["light"])
    return [
        Tile("คะแนนรวม (เต็ม 5) / Score", unit["headline"], styles.SCORE, f"{styles.LIGHTS[light].label}  ·  {moved}", light),
        Tile("อันดับ / Rank", rank, "", placed),
        Tile("ความครอบคลุม / Coverage", unit["coverage"], '0.0"%"', f"รายงาน {unit['reported']:,} จาก {unit['indicators']:,} ตัวชี้วัด"),
        Tile("ล่าช้ากว่าแผน / Behind", int(unit["behind"]), styles.COUNT, f"ส่งหลังกำหนด {unit['late']:,} ตัวชี้วัด"),
    ]  # fmt: skip


def _trend(book: Book, sheet: Worksheet, figures: Figures, part: Scorecard, row: int) -> int:
    known = quarters(part, part.units["unit"].iloc[0])
    shares = known["coverage"].where(known["headline"].notna())
    named = [quarter_label(*one) for one in zip(known["period"], shares, strict=True)]
    where = figures.add(["ไตรมาส", "คะแนนรวม"], named, known["headline"].tolist())
    chart = charts.scores(book, where, [], TREND.th, SCORE_AXIS.th)
    sheet.set_row(row, _CHART_POINTS)
    charts.place(sheet, row, 0, chart, _PIXELS, _CHART_POINTS * 96 / 72 - 8, TREND.th)
    return panels.gap(sheet, row + 1)


def _to_do(book: Book, sheet: Worksheet, part: Scorecard, row: int, last: int) -> int:
    """The next date, then a line for each kind of thing to do with the indicators it concerns."""
    panels.heading(book, sheet, row, 0, last, f"สิ่งที่ต้องทำ  ·  {next_date(part)}", "To do")
    found, room = to_do(part), sum(c.width for c in COLUMNS)
    row += 1
    for kind, text in TODO.items():
        codes = found.loc[found["kind"] == kind, "indicator"].tolist()
        if codes:
            more = f" และอีก {len(codes) - _MOST}" if len(codes) > _MOST else ""
            line = f"•  {text.th} ({len(codes)}): {', '.join(codes[:_MOST])}{more}"
            lines = styles.lines_of(line, room, panels.BODY)
            sheet.set_row(row, styles.row_height(panels.BODY, lines))
            book.block(sheet, (row, 0, row, last), line, text_wrap=True, indent=1, font_color=styles.INK)
            row += 1
    if not len(found):
        sheet.set_row(row, styles.row_height(panels.BODY))
        book.block(sheet, (row, 0, row, last), f"✓  {NOTHING.both}", indent=1, **styles.light_style("green"))
        row += 1
    return panels.gap(sheet, row)


def _restated(book: Book, sheet: Worksheet, part: Scorecard, row: int, last: int) -> int:
    """Figures of this unit that changed after their quarter closed, one line each; nothing where there are none."""
    if not len(part.restated):
        return row
    row = panels.gap(sheet, row)
    panels.heading(book, sheet, row, 0, last, "ตัวเลขที่ปรับแก้หลังพ้นกำหนดส่งหรือหลังปลดล็อก", "Restated")
    room = sum(c.width for c in COLUMNS)
    for n, r in enumerate(part.restated.to_dict("records"), start=1):
        line = f"{r['indicator']}  {name_of(r['period']).th}: {r['old'] or '-'} → {r['new'] or '-'}  ({why(r)})  {effect(r)}"
        sheet.set_row(row + n, styles.row_height(panels.BODY, styles.lines_of(line, room, panels.BODY)))
        book.block(sheet, (row + n, 0, row + n, last), line, text_wrap=True, indent=1)
    return row + 1 + len(part.restated)
