"""The ledger -> the register: every file ever seen with its state and answer, the balance, and who owes which form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import pandas as pd

from pipeline.evidence.sheet import evidence_sheets
from pipeline.ledger import book
from pipeline.office import styles
from pipeline.office.book import Book
from pipeline.office.tables import Column, Look, draw_table, set_widths
from pipeline.opening import Office
from pipeline.reply import place
from pipeline.template import unit_forms
from schemas.evidence import FORM as EVIDENCE
from schemas.evidence import TITLE as EVIDENCE_TITLE
from schemas.forms_index import forms
from schemas.language import Text
from schemas.periods import end_of, name_of
from schemas.plan import Plan

FILE = "register.xlsx"
_WORDS = {
    "missing": Text("ยังไม่ส่ง", "missing"),
    "returned": Text("ส่งกลับให้แก้", "returned"),
    "received": Text("รับแล้ว", "received"),
    "not due": Text("ยังไม่ถึงกำหนด", "not due"),
}
STATES = {
    "accepted": Text("รับแล้ว", "accepted"),
    "returned": Text("ส่งกลับให้แก้", "returned"),
    "refused": Text("ไม่รับ", "refused"),
    "duplicate": Text("ซ้ำ", "duplicate"),
    "quarantined": Text("เปิด/อ่านไม่ได้", "quarantined"),
    "pending": Text("รอ", "pending"),
    "received": Text("รับเข้าแล้ว ยังไม่ตรวจ", "taken in, not judged yet"),
}


def register(office: Office) -> dict[str, Any]:
    """{"files": count per state, "balance": files in against final states, "owed": one line per unit, form and period
    that is due and not in order}.

    A plan is due when the year has begun; a quarter is due once it has ended. Held rows count as returned.
    """
    with office.engine.connect() as connection:
        arrivals = book.submissions(connection)
        owed = [line for year in book.plan_years(connection) for line in _owed(office, connection, year)]
    counts = {s: int((arrivals["state"] == s).sum()) for s in (*book.FINAL, "pending")}
    return {"files": counts, "balance": balance(arrivals["state"]), "owed": owed}


def balance(states: pd.Series) -> dict[str, int]:
    """Files in = those in a final state + those that wait (pending, or taken in and not judged yet) + unexplained (0)."""
    final = int(states.isin(book.FINAL).sum())
    waiting = int(states.isin(("pending", "received")).sum())
    return {"in": len(states), "final": final, "waiting": waiting, "unexplained": len(states) - final - waiting}


def _owed(office: Office, connection: Any, year: int) -> list[dict[str, Any]]:
    plan = book.plan_of(connection, year)
    assert plan is not None
    newest = book.standing_postings(connection, year, held=True)
    held = newest.assign(held=newest["state"] == "held").groupby(["unit", "form", "period"])["held"].any().to_dict()
    today = office.clock.now().date()
    lines = []
    for unit in plan.reporting_units:
        for form in unit_forms():
            for period in _due(form.name, year, today):
                waits = held.get((unit, form.name, period))
                what = "missing" if waits is None else "returned" if waits else "received"
                if what != "received":
                    lines.append(_line(plan, unit, form.name, period, what, today))
    return lines


def _line(plan: Plan, unit: str, form: str, period: str, what: str, today: date) -> dict[str, Any]:
    deadline = plan.deadline(period, form)
    return {
        "unit": unit,
        "name": plan.units[unit]["name"],
        "form": form,
        "period": period,
        "state": what,
        "deadline": deadline.isoformat(),
        "late": today > deadline,
        "words_th": _WORDS[what].th,
        "words_en": _WORDS[what].en,
    }


def _due(form: str, year: int, today: Any) -> list[str]:
    if form == "monthly_plan":
        return [str(year)]
    return [p for q in (1, 2, 3, 4) if end_of(p := f"{year}-Q{q}") < today]


# -- register.xlsx -----------------------------------------------------------------------------------------------------

_FILES = (
    Column("number", Text("เลขที่", "Number"), "rank", 8),
    Column("received_at", Text("รับเมื่อ", "Received"), "datetime", 18),
    Column("name", Text("ชื่อไฟล์", "File"), "text", 44),
    Column("sender", Text("จาก", "From"), "text", 18),
    Column("unit", Text("หน่วยงาน", "Unit"), "text", 14),
    Column("form", Text("แบบฟอร์ม", "Form"), "text", 24),
    Column("fiscal_year", Text("ปีงบประมาณ", "Fiscal year"), "rank", 12),
    Column("state", Text("ผล", "State"), "text", 18),
    Column("reason", Text("เหตุผล", "Reason"), "text", 46),
    Column("rows_taken", Text("แถวที่รับ", "Rows taken"), "count", 11),
    Column("rows_held", Text("แถวรอแก้", "Rows held"), "count", 11),
    Column("answer", Text("คำตอบ (ใน outbox)", "Answer (in outbox)"), "text", 46),
    Column("sha256", Text("ลายนิ้วมือไฟล์", "sha256"), "text", 20),
)
_BALANCE = (
    Column("th", Text("ยอดไฟล์", "Balance of files"), "text", 44),
    Column("en", Text("ภาษาอังกฤษ", "In English"), "text", 44),
    Column("count", Text("จำนวน", "Files"), "count", 14),
)
_OWED = (
    Column("unit", Text("หน่วยงาน", "Unit"), "text", 14),
    Column("name", Text("ชื่อหน่วยงาน", "Name"), "text", 46),
    Column("form", Text("แบบฟอร์ม", "Form"), "text", 26),
    Column("period", Text("งวด", "Period"), "text", 26),
    Column("state", Text("สถานะ", "State"), "text", 20),
    Column("deadline", Text("กำหนดส่ง", "Deadline"), "text", 16),
    Column("late", Text("เกินกำหนด", "Late"), "text", 12),
)


def write_register(office: Office) -> str:
    """Draw outbox/register.xlsx anew -> its path in outbox (a second name where Excel holds it open)."""
    with office.engine.connect() as connection:
        arrivals = book.submissions(connection)
    table = register(office)
    return place(office.settings, FILE, lambda path: _draw(office, arrivals, table, path))


def _draw(office: Office, arrivals: pd.DataFrame, table: Mapping[str, Any], path: str) -> None:
    newest = max(arrivals["received_at"], default="2020-01-01T00:00:00+00:00")
    with Book(path, datetime.fromisoformat(newest), size=14, title="ทะเบียนไฟล์") as drawn:
        _sheet(drawn, "ยอดไฟล์", _BALANCE, _balance_lines(table))
        answers = list(arrivals["answer"].map(lambda a: _now_at(office, a)))
        _sheet(drawn, "ทะเบียนไฟล์", _FILES, _file_lines(office, arrivals), answers)
        _sheet(drawn, "ค้างส่ง", _OWED, _owed_lines(table["owed"]))
        evidence_sheets(drawn, office)


def _sheet(
    drawn: Book, name: str, columns: tuple[Column, ...], frame: pd.DataFrame, answers: list[str] | None = None
) -> None:
    sheet = drawn.sheet(name)
    set_widths(sheet, columns)

    def link(row: int, key: str) -> str:
        return f"external:{answers[row]}" if answers and key == "answer" and answers[row] else ""

    draw_table(drawn, sheet, columns, frame, 0, Look(size=14, wrap=False, link=link))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(1, len(frame)), len(columns) - 1)
    styles.page(sheet, name, header_rows=(0, 0))


def _now_at(office: Office, answer: str) -> str:
    """Where an answer lies now: marked copies move to done/ once they are put right; "" where it is gone."""
    folder, _, name = answer.rpartition("/")
    for place_now in (answer, f"{folder}/done/{name}"):
        if answer and (office.settings.outbox / place_now).is_file():
            return place_now
    return ""


def _file_lines(office: Office, arrivals: pd.DataFrame) -> pd.DataFrame:
    zone = office.settings.zone
    titles = {EVIDENCE: EVIDENCE_TITLE.th, **{f.name: f.title.th for f in forms().values()}}
    return arrivals.assign(
        received_at=[datetime.fromisoformat(t).astimezone(zone).isoformat() for t in arrivals["received_at"]],
        name=arrivals["name"].map(shown),
        sender=[s or c for s, c in zip(arrivals["sender"], arrivals["channel"], strict=True)],
        unit=arrivals["unit"].fillna("").map(shown),
        form=[titles.get(f, "") for f in arrivals["form"]],
        fiscal_year=pd.to_numeric(arrivals["fiscal_year"]),
        state=[STATES[s].th if s in STATES else s for s in arrivals["state"]],
        reason=arrivals["reason_th"],
        sha256=arrivals["sha256"].str[:16],
    )


def _balance_lines(table: Mapping[str, Any]) -> pd.DataFrame:
    counts, totals = table["files"], table["balance"]
    lines = [("ไฟล์ที่เข้ามาทั้งหมด", "Files in", totals["in"])]
    lines += [(f"= {STATES[s].th}", f"= {STATES[s].en}", n) for s, n in counts.items() if s != "pending"]
    lines += [("+ รอ (ยังไม่ตัดสิน)", "+ waiting (no verdict yet)", totals["waiting"])]
    lines += [("ไม่มีคำอธิบาย (ต้องเป็น 0)", "Unexplained (must be 0)", totals["unexplained"])]
    return pd.DataFrame(lines, columns=["th", "en", "count"])


def _owed_lines(owed: list[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(owed, columns=["unit", "name", "form", "period", "state", "deadline", "late"])
    return frame.assign(
        form=[forms()[f].title.th for f in frame["form"]],
        period=[name_of(p).th for p in frame["period"]],
        state=[_WORDS[s].th for s in frame["state"]],
        late=["เกินกำหนด" if late else "" for late in frame["late"]],
    )


_INVISIBLE = {c: f"<{c:04X}>" for c in (*range(0x20), 0x7F, *range(0x80, 0xA0), 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))}  # fmt: skip


def shown(name: str) -> str:
    """A file name as it may be printed: control and direction characters, which can make it look like another, visible."""
    return name.translate(_INVISIBLE)
