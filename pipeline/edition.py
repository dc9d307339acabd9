"""The publishing half of the road: ledger -> consolidate -> score -> report, for every period that is due."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pandas as pd
from sqlalchemy import Connection

from pipeline import consolidate
from pipeline.evidence.state import evidence_state, worded
from pipeline.ledger import book
from pipeline.model import OfficeError
from pipeline.opening import Office, Progress, default_as_of, quiet
from pipeline.publish import Source, complete, publication
from pipeline.restated import restated
from pipeline.score.card import headline_of, quarter_of, scorecard
from schemas.periods import fiscal_year, last_quarter_ended
from schemas.plan import Plan


@dataclass(frozen=True)
class Published:
    """One period published: the files written, or none where nothing had changed."""

    fiscal_year: int
    period: str
    as_of: datetime
    files: tuple[str, ...]


def publish(
    office: Office, period: str | None = None, as_of: datetime | None = None, progress: Progress = quiet
) -> list[Published]:
    """Ledger -> outbox/reports/FY/PERIOD: the period named, or the last quarter ended and earlier ones that changed."""
    published: list[Published] = []
    with office.engine.connect() as connection:
        years = book.plan_years(connection)
        if not years:
            raise OfficeError(
                "ยังไม่มีแผนที่รับแล้ว วางสมุดแผนกลางใน inbox ก่อน",
                "no plan has been accepted: drop the central plan workbook into inbox first",
            )
        work = _periods(connection, office, years, period, as_of)
    for year, each, main in work:
        published += _publish(office, year, each, as_of, main, period is not None, progress)
    return published


def _periods(
    connection: Connection, office: Office, years: Sequence[int], period: str | None, as_of: datetime | None
) -> list[tuple[int, str, bool]]:
    """(fiscal year, quarter, is the headline period): the quarters to look at."""
    if period is not None:
        year = int(period[:4])
        if year not in years or "-Q" not in period:
            raise OfficeError(
                f"ไม่มีแผนของงวด {period} หรือไม่ใช่ไตรมาส", f"there is no plan for {period}, or it is not a quarter"
            )
        return [(year, period, True)]
    work: list[tuple[int, str, bool]] = []
    day = (as_of or office.clock.now()).astimezone(office.settings.zone).date()
    for year in years:
        ended = last_quarter_ended(day)
        last = 4 if int(ended[:4]) > year else int(ended[-1]) if int(ended[:4]) == year else 0
        if fiscal_year(day) == year:
            last = max(last, _last_reported(connection, year))
        work += [(year, f"{year}-Q{q}", q == last) for q in range(1, last + 1)]
    return work


def _last_reported(connection: Connection, year: int) -> int:
    postings = book.standing_postings(connection, year)
    results = postings[(postings["form"] == "quarterly_result") & ~postings["blank"].astype(bool)]
    return max((int(p[-1]) for p in results["period"]), default=0)


def _publish(
    office: Office, year: int, period: str, as_of: datetime | None, main: bool, explicit: bool, progress: Progress
) -> list[Published]:
    with office.engine.connect() as connection:
        limit = as_of.astimezone(UTC).isoformat() if as_of else None
        plan = book.plan_of(connection, year, as_of=limit)
        if plan is None:
            raise OfficeError(f"ยังไม่มีแผนปี {year} ณ เวลานั้น", f"there was no plan for {year} at that time")
        moment = (as_of or default_as_of(connection, plan, office)).astimezone(office.settings.zone)
        newest = book.standing_postings(connection, year, as_of=limit, held=True)
        postings = book.standing_postings(connection, year, as_of=limit)
        facts = book.facts_of(connection, postings, year)
        wide = consolidate.consolidate(plan, postings, facts, newest, office.settings.zone)
        proof = evidence_state(connection, plan, office.settings.zone, moment.date(), limit)
        wide = worded(wide, proof.named)
        changed = restated(connection, wide, plan, period, moment, postings, facts)
        changed["received_at"] = pd.Series(
            consolidate.in_zone(changed["received_at"], office.settings.zone), index=changed.index, dtype="str"
        )
        past = _last_year(connection, plan, period, limit, office)
        fingerprint = _fingerprint(wide, changed, plan, period, moment if main else None, *past)
        there = complete(office.settings, year, period)
        if not explicit and there and book.last_fingerprint(connection, year, period) == fingerprint:
            return []
    card = scorecard(wide, plan, period, moment, changed, *past)
    sources = [Source(*each) for each in consolidate.sources(newest, period)]
    files = publication(office.settings, card, sources, _sha_of(plan), headline=main or explicit, progress=progress)
    with office.engine.begin() as connection:
        book.add_publication(connection, year, period, moment.isoformat(), fingerprint)
    return [Published(year, period, moment, tuple(files))]


def consolidated(connection: Connection, plan: Plan, limit: str | None, office: Office) -> pd.DataFrame:
    newest = book.standing_postings(connection, plan.fiscal_year, as_of=limit, held=True)
    postings = book.standing_postings(connection, plan.fiscal_year, as_of=limit)
    facts = book.facts_of(connection, postings, plan.fiscal_year)
    return consolidate.consolidate(plan, postings, facts, newest, office.settings.zone)


def _sha_of(plan: Plan) -> str:
    return hashlib.sha256(json.dumps(plan.content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _last_year(
    connection: Connection, plan: Plan, period: str, limit: str | None, office: Office
) -> tuple[pd.DataFrame | None, float]:
    """The same quarter a year ago as the ledger has it, and the office's total then; None and NaN without a plan then."""
    before, q = book.plan_of(connection, plan.fiscal_year - 1, as_of=limit), int(period[-1])
    if before is None:
        return None, float("nan")
    wide = consolidated(connection, before, limit, office)
    return quarter_of(wide, before, q), headline_of(wide, before, q)


def _fingerprint(
    wide: pd.DataFrame,
    changed: pd.DataFrame,
    plan: Plan,
    period: str,
    moment: datetime | None,
    past: pd.DataFrame | None = None,
    past_headline: float = float("nan"),
) -> str:
    """What a publication depends on: quarters up to the period, plans of the whole year, the plan revision, the same
    quarter a year ago, and for the headline period the as-of."""
    later = tuple(f"{q}" for q in range(int(period[-1]) + 1, 5))
    fixed = {c for c in wide.columns if re.fullmatch(r"(?:h1)?c[1-5]|baseline[1-3]|p[1-4]", c)}
    columns = [c for c in wide.columns if c in fixed or c[-1] not in later]
    digest = hashlib.sha256(wide[columns].to_csv(index=False).encode())
    digest.update(changed.to_csv(index=False).encode())
    digest.update(b"" if past is None else f"{past_headline} {past.to_csv(index=False)}".encode())
    digest.update(f"{plan.revision} {sorted(plan.settings.items())} {moment.isoformat() if moment else ''}".encode())
    return digest.hexdigest()
