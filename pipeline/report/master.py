"""master.xlsx: one tidy table of every indicator of every unit with score and source, totals, and what it means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from pipeline.model import Scorecard
from pipeline.office import panels, styles
from pipeline.office.book import Book, Worksheet
from pipeline.office.tables import Column, Look, Painter, draw_table, set_widths
from pipeline.report import order
from pipeline.report.master_columns import DATA, PARENTS, PRINTED, UNITS
from pipeline.report.pages import indicators
from pipeline.report.pages.contents import INDICATORS
from pipeline.report.words import LATE, as_of, footer, light_meaning, period, said, setting
from schemas.language import Text

FILE = order.MASTER_FILE
UNIT_SHEET, PARENT_SHEET, NOTES_SHEET = "หน่วยงาน", "ต้นสังกัด", "คำอธิบาย"
_FROZEN = 2  # columns that stay in sight: unit code and name
_DATA_SIZE = 13.0
_ONE_PAGE, _LEAST = 60, 0.55  # rows and scale up to which totals go on one page rather than leave two rows on the next
_FOOT = 90  # letters of the office's name at the foot
_PRINTED_TOTALS = 14  # columns of totals that go on paper: who, headline, rank, coverage, how many


_PLAIN = {UNIT_SHEET: UNITS, PARENT_SHEET: PARENTS, INDICATORS: indicators.COLUMNS}


def tables(card: Scorecard) -> dict[str, pd.DataFrame]:
    """The frames by sheet name, in the order of the sheets; codes are words already; no person fields."""
    rows = said(order.by_unit(card.rows)).assign(late=lambda f: f["late"].map(lambda late: LATE[bool(late)].th))
    data = order.split(rows[["unit", *[c.key for c in DATA if c.key != "unit"]]])
    found = {**data, UNIT_SHEET: order.by_unit(card.units)[[c.key for c in UNITS]]}
    if len(card.parents):
        found[PARENT_SHEET] = order.by_unit(card.parents)[[c.key for c in PARENTS]]
    if len(card.rollups):
        found[INDICATORS] = indicators.listed(card)[[c.key for c in indicators.COLUMNS]]
    return {**found, NOTES_SHEET: _notes(card, len(data))}


def draw(card: Scorecard, tables: dict[str, pd.DataFrame], path: str) -> None:
    """Write the workbook at `path`; the same card gives the same bytes."""
    with Book(path, card.as_of, title=f"{card.office_name} {period(card).th}") as book:
        for name, frame in tables.items():
            if name == NOTES_SHEET:
                _draw_notes(book, card, frame)
            elif name in _PLAIN:
                _draw_plain(book, card, name, _PLAIN[name], frame)
            else:
                _draw_data(book, card, name, frame)


def _draw_data(book: Book, card: Scorecard, name: str, frame: pd.DataFrame) -> None:
    """The tidy table: heading in row 1, one row an indicator, nothing around it, as pivot tables want it."""
    sheet = book.sheet(name)
    set_widths(sheet, DATA)
    draw_table(book, sheet, DATA, frame, 0, Look(size=_DATA_SIZE, english=False, most_lines=6))
    sheet.freeze_panes(1, _FROZEN)
    sheet.autofilter(0, 0, len(frame), len(DATA) - 1)
    _page(sheet, card, DATA[:PRINTED], header_rows=(0, 0))
    sheet.print_area(0, 0, len(frame), PRINTED - 1)
    sheet.set_zoom(90)


def _draw_plain(book: Book, card: Scorecard, name: str, columns: tuple[Column, ...], frame: pd.DataFrame) -> None:
    sheet = book.sheet(name)
    set_widths(sheet, columns)
    painter = Painter(book, sheet, columns, Look(size=_DATA_SIZE))
    painter.header(0)
    painter.rows(frame, 1)
    sheet.freeze_panes(1, _FROZEN)
    sheet.autofilter(0, 0, max(1, len(frame)), len(columns) - 1)
    printed = columns if name == INDICATORS else columns[:_PRINTED_TOTALS]
    heights = [painter.heading_height(), *painter.heights(frame.head(_ONE_PAGE))]
    fits = (
        len(frame) <= _ONE_PAGE
        and styles.fit_scale([c.width for c in printed], heights, True, styles.MARGINS) >= _LEAST
    )
    _page(sheet, card, printed, high=int(fits), header_rows=None if fits else (0, 0))
    sheet.print_area(0, 0, max(1, len(frame)), len(printed) - 1)
    sheet.set_zoom(90)


EVERY_COLUMN = Text("คอลัมน์ทุกแผ่น", "Every column")
NOTE_COLUMNS = (
    Column("sheet", Text("แผ่นงาน", "Sheet"), "long", 30),
    Column("th", Text("คอลัมน์ / เรื่อง", "Column / subject"), "long", 34),
    Column("en", Text("ภาษาอังกฤษ", "In English"), "long", 26),
    Column("meaning_th", Text("ความหมาย", "Meaning"), "long", 62),
    Column("meaning_en", Text("ความหมาย (อังกฤษ)", "Meaning (English)"), "long", 62),
)
METHOD = (
    (Text("ที่มา", "Origin"), Text("{as_of} แผนฉบับที่ {revision} {period}", "Plan revision {revision}, {period_en}")),
    (
        Text("คะแนน", "Score"),
        Text(
            "ผลถึงงวดนี้เทียบเกณฑ์ระดับ 1-5 ตามวิธีให้คะแนนของตัวชี้วัด รายงานแล้วแต่ต่ำกว่าระดับ 1 ได้ 1.0000 ไม่มีผล = เว้นว่าง",
            "The result to date held against criteria 1-5 by the indicator's scoring mode; "
            "reported but below level 1 scores 1.0000; no result stays blank",
        ),
    ),
    (
        Text("คะแนนรวมเฉพาะที่รายงาน", "Total on reported"),
        Text(
            "ผลรวมของน้ำหนัก × คะแนน หารด้วยน้ำหนักของตัวชี้วัดที่รายงาน",
            "Sum of weight x score over the weight of what was reported",
        ),
    ),
    (
        Text("คะแนนรวมทุกตัวชี้วัด", "Total on all"),
        Text(
            "ผลรวมเดียวกัน หารด้วยน้ำหนักทั้งหมด โดยที่ไม่รายงานคิดเป็นศูนย์หรือคะแนนต่ำสุดตามตั้งค่า",
            "The same sum over all weights, the unreported at zero or the floor, as set",
        ),
    ),
    (Text("คะแนนหลัก", "Headline"), Text("สำนักงานนี้เลือก: {headline}", "This office chose: {headline_en}")),
    (
        Text("ความครอบคลุม", "Coverage"),
        Text(
            "ทุกคะแนนรวมยืนคู่กับร้อยละของน้ำหนักที่รายงาน จัดอันดับเฉพาะที่รายงานตั้งแต่ร้อยละ {coverage}",
            "Every total stands beside the share of weight reported; ranked only from {coverage} % on",
        ),
    ),
    (Text("ไฟเขียว", "Green"), Text("{green}", "{green_en}")),
    (Text("ไฟเหลือง", "Yellow"), Text("{yellow}", "{yellow_en}")),
    (Text("ไฟแดง", "Red"), Text("{red}", "{red_en}")),
    (Text("ไฟเทา", "Grey"), Text("{grey}", "{grey_en}")),
    (
        Text("รวมทั้งสำนักงาน", "The whole office"),
        Text(
            "คะแนนหลัก {total} ความครอบคลุมร้อยละ {covered} รายงาน {done} จาก {count} ตัวชี้วัด",
            "Headline {total}, coverage {covered} %, {done} of {count} indicators reported",
        ),
    ),
    (
        Text("จำนวนแผ่นงานข้อมูล", "Data sheets"),
        Text(
            "{sheets} แผ่น (Excel รับได้ 1,048,576 แถวต่อแผ่น เกินกว่านั้นแบ่งแผ่นให้เอง)",
            "{sheets} (Excel takes 1,048,576 rows a sheet; beyond that it is split)",
        ),
    ),
)
HEADLINES = {"reported": Text("เฉพาะที่รายงาน", "on reported indicators"), "all": Text("ทุกตัวชี้วัด", "on all indicators")}


def _notes(card: Scorecard, sheets: int) -> pd.DataFrame:
    """The method first, then every column of the data sheet and of the totals."""
    lights = {
        f"{light}{tail}": getattr(light_meaning(card, light), lang)
        for light in styles.LIGHTS
        for tail, lang in (("", "th"), ("_en", "en"))
    }
    total = card.office["headline"]
    headline = HEADLINES[setting(card, "headline")]
    figures = {
        "as_of": as_of(card),
        "revision": card.plan_revision,
        "period": period(card).th,
        "period_en": period(card).en,
        "sheets": sheets,
        "headline": headline.th,
        "headline_en": headline.en,
        "coverage": setting(card, "ranking_coverage"),
        **lights,
        "total": "-" if total is None or total != total else f"{total:.4f}",
        "covered": f"{card.office['coverage']:.2f}",
        "done": f"{card.office['reported']:,}",
        "count": f"{card.office['indicators']:,}",
    }
    lines = [("", subject, meaning.filled(**figures)) for subject, meaning in METHOD] + _columns()
    records = [{"sheet": s, "th": a.th, "en": a.en, "meaning_th": b.th, "meaning_en": b.en} for s, a, b in lines]
    return pd.DataFrame(records, columns=[c.key for c in NOTE_COLUMNS])


def _columns() -> list[tuple[str, Text, Text]]:
    """Every column with the sheets it stands on: the same word means something else on another sheet."""
    found: dict[tuple[Text, Text], list[str]] = {}
    for name, columns in {order.DATA_SHEET: DATA, **_PLAIN}.items():
        for column in columns:
            found.setdefault((column.label, column.note), []).append(name)
    return [(", ".join(names), label, note) for (label, note), names in found.items()]


def _draw_notes(book: Book, card: Scorecard, frame: pd.DataFrame) -> None:
    sheet = book.sheet(NOTES_SHEET)
    set_widths(sheet, NOTE_COLUMNS)
    panels.title(book, sheet, len(NOTE_COLUMNS) - 1, f"{card.office_name}", period(card).th, as_of(card))
    method = len(METHOD)
    row = draw_table(book, sheet, NOTE_COLUMNS, frame.iloc[:method], 2)
    panels.gap(sheet, row)
    sheet.set_h_pagebreaks([row + 1])
    panels.heading(book, sheet, row + 1, 0, len(NOTE_COLUMNS) - 1, EVERY_COLUMN.th, EVERY_COLUMN.en)
    Painter(book, sheet, NOTE_COLUMNS, Look()).rows(frame.iloc[method:], row + 2)
    _page(sheet, card, NOTE_COLUMNS, header_rows=(2, 2))


def _page(sheet: Worksheet, card: Scorecard, columns: Sequence[Column], **more: Any) -> None:
    """Print set-up; the sheets are wide, so the foot has room for the name of a parent behind its office's."""
    across = styles.fit_scale([c.width for c in columns], [1.0], True, styles.MARGINS)
    styles.page(sheet, footer(card, _FOOT), shrunk=across, **more)
