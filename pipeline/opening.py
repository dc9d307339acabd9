"""An opened office: its settings, its business clock, its ledger; and the moment its outputs speak of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine

from pipeline.ledger import book
from pipeline.settings import Clock, Settings, load
from schemas.periods import end_of
from schemas.plan import Plan

Progress = Callable[[str, int, int], None]


def quiet(_what: str, _done: int, _total: int) -> None:
    """No progress shown."""


@dataclass(frozen=True)
class Office:
    """An opened office: its settings, its business clock, its ledger."""

    settings: Settings
    clock: Clock
    engine: Engine


def open_office(root: Path, now: datetime | None = None) -> Office:
    """The office in `root`; OfficeError where there is none or its settings are wrong."""
    settings = load(root)
    return Office(settings, Clock(settings.zone, now), book.open_ledger(settings.database))


def default_as_of(connection: Connection, plan: Plan, office: Office) -> datetime:
    """The later of the last posting and the last calendar milestone (quarter's end, deadline) not after now."""
    zone, now = office.settings.zone, office.clock.now()
    last = book.last_received(connection, plan.fiscal_year)
    posted = datetime.fromisoformat(last) if last else datetime(1970, 1, 1, tzinfo=UTC)
    days = [end_of(f"{plan.fiscal_year}-Q{q}") for q in (1, 2, 3, 4)]
    days += [plan.deadline(f"{plan.fiscal_year}-Q{q}", "quarterly_result") for q in (1, 2, 3, 4)]
    passed = [m for d in days if (m := datetime(d.year, d.month, d.day, 23, 59, 59, tzinfo=zone)) <= now]
    return max([posted, *passed]).astimezone(zone)
