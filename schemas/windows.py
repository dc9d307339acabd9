"""When a form of a period may come: the calendar sheet where it says something, else what the settings say."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from schemas.periods import end_of, first_day, start_of
from schemas.plan_book.cells import parse_day

_WEEKEND = (5, 6)


@dataclass(frozen=True)
class Window:
    """The days of one period and form, each the last or first one that counts; None where there is no limit.

    `opens` <= deadline; after `closes` (or once `closed`) nothing more is taken unless the office's severities say so.
    """

    opens: date | None
    deadline: date
    evidence_deadline: date
    closes: date | None
    closed: bool

    def place(self, day: date) -> str:
        """Where a day of arrival falls: "closed", "early", "late", or "" where it is within the window."""
        if self.closed or (self.closes is not None and day > self.closes):
            return "closed"
        if self.opens is not None and day < self.opens:
            return "early"
        return "late" if day > self.deadline else ""


def window(
    row: Mapping[str, str], period: str, form: str, number: Callable[[str], float | None], holidays: Collection[date]
) -> Window:
    """The window of a period and form: what its calendar `row` leaves blank follows from the settings (`number`).

    A day typed in the calendar stands as typed. A day that follows from the settings never moves for weekends, and moves
    to the next working day only from a day that the office lists as a holiday.
    """
    deadline = _typed(row, "deadline") or working_day(_deadline(period, form, number), holidays)
    after = int(number("evidence_days") or 0)
    evidence = _typed(row, "evidence_deadline") or working_day(deadline + timedelta(days=after), holidays)
    closing = number("closes_days")
    closes = None if closing is None else working_day(deadline + timedelta(days=int(closing)), holidays)
    return Window(
        _typed(row, "opens") or _opens(period, form, number),
        deadline,
        max(evidence, deadline) if not row.get("evidence_deadline", "").strip() else evidence,
        _typed(row, "closes") or closes,
        row.get("closed") == "yes",
    )


def _typed(row: Mapping[str, str], key: str) -> date | None:
    return parse_day(row.get(key, ""))


def _deadline(period: str, form: str, number: Callable[[str], float | None]) -> date:
    """So many days after the period's end; plans: after the first day of the year.

    Periods end with their month, so 3 days after the end is the 3rd of the next month, however long either is.
    """
    days = timedelta(days=int(number("deadline_days") or 0))
    return (first_day(int(period[:4])) if form == "monthly_plan" else end_of(period)) + days


def _opens(period: str, form: str, number: Callable[[str], float | None]) -> date | None:
    """Plans may come at any time. Results: from the day of the period's last month that the office sets, or that month's
    last day where it is shorter (30 in February: the 28th or 29th); without a setting from the period's first day."""
    if form == "monthly_plan":
        return None
    day = number("window_opens_day")
    return start_of(period) if day is None else clipped(end_of(period), int(day))


def clipped(month: date, day: int) -> date:
    """That day of the month of `month`, or its last day where the month is shorter."""
    return month.replace(day=max(1, min(day, calendar.monthrange(month.year, month.month)[1])))


def working_day(day: date, holidays: Collection[date]) -> date:
    """`day`, or where it is a listed holiday the next day that is neither listed nor of a weekend."""
    if day not in holidays:
        return day
    while day in holidays or day.weekday() in _WEEKEND:
        day += timedelta(days=1)
    return day
