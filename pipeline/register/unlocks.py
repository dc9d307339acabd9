"""Unlocks and what was changed under them -> two sheets of the register, drawn only where there is something to say."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pandas as pd

from pipeline.register import words
from schemas.answers import title_of
from schemas.periods import name_of, short_thai_date
from schemas.plan import Plan


def named(found: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Unlocks or late changes of a plan's year with the year and the unit's name beside the code."""
    found.insert(0, "fiscal_year", plan.fiscal_year)
    names = {code: row.get("name", "") for code, row in plan.units.items()}
    found.insert(2, "unit_name", found["unit"].map(names).fillna(""))
    return found


def unlock_lines(unlocks: pd.DataFrame, zone: ZoneInfo) -> pd.DataFrame:
    """Unlocks in words (columns words.UNLOCKS), those in force first, else in their order."""
    ordered = unlocks.sort_values("in_force", ascending=False, kind="stable", ignore_index=True)
    return ordered.assign(
        state=["open" if now else "ended" for now in ordered["in_force"]],
        form=[title_of(f).th for f in ordered["form"]],
        period=[name_of(p).th for p in ordered["period"]],
        indicator=[words.EVERY.th if i == "*" else i for i in ordered["indicator"]],
        until=[_day(d) for d in ordered["until"]],
        source=[words.SOURCES[s].th for s in ordered["source"]],
        given_at=[local(t, zone) for t in ordered["given_at"]],
    )


def change_lines(changes: pd.DataFrame, zone: ZoneInfo) -> pd.DataFrame:
    """Late changes in words (columns words.CHANGES), in order of arrival."""
    return changes.assign(
        form=[title_of(f).th for f in changes["form"]],
        period=[name_of(p).th for p in changes["period"]],
        scenario=[words.SCENARIOS[s].th for s in changes["scenario"]],
        old=[v or words.NOTHING.th for v in changes["old"]],
        new=[v or words.NOTHING.th for v in changes["new"]],
        sender=[came_by(s, c) for s, c in zip(changes["sender"], changes["channel"], strict=True)],
        received_at=[local(t, zone) for t in changes["received_at"]],
    )


def came_by(sender: str, channel: str) -> str:
    """The sender of a mail, else the way a file came, in words."""
    return sender or (words.CHANNELS[channel].th if channel in words.CHANNELS else channel)


def local(time: str, zone: ZoneInfo) -> str:
    """A stored time as ISO text on people's clock; "" stays "", and a day without a time stays a day."""
    return datetime.fromisoformat(time).astimezone(zone).isoformat() if "T" in time else time


def _day(text: str) -> str:
    try:
        return short_thai_date(date.fromisoformat(text))
    except ValueError:  # a workbook may say what is no day: the rules told its author
        return text
