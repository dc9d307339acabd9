"""Unlocks of a year and what was changed under them: who, when, old, new, why, by which memo."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import Connection, select

from pipeline.ledger import book
from pipeline.ledger.tables import FACT, POSTING, SUBMISSION
from schemas.plan_book.cells import parse_day

UNLOCKS = ("source", "unit", "form", "period", "indicator", "memo", "reason", "until", "given_at", "in_force")
CHANGES = ("unit", "form", "indicator", "row_period", "scenario", "period", "old", "new", "old_numerator", "old_denominator", "memo", "reason", "file",
           "sender", "channel", "received_at", "submission")  # fmt: skip
_ROW = ["unit", "form", "indicator", "period"]


def unlocks(connection: Connection, fiscal_year: int, day: date) -> pd.DataFrame:
    """Every unlock of a year, columns UNLOCKS, those in force on `day` and those that ended.

    `source`: command, or plan (a row of the newest plan workbook); `given_at` is "" for rows of the workbook; `until`
    is an ISO day.
    """
    plan = book.plan_of(connection, fiscal_year)
    if plan is None:
        return pd.DataFrame(columns=list(UNLOCKS), dtype=object)
    rows = []
    for row in plan.unlocks:
        last = parse_day(row.get("until", ""))
        more = {
            "source": "command" if row in plan.given else "plan",
            "until": last.isoformat() if last else row.get("until", ""),
            "given_at": row.get("received_at", ""),
            "in_force": last is not None and day <= last,
        }
        rows.append({**{k: row.get(k, "") for k in UNLOCKS}, **more})
    return pd.DataFrame(rows, columns=list(UNLOCKS))


def late_changes(connection: Connection, fiscal_year: int, as_of: str | None = None) -> pd.DataFrame:
    """Every figure that was changed under an unlock, columns CHANGES, in order of arrival.

    `old` and `new` are exact texts, "" where there was (or is) none; `received_at` says when, `file`, `sender` and
    `channel` say who. The old row stays in the ledger: this is read from it, not kept beside it.
    """
    query = (
        select(
            POSTING,
            SUBMISSION.c.name.label("file"),
            SUBMISSION.c.sender,
            SUBMISSION.c.channel,
            SUBMISSION.c.received_at,
        )
        .join(SUBMISSION, SUBMISSION.c.number == POSTING.c.submission)
        .where(POSTING.c.fiscal_year == fiscal_year, POSTING.c.state != "held")
    )
    marked = POSTING.c.entries.contains('"unlock_memo"', autoescape=True)  # few units ever have one
    own = select(POSTING.c.unit).where(POSTING.c.fiscal_year == fiscal_year, marked)
    query = query.where(POSTING.c.unit.in_(own))
    if as_of is not None:
        query = query.where(SUBMISSION.c.received_at <= as_of)
    before: dict[tuple[str, ...], Any] = {}
    found: list[dict[str, Any]] = []
    for row in connection.execute(query.order_by(POSTING.c.submission)).mappings():
        key = tuple(row[k] for k in _ROW)
        if '"unlock_memo"' in row["entries"] and key in before:
            found += _differences(connection, before[key], row)
        before[key] = row
    return pd.DataFrame(found, columns=list(CHANGES))


def _differences(connection: Connection, old: Any, new: Any) -> list[dict[str, Any]]:
    """The figures that differ between two postings of one row."""
    then, now = _figures(connection, old), _figures(connection, new)
    words = json.loads(new["entries"])
    same = {k: new[k] for k in ("unit", "form", "indicator", "file", "sender", "channel", "received_at", "submission")}
    none = ("", "", "")
    found = []
    for scenario, period in dict.fromkeys([*then, *now]):
        was, became = then.get((scenario, period), none), now.get((scenario, period), none)
        if was != became:
            line = {"row_period": new["period"], "scenario": scenario, "period": period, "new": became[0]}
            line |= dict(zip(("old", "old_numerator", "old_denominator"), was, strict=True))
            found.append({**same, **line, "memo": words["unlock_memo"], "reason": words.get("unlock_reason", "")})
    return found


def _figures(connection: Connection, posting: Any) -> dict[tuple[str, str], tuple[str, str, str]]:
    if posting["blank"]:
        return {}
    query = select(FACT.c.scenario, FACT.c.period, FACT.c.value, FACT.c.numerator, FACT.c.denominator).where(
        FACT.c.submission == posting["submission"],
        FACT.c.form == posting["form"],
        FACT.c.indicator == posting["indicator"],
        FACT.c.row_period == posting["period"],
    )
    return {(r.scenario, r.period): (r.value, r.numerator, r.denominator) for r in connection.execute(query)}
