"""The state of evidence -> sheets of the register: what is named and has come or not, what is asked about, strategy maps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import pandas as pd

from pipeline.evidence.state import STATES, WHY, EvidenceState, evidence_state
from pipeline.ledger import book
from pipeline.office import styles
from pipeline.office.book import Book
from pipeline.office.tables import Column, Look, draw_table, set_widths
from pipeline.opening import Office
from schemas.evidence import MAP
from schemas.language import Text
from schemas.periods import name_of, short_thai_date

NAMED = Text("หลักฐาน", "Evidence")
ASKED = Text("หลักฐานที่ต้องถาม", "Evidence asked about")
LATE = Text("ล่าช้า", "late")
EARLIER = Text("ฉบับก่อนหน้า", "earlier")
CURRENT = Text("ฉบับปัจจุบัน", "current")

_UNIT = Column("unit", Text("หน่วยงาน", "Unit"), "text", 14)
_FILE = Column("file", Text("ไฟล์ที่ได้รับ", "File received"), "text", 60)
_CAME = Column("received_at", Text("รับเมื่อ", "Received"), "datetime", 24)
_NAMED = (
    _UNIT,
    Column("indicator", Text("ตัวชี้วัด", "Indicator"), "text", 14),
    Column("period", Text("งวด", "Period"), "text", 18),
    Column("name", Text("ชื่อไฟล์ที่ระบุ", "Named in the form"), "text", 60),
    Column("state", Text("สถานะ", "State"), "text", 30),
    Column("deadline", Text("กำหนดส่งหลักฐาน", "Evidence deadline"), "text", 20),
    Column("late", Text("ล่าช้า", "Late"), "text", 10),
    _FILE,
    _CAME,
)
_ASKED = (_UNIT, _FILE, _CAME, Column("why", Text("เหตุที่ถาม", "Why"), "text", 34))
_MAPS = (
    _UNIT,
    Column("fiscal_year", Text("ปีงบประมาณ", "Fiscal year"), "rank", 12),
    _FILE,
    _CAME,
    Column("current", Text("ฉบับ", "Version"), "text", 18),
)


def evidence_sheets(drawn: Book, office: Office) -> None:
    """Draw the sheets into a register being written; those of questions and maps only where there are any."""
    zone, today = office.settings.zone, office.clock.now().date()
    with office.engine.connect() as connection:
        plans = [p for y in book.plan_years(connection) if (p := book.plan_of(connection, y))]
        states = [evidence_state(connection, plan, zone, today) for plan in plans]
    _sheet(drawn, office, NAMED, _NAMED, _together(states, "named"))
    if len(asked := _together(states, "unnamed")):
        _sheet(drawn, office, ASKED, _ASKED, asked)
    if len(maps := _together(states, "maps")):
        _sheet(drawn, office, MAP, _MAPS, maps)


def _together(states: Sequence[EvidenceState], which: str) -> pd.DataFrame:
    frames = [f for s in states if len(f := getattr(s, which))]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def _sheet(drawn: Book, office: Office, name: Text, columns: tuple[Column, ...], frame: pd.DataFrame) -> None:
    lines = _lines(office, frame).reindex(columns=[*dict.fromkeys((*(c.key for c in columns), "path"))], fill_value="")
    paths = [p if p and (office.settings.outbox / p).is_file() else "" for p in lines["path"]]

    def link(row: int, key: str) -> str:
        return f"external:{paths[row]}" if key == "file" and paths[row] else ""

    sheet = drawn.sheet(name.th)
    set_widths(sheet, columns)
    draw_table(drawn, sheet, columns, lines, 0, Look(size=14, wrap=False, link=link))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(1, len(lines)), len(columns) - 1)
    styles.page(sheet, name.th, header_rows=(0, 0))


def _lines(office: Office, frame: pd.DataFrame) -> pd.DataFrame:
    """Codes as words, times on people's clock."""
    words = {
        "state": lambda s: STATES[s].th,
        "period": lambda p: name_of(p).th,
        "deadline": lambda day: short_thai_date(date.fromisoformat(day)),
        "late": lambda late: LATE.th if late else "",
        "why": lambda w: WHY[w].th,
        "current": lambda c: CURRENT.th if c else EARLIER.th,
        "received_at": lambda t: datetime.fromisoformat(t).astimezone(office.settings.zone).isoformat() if t else "",
    }
    return frame.assign(**{key: frame[key].map(word) for key, word in words.items() if key in frame})
