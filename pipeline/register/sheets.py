"""The register -> outbox/register.xlsx: who owes what, how well everybody reports, every file and the balance."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import pandas as pd

from pipeline.evidence.sheet import evidence_sheets
from pipeline.office import styles
from pipeline.office.book import Book
from pipeline.office.tables import Column, Look, draw_table, set_widths
from pipeline.opening import Office
from pipeline.register import words
from pipeline.register.status import Register, balance, counts, gather
from pipeline.register.unlocks import came_by, change_lines, local, unlock_lines
from pipeline.reply import place
from schemas.answers import title_of
from schemas.forms_index import forms
from schemas.language import Text
from schemas.periods import name_of, short_thai_date, thai_date

FILE = "register.xlsx"
TITLE = Text("ทะเบียนการส่งรายงาน", "Register")
_SIZE = 14.0
_MARKS = {code: (words.LIGHTS[code], text.th) for code, text in words.WORDS.items()}


def write_register(office: Office, found: Register | None = None) -> str:
    """Draw outbox/register.xlsx anew -> its path in outbox (a second name where Excel holds it open)."""
    found = found or gather(office)
    return place(office.settings, FILE, lambda path: draw(office, found, path))


def draw(office: Office, found: Register, path: str) -> None:
    """Write the workbook; the same ledger on the same day gives the same bytes."""
    newest = max(found.arrivals["received_at"], default="2020-01-01T00:00:00+00:00")
    with Book(path, datetime.fromisoformat(newest), size=_SIZE, title=TITLE.th) as drawn:
        if len(found.duties):
            _summary(drawn, found)
            _sheet(drawn, "ค้างส่ง", words.OWED, _duty_lines(found.owed), frozen=2)
            met = found.duties[found.duties["state"] != "not due"].reset_index(drop=True)
            _sheet(drawn, "สถานะรายงาน", words.DUTIES, _duty_lines(met, office), frozen=2)
            _sheet(drawn, "รายหน่วยงาน", words.UNITS, found.units, frozen=3)
            _sheet(drawn, "รายเดือน", words.MONTHS, _month_lines(found.months), frozen=3)
        _unlock_sheets(drawn, office, found)
        answers = list(found.arrivals["answer"].map(lambda a: _now_at(office, a)))
        _sheet(drawn, "ทะเบียนไฟล์", words.FILES, _file_lines(office, found.arrivals), answers)
        _sheet(drawn, "ยอดไฟล์", words.BALANCE, _balance_lines(found.arrivals["state"]))
        evidence_sheets(drawn, office)
        _sheet(drawn, "คำอธิบาย", words.MEANING, _meanings(), wrap=True)


def _summary(drawn: Book, found: Register) -> None:
    """How everybody and each parent reports, under a title that says when."""
    sheet, at = drawn.sheet("สรุป"), found.moment
    set_widths(sheet, words.LEVELS)
    said = words.AS_OF.th.format(day=thai_date(at.date()), at=f"{at:%H:%M}")
    drawn.text(sheet, 0, 0, TITLE.both, font_size=20, bold=True, font_color=styles.NAVY)
    drawn.text(sheet, 1, 0, said, font_color=styles.MUTED)
    for row, size in ((0, 20.0), (1, _SIZE)):
        sheet.set_row(row, styles.row_height(size))
    draw_table(drawn, sheet, words.LEVELS, found.levels, 2, Look(size=_SIZE, wrap=False))
    sheet.freeze_panes(3, 3)
    sheet.autofilter(2, 0, 2 + len(found.levels), len(words.LEVELS) - 1)
    styles.page(sheet, f"{TITLE.th} · {thai_date(at.date())}", header_rows=(2, 2))


def _sheet(
    drawn: Book,
    name: str,
    columns: Sequence[Column],
    frame: pd.DataFrame,
    answers: list[str] | None = None,
    frozen: int = 0,
    wrap: bool = False,
) -> None:
    sheet = drawn.sheet(name)
    set_widths(sheet, columns)

    def link(row: int, key: str) -> str:
        return f"external:{answers[row]}" if answers and key == "answer" and answers[row] else ""

    draw_table(
        drawn, sheet, columns, frame, 0, Look(size=_SIZE, wrap=wrap, link=link if answers else None, marks=_MARKS)
    )
    sheet.freeze_panes(1, frozen)
    sheet.autofilter(0, 0, max(1, len(frame)), len(columns) - 1)
    styles.page(sheet, f"{TITLE.th} · {name}", header_rows=(0, 0))


def _unlock_sheets(drawn: Book, office: Office, found: Register) -> None:
    """Who may change what is confirmed, and what was changed; only where there is any."""
    zone = office.settings.zone
    if len(found.unlocks):
        _sheet(drawn, "ปลดล็อก", words.UNLOCKS, unlock_lines(found.unlocks, zone), frozen=3)
    if len(found.changes):
        _sheet(drawn, "แก้หลังยืนยัน", words.CHANGES, change_lines(found.changes, zone), frozen=3)


def _now_at(office: Office, answer: str) -> str:
    """Where an answer lies now: marked copies move to done/ once they are put right; "" where it is gone."""
    folder, _, name = answer.rpartition("/")
    for place_now in (answer, f"{folder}/done/{name}"):
        if answer and (office.settings.outbox / place_now).is_file():
            return place_now
    return ""


def _file_lines(office: Office, arrivals: pd.DataFrame) -> pd.DataFrame:
    return arrivals.assign(
        received_at=_local(arrivals["received_at"], office),
        name=arrivals["name"].map(shown),
        sender=[came_by(s, c) for s, c in zip(arrivals["sender"], arrivals["channel"], strict=True)],
        unit=arrivals["unit"].fillna("").map(shown),
        form=[title_of(f).th if f else "" for f in arrivals["form"]],
        fiscal_year=pd.to_numeric(arrivals["fiscal_year"]),
        state=[words.STATES[s].th if s in words.STATES else s for s in arrivals["state"]],
        reason=arrivals["reason_th"],
        sha256=arrivals["sha256"].str[:16],
    )


def _local(times: pd.Series, office: Office) -> list[str]:
    return [local(t, office.settings.zone) for t in times]


def _duty_lines(duties: pd.DataFrame, office: Office | None = None) -> pd.DataFrame:
    """Duties in words: form and period by name, days as Thai dates, the state as a light with its word."""
    late = zip(duties["late"], duties["days"], strict=True)
    said = {
        "form": duties["form"].map({f.name: f.title.th for f in forms().values()}),
        "period": duties["period"].map({p: name_of(p).th for p in duties["period"].unique()}),
        "deadline": duties["deadline"].map({d: _day(d) for d in duties["deadline"].unique()}),
        "month": duties["month"].map({m: name_of(m).th for m in duties["month"].unique()}),
        "late": [words.OVERDUE.th.format(days=f"{n:,}") if over else words.WITHIN.th for over, n in late],
        "days": duties["days"].where(duties["late"]),
    }
    if office is not None:
        said |= {key: _local(duties[key], office) for key in ("first_at", "last_at")}
    return duties.assign(**said)


def _day(text: str) -> str:
    return short_thai_date(date.fromisoformat(text))


def _month_lines(months: pd.DataFrame) -> pd.DataFrame:
    return months.assign(month=[name_of(m).th for m in months["month"]])


def _balance_lines(states: pd.Series) -> pd.DataFrame:
    totals, known = balance(states), words.STATES
    lines = [("ไฟล์ที่เข้ามาทั้งหมด", "Files in", totals["in"])]
    lines += [(f"= {known[s].th}", f"= {known[s].en}", n) for s, n in counts(states).items() if s != "pending"]
    lines += [("+ รอ (ยังไม่ตัดสิน)", "+ waiting (no verdict yet)", totals["waiting"])]
    lines += [("ไม่มีคำอธิบาย (ต้องเป็น 0)", "Unexplained (must be 0)", totals["unexplained"])]
    return pd.DataFrame(lines, columns=["th", "en", "count"])


_DESCRIBED = (("สรุป", words.LEVELS), ("รายหน่วยงาน", words.UNITS), ("ค้างส่ง", words.OWED), ("สถานะรายงาน", words.DUTIES), ("รายเดือน", words.MONTHS), ("ปลดล็อก", words.UNLOCKS), ("แก้หลังยืนยัน", words.CHANGES), ("ทะเบียนไฟล์", words.FILES))  # fmt: skip


def _meanings() -> pd.DataFrame:
    """Every column that needs a word, once: its sheet, its labels, its formula in both languages."""
    seen: set[str] = set()
    lines = []
    for sheet, columns in _DESCRIBED:
        for c in columns:
            if c.note.th and c.note.th not in seen:
                seen.add(c.note.th)
                lines.append((sheet, c.label.th, c.label.en, c.note.th, c.note.en))
    return pd.DataFrame(lines, columns=["sheet", "label", "label_en", "th", "en"])


_INVISIBLE = {c: f"<{c:04X}>" for c in (*range(0x20), 0x7F, *range(0x80, 0xA0), 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))}  # fmt: skip


def shown(name: str) -> str:
    """A file name as it may be printed: control and direction characters, which can make it look like another, visible."""
    return name.translate(_INVISIBLE)
