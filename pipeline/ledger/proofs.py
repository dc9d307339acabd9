"""The ledger -> what evidence is matched from: files that came, names typed in standing rows, folders in which forms lay."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy import Connection, Select, select

from pipeline.ledger.tables import EVIDENCE, SUBMISSION
from schemas.evidence import FORM, key
from schemas.evidence_match import Arrival, Cell

_AT_ONCE = 500


def _until(query: Select[Any], as_of: str | None) -> Select[Any]:
    return query if as_of is None else query.where(SUBMISSION.c.received_at <= as_of)


def arrivals(
    connection: Connection, zone: ZoneInfo, as_of: str | None = None, numbers: Sequence[int] | None = None
) -> list[Arrival]:
    """Every file of sound content received at or before `as_of` (or some, by number), in order of arrival, whatever became
    of it."""
    query = select(EVIDENCE, SUBMISSION.c.received_at, SUBMISSION.c.sha256).join(
        SUBMISSION, SUBMISSION.c.number == EVIDENCE.c.submission
    )
    query = _until(query, as_of).order_by(EVIDENCE.c.submission)
    rows = connection.execute(query).mappings() if numbers is None else _by_number(connection, query, numbers)
    return [
        Arrival(
            r["submission"],
            r["folder"],
            r["name"],
            r["kind"],
            r["received_at"],
            datetime.fromisoformat(r["received_at"]).astimezone(zone).date(),
            r["sha256"],
        )
        for r in rows
    ]


def suffixes(connection: Connection) -> dict[int, str]:
    """The ending that the content of each file deserves, by arrival."""
    rows = connection.execute(select(EVIDENCE.c.submission, EVIDENCE.c.suffix)).mappings()
    return {r["submission"]: r["suffix"] for r in rows}


def cells(postings: pd.DataFrame, period: str | None = None) -> list[Cell]:
    """The evidence cells of standing result rows (all, or those of one quarter)."""
    if not len(postings):
        return []
    rows = postings[(postings["form"] == "quarterly_result") & ~postings["blank"].astype(bool)]
    if period is not None:
        rows = rows[rows["period"] == period]
    each = zip(rows["unit"], rows["indicator"], rows["period"], rows["entries"], strict=True)
    said = [Cell(u, i, p, json.loads(e).get("evidence", "")) for u, i, p, e in each if '"evidence"' in e]
    return [cell for cell in said if cell.text.strip()]


def homes(connection: Connection, as_of: str | None = None) -> dict[str, frozenset[str]]:
    """Units whose forms came in a folder, by the key of the folder ("" the inbox itself)."""
    query = select(SUBMISSION.c.name, SUBMISSION.c.unit).where(
        SUBMISSION.c.unit.is_not(None),
        SUBMISSION.c.form.not_in((FORM, "central_plan")),
        SUBMISSION.c.state.in_(("accepted", "returned", "duplicate")),
    )
    found: dict[str, set[str]] = {}
    for row in connection.execute(_until(query, as_of).distinct()).mappings():
        found.setdefault(key(row["name"].rpartition("/")[0]), set()).add(row["unit"])
    return {folder: frozenset(units) for folder, units in found.items()}


def unjudged(connection: Connection) -> list[str]:
    """Recorded names of arrivals that have no verdict yet: evidence may be among them."""
    query = select(SUBMISSION.c.name).where(SUBMISSION.c.state == "received").order_by(SUBMISSION.c.number)
    return list(connection.execute(query).scalars())


def names(connection: Connection) -> list[tuple[int, str]]:
    """Number and name of every file of sound content, in order of arrival."""
    query = select(EVIDENCE.c.submission, EVIDENCE.c.name).order_by(EVIDENCE.c.submission)
    return [(r[0], r[1]) for r in connection.execute(query)]


def any_came(connection: Connection) -> bool:
    """Whether any file of sound content ever arrived."""
    return connection.execute(select(EVIDENCE.c.submission).limit(1)).first() is not None


def same_places(connection: Connection, files: Sequence[Arrival]) -> dict[int, dict[str, Any]]:
    """Per file the newest earlier arrival of its name in its folder, where that held the same bytes: dropped again,
    nothing changes. Files without one are left out."""
    wanted: dict[tuple[str, str], list[int]] = {(a.folder, key(a.name)): [] for a in files}
    query = select(EVIDENCE.c.submission, EVIDENCE.c.folder, EVIDENCE.c.name).order_by(EVIDENCE.c.submission)
    for number, folder, name in connection.execute(query):
        if (place := (folder, key(name))) in wanted:
            wanted[place].append(number)
    newest = {a.number: max((n for n in wanted[a.folder, key(a.name)] if n < a.number), default=0) for a in files}
    rows = _by_number(connection, select(SUBMISSION), sorted(set(newest.values()) - {0}))
    known = {r["number"]: r for r in rows}
    twins = {a.number: known[n] for a in files if (n := newest[a.number]) in known and known[n]["sha256"] == a.sha256}
    return {n: dict(row) for n, row in twins.items() if row["state"] in ("accepted", "duplicate")}


def _by_number(connection: Connection, query: Select[Any], numbers: Sequence[int]) -> list[Any]:
    """Rows of some arrivals, asked for in parts: databases limit how many may be named."""
    rows: list[Any] = []
    for start in range(0, len(numbers), _AT_ONCE):
        part = query.where(SUBMISSION.c.number.in_(numbers[start : start + _AT_ONCE]))
        rows += connection.execute(part).mappings()
    return rows
