"""The ledger -> lean frames over everything ever posted and found, for the register: thousands of units in a second."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import Connection, func, select

from pipeline.ledger.tables import FINDING, POSTING, SUBMISSION


def posted(connection: Connection, fiscal_year: int) -> pd.DataFrame:
    """Every row posted or held in a year, oldest first: unit, form, indicator, period, state, blank, submission,
    received_at, file_state, unlocked (changed under an unlock)."""
    p, s = POSTING.c, SUBMISSION.c
    query = (
        select(p.unit, p.form, p.indicator, p.period, p.state, p.blank, p.submission, s.received_at)
        .add_columns(s.state.label("file_state"), p.entries.contains('"unlocked"').label("unlocked"))
        .join(SUBMISSION, s.number == p.submission)
        .where(p.fiscal_year == fiscal_year)
        .order_by(p.submission)
    )
    return _frame(connection, query).astype({"blank": bool, "unlocked": bool})


def found(connection: Connection) -> pd.DataFrame:
    """How much each file was asked: submission, errors (findings to correct), queries (findings to answer)."""
    f = FINDING.c
    query = select(f.submission, f.severity, func.count().label("count")).group_by(f.submission, f.severity)
    rows = _frame(connection, query.where(f.severity.in_(("error", "query"))))
    table = rows.pivot(index="submission", columns="severity", values="count") if len(rows) else pd.DataFrame()
    named = table.reindex(columns=["error", "query"]).fillna(0).astype(int)
    return named.rename(columns={"error": "errors", "query": "queries"}).rename_axis("submission").reset_index()


def _frame(connection: Connection, query: object) -> pd.DataFrame:
    result = connection.execute(query)  # type: ignore[call-overload]
    return pd.DataFrame(result.fetchall(), columns=list(result.keys()))
