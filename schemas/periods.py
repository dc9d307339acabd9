"""The B.E. fiscal calendar: 1 October to 30 September, named by the Buddhist-era year in which it ends."""

from __future__ import annotations

import calendar
import re
from datetime import date

from schemas.language import Text

MONTHS = (10, 11, 12, 1, 2, 3, 4, 5, 6, 7, 8, 9)
MONTH_NAMES = {
    1: Text("ม.ค.", "Jan"),
    2: Text("ก.พ.", "Feb"),
    3: Text("มี.ค.", "Mar"),
    4: Text("เม.ย.", "Apr"),
    5: Text("พ.ค.", "May"),
    6: Text("มิ.ย.", "Jun"),
    7: Text("ก.ค.", "Jul"),
    8: Text("ส.ค.", "Aug"),
    9: Text("ก.ย.", "Sep"),
    10: Text("ต.ค.", "Oct"),
    11: Text("พ.ย.", "Nov"),
    12: Text("ธ.ค.", "Dec"),
}
_FULL = [
    "มกราคม",
    "กุมภาพันธ์",
    "มีนาคม",
    "เมษายน",
    "พฤษภาคม",
    "มิถุนายน",
    "กรกฎาคม",
    "สิงหาคม",
    "กันยายน",
    "ตุลาคม",
    "พฤศจิกายน",
    "ธันวาคม",
]
STRATEGY_END = 2580
_PERIOD = re.compile(r"(25[0-9]{2})(?:-(Q[1-4]|H[12]|0[1-9]|1[0-2])|\.\.(25[0-9]{2}))?")


def fiscal_year(day: date) -> int:
    """B.E. fiscal year of a day: 2020-09-30 -> 2563, 2020-10-01 -> 2564."""
    return day.year + 543 + (1 if day.month >= 10 else 0)


def quarter(day: date) -> int:
    """Fiscal quarter of a day, 1 to 4: October to December is 1."""
    return ((day.month - 10) % 12) // 3 + 1


def months_of(q: int) -> tuple[int, int, int]:
    """Calendar month numbers of a fiscal quarter: 1 -> (10, 11, 12)."""
    first, second, third = MONTHS[3 * q - 3 : 3 * q]
    return first, second, third


def month_aliases(month: int, fy: int) -> tuple[str, ...]:
    """Other ways people write a month of a fiscal year: "ตุลาคม", "ต.ค.66", "ต.ค.2566", "ตุลาคม 2566"."""
    year = fy - (1 if month >= 10 else 0)
    short, full = MONTH_NAMES[month].th, _FULL[month - 1]
    return full, *(f"{name}{y}" for name in (short, full) for y in (year, year % 100))


def is_period(text: str) -> bool:
    """Whether `text` is a period of this project: 2567, 2567-H1, 2567-Q2, 2567-10, 2568..2572."""
    return _PERIOD.fullmatch(text) is not None


def first_day(fy: int) -> date:
    """1 October of the fiscal year."""
    return date(fy - 544, 10, 1)


def end_of(period: str) -> date:
    """Last day of a period; of a range, of its last year. ValueError where it is no period."""
    match = _PERIOD.fullmatch(period)
    if not match:
        raise ValueError(period)
    year, part, last = int(match[1]), match[2], match[3]
    if last:
        return date(int(last) - 543, 9, 30)
    if part is None:
        month = 9
    elif part.startswith("Q"):
        month = months_of(int(part[1]))[2]
    elif part.startswith("H"):
        month = 3 if part == "H1" else 9
    else:
        month = int(part)
    ce = year - 543 - (1 if month >= 10 else 0)
    return date(ce, month, calendar.monthrange(ce, month)[1])


def start_of(period: str) -> date:
    """First day of a period; of a range, of its first year. ValueError where it is no period."""
    last, part = end_of(period), period.partition("-")[2]
    if ".." in period or not part:
        return first_day(int(period[:4]))
    months = {"Q": 3, "H": 6}.get(part[0], 1)
    month = last.month - months + 1
    return date(last.year, month, 1) if month > 0 else date(last.year - 1, month + 12, 1)


def last_quarter_ended(day: date) -> str:
    """The newest quarter whose last day lies before `day`: 2024-02-01 -> "2567-Q1"."""
    fy, q = fiscal_year(day), quarter(day)
    return f"{fy}-Q{q - 1}" if q > 1 else f"{fy - 1}-Q4"


def quarters_up_to(period: str) -> list[str]:
    """The quarters of the year up to and including `period` (a quarter): "2567-Q2" -> Q1, Q2."""
    fy, q = int(period[:4]), int(period[-1])
    return [f"{fy}-Q{n}" for n in range(1, q + 1)]


def due_quarters(cycle: str) -> tuple[int, ...]:
    """The quarters in which an indicator of this reporting cycle owes a result: half-yearly 2 and 4, yearly 4."""
    return {"half-yearly": (2, 4), "yearly": (4,)}.get(cycle, (1, 2, 3, 4))


def order(period: str) -> tuple[date, int]:
    """Sort key of periods: by last day, longer ones after shorter ones. Never sort periods as text."""
    return end_of(period), 4 if ".." in period else {"": 3, "H": 2, "Q": 1}.get(period[5:6], 0)


def two_digit_year(text: str) -> int | None:
    """B.E. year of "64", "2564" or "2021" (C.E.); None where it is no year. Two digits 61..80 are 25xx."""
    if re.fullmatch(r"[0-9]{2}", text) and 61 <= int(text) <= 80:
        return 2500 + int(text)
    if re.fullmatch(r"[0-9]{4}", text):
        return int(text) if int(text) >= 2400 else int(text) + 543
    return None


def ranges(fy: int) -> tuple[str, ...]:
    """Estimate ranges beyond FY+3: five years, five years, then to 2580; empty ones drop. 2564 -> 2568..2572, …"""
    edges = [(fy + 4, min(fy + 8, STRATEGY_END)), (fy + 9, min(fy + 13, STRATEGY_END)), (fy + 14, STRATEGY_END)]
    return tuple(f"{a}..{b}" if b > a else f"{a}" for a, b in edges if b >= a)


def name_of(period: str) -> Text:
    """A period as people say it: "2567-Q2" -> ไตรมาส 2/2567."""
    year, _, part = period.partition("-")
    if ".." in period:
        a, _, b = period.partition("..")
        return Text(f"ปี {a[2:]} - {b[2:]}", f"FY {a}-{b}")
    if not part:
        return Text(f"ปีงบประมาณ {year}", f"FY {year}")
    if part.startswith("Q"):
        return Text(f"ไตรมาส {part[1]}/{year}", f"Q{part[1]}/{year}")
    if part.startswith("H"):
        return Text(f"รอบที่ {part[1]}/{year}", f"H{part[1]}/{year}")
    month = MONTH_NAMES[int(part)]
    shown = int(year) - (1 if int(part) >= 10 else 0)
    return Text(f"{month.th}{shown % 100}", f"{month.en} {shown - 543}")


def thai_date(day: date) -> str:
    """ "30 กันยายน 2564" for 2021-09-30."""
    return f"{day.day} {_FULL[day.month - 1]} {day.year + 543}"


def short_thai_date(day: date) -> str:
    """ "30 ก.ย. 2564" for 2021-09-30."""
    return f"{day.day} {MONTH_NAMES[day.month].th} {day.year + 543}"
