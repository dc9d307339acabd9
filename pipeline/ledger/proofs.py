"""The ledger -> what evidence is matched from: files that came, names typed in standing rows, folders in which forms lay."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy import Connection, Select, select

from pipeline.ledger.tables import EVIDENCE, SUBMISSION
from schemas.evidence import FORM, key
from schemas.evidence_match import Arrival, Cell


def _until(query: Select[Any], as_of: str | None) -> Select[Any]:
    return query if as_of is None else query.where(SUBMISSION.c.received_at <= as_of)


def arrivals(connection: Connection, zone: ZoneInfo, as_of: str | None = None) -> list[Arrival]:
    """Every file of sound content received at or before `as_of`, in order of arrival, whatever became of it."""
    query = select(EVIDENCE, SUBMISSION.c.received_at, SUBMISSION.c.sha256).join(
        SUBMISSION, SUBMISSION.c.number == EVIDENCE.c.submission
    )
    rows = connection.execute(_until(query, as_of).order_by(EVIDENCE.c.submission)).mappings()
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


def same_place(connection: Connection, sha256: str, folder: str, name: str, before: int) -> dict[str, Any] | None:
    """The newest earlier arrival of this name in this folder, where it held the same bytes: dropped again, nothing changes."""
    query = (
        select(SUBMISSION, EVIDENCE.c.folder, EVIDENCE.c.name.label("file"))
        .join(EVIDENCE, SUBMISSION.c.number == EVIDENCE.c.submission)
        .where(SUBMISSION.c.number < before, EVIDENCE.c.folder == folder)
        .order_by(SUBMISSION.c.number.desc())
    )
    for row in connection.execute(query).mappings():
        if key(row["file"]) == key(name):
            twin = row["sha256"] == sha256 and row["state"] in ("accepted", "duplicate")
            return dict(row) if twin else None
    return None
