"""The ledger -> what waits, which plan is in force, what stands, what was published."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pandas as pd
from sqlalchemy import DDL, Connection, Engine, create_engine, event, func, insert, inspect, select
from sqlalchemy.schema import CreateColumn

from pipeline.ledger.tables import FACT, FINDING, ISSUED, METADATA, PLAN, POSTING, PUBLICATION, SUBMISSION, UNLOCK
from pipeline.model import Submission
from schemas.plan import Plan, definition

FINAL = ("accepted", "returned", "refused", "duplicate", "quarantined")
_AT_ONCE = 500  # databases limit how many values one question may name


def open_ledger(url: str) -> Engine:
    """The ledger's engine, tables made where missing. SQLite: write-ahead log, durable commits, patient locks."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def _configure(connection: Any, _record: Any) -> None:
            cursor = connection.cursor()
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000", "foreign_keys=ON"):
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()

    METADATA.create_all(engine)
    _grown(engine)
    return engine


def _grown(engine: Engine) -> None:
    """Columns and indexes that a ledger made by an older version lacks are added; nothing is ever changed or dropped.

    New columns are nullable or have a default on the server, so that rows written before stay whole.
    """
    inspector = inspect(engine)
    for table in METADATA.sorted_tables:
        known = {c["name"] for c in inspector.get_columns(table.name)}
        indexed = {i["name"] for i in inspector.get_indexes(table.name)}
        with engine.begin() as connection:
            for column in table.columns:
                if column.name not in known:
                    told = CreateColumn(column).compile(dialect=engine.dialect)
                    connection.execute(DDL(f"ALTER TABLE {table.name} ADD COLUMN {told}".replace("%", "%%")))
            for index in table.indexes:
                if index.name not in indexed:
                    index.create(connection, checkfirst=True)


def waiting(
    connection: Connection, states: Sequence[str] = ("received", "pending"), after: int = 0
) -> list[Submission]:
    """Arrivals numbered `after` that have no final state yet, in order of arrival."""
    wanted = (SUBMISSION.c.state.in_(states), SUBMISSION.c.number > after)
    rows = connection.execute(select(SUBMISSION).where(*wanted).order_by(SUBMISSION.c.number)).mappings()
    return [submission_of(dict(r)) for r in rows]


def submission_of(row: Mapping[str, Any]) -> Submission:
    """The Submission of a ledger row."""
    return Submission(
        row["number"],
        row["sha256"],
        datetime.fromisoformat(row["received_at"]),
        row["name"],
        row["channel"],
        row["sender"],
        row["path"],
        row["size"],
        row["subject"],
        row["container"],
        row["message_id"],
    )


def parts_of(connection: Connection, container: int) -> set[str]:
    """Claims of everything taken out of a mail or archive so far."""
    return set(connection.execute(select(SUBMISSION.c.claim).where(SUBMISSION.c.container == container)).scalars())


def earlier_numbers(connection: Connection, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], list[int]]:
    """Numbers of the arrivals of each (unit, form), in order; one question for all of them."""
    found: dict[tuple[str, str], list[int]] = {each: [] for each in keys}
    for form in sorted({form for _, form in found}):
        units = sorted({unit for unit, of in found if of == form})
        for start in range(0, len(units), _AT_ONCE):
            some = units[start : start + _AT_ONCE]
            same = (SUBMISSION.c.unit.in_(some), SUBMISSION.c.form == form)
            query = select(SUBMISSION.c.unit, SUBMISSION.c.number).where(*same).order_by(SUBMISSION.c.number)
            for unit, number in connection.execute(query):
                found[unit, form].append(number)
    return found


# -- plans ---------------------------------------------------------------------------------------------------------


def next_plan(connection: Connection, submission: Submission, fiscal_year: int, content: Mapping[str, Any]) -> Plan:
    """The next revision of the year's plan, not yet written; says per unit and indicator when its definition last changed.

    Asked again by the submission that brought a revision it finds that revision. Older revisions stay.
    """
    own = connection.execute(select(PLAN.c.revision).where(PLAN.c.submission == submission.number)).scalar()
    if own is not None:
        found = plan_of(connection, fiscal_year, own)
        assert found is not None
        return found
    before = plan_of(connection, fiscal_year)
    plan = Plan(before.revision + 1 if before else 1, fiscal_year, dict(content), {})
    return Plan(
        plan.revision, fiscal_year, dict(content), _changes(before, plan), unlocks_given(connection, fiscal_year)
    )


def plan_row(plan: Plan, submission: Submission) -> dict[str, Any]:
    """The ledger's row of a plan revision."""
    return {
        "fiscal_year": plan.fiscal_year,
        "revision": plan.revision,
        "submission": submission.number,
        "received_at": submission.received_at.astimezone(UTC).isoformat(),
        "content": json.dumps(plan.content, ensure_ascii=False, sort_keys=True),
        "changed": json.dumps(plan.changed, ensure_ascii=False, sort_keys=True),
    }


def _changes(before: Plan | None, plan: Plan) -> dict[str, int]:
    if before is None:
        return {}
    changed = {}
    for unit in plan.reporting_units:
        old = {i["code"]: definition(i) for i in before.assigned(unit)}
        for indicator in plan.assigned(unit):
            code = indicator["code"]
            same = old.get(code) == definition(indicator)
            revision = before.revision_of(unit, code) if same else plan.revision
            if revision > 1:
                changed[f"{unit}\t{code}"] = revision
    return changed


def plan_of(
    connection: Connection, fiscal_year: int, revision: int | None = None, as_of: str | None = None
) -> Plan | None:
    """The newest (or named) revision of a year's plan, received at or before `as_of`; None where there is none."""
    query = select(PLAN).where(PLAN.c.fiscal_year == fiscal_year)
    if revision is not None:
        query = query.where(PLAN.c.revision == revision)
    if as_of is not None:
        query = query.where(PLAN.c.received_at <= as_of)
    row = connection.execute(query.order_by(PLAN.c.revision.desc()).limit(1)).mappings().first()
    if row is None:
        return None
    given = unlocks_given(connection, fiscal_year, as_of)
    return Plan(row["revision"], row["fiscal_year"], json.loads(row["content"]), json.loads(row["changed"]), given)


def unlocks_given(connection: Connection, fiscal_year: int, as_of: str | None = None) -> tuple[dict[str, Any], ...]:
    """Unlocks given by command for a year, in order; keys as on the sheet of the plan workbook, and number, given at."""
    query = select(UNLOCK).where(UNLOCK.c.fiscal_year == fiscal_year)
    if as_of is not None:
        query = query.where(UNLOCK.c.received_at <= as_of)
    return tuple(dict(r) for r in connection.execute(query.order_by(UNLOCK.c.submission)).mappings())


def unlocked_since(connection: Connection, unit: str, form: str, fiscal_year: int, number: int) -> bool:
    """Whether an unlock for this unit and form was given by command after arrival `number`."""
    query = select(UNLOCK.c.submission).where(
        UNLOCK.c.unit == unit, UNLOCK.c.form == form, UNLOCK.c.fiscal_year == fiscal_year, UNLOCK.c.submission > number
    )
    return connection.execute(query.limit(1)).first() is not None


def last_of_plan(connection: Connection, fiscal_year: int) -> Mapping[str, Any] | None:
    """The arrival that brought the newest revision of a year's plan."""
    newest = (
        select(PLAN.c.submission)
        .where(PLAN.c.fiscal_year == fiscal_year)
        .order_by(PLAN.c.revision.desc())
        .limit(1)
        .scalar_subquery()
    )
    row = connection.execute(select(SUBMISSION).where(SUBMISSION.c.number == newest)).mappings().first()
    return dict(row) if row else None


def issued(connection: Connection, fiscal_year: int) -> int:
    """The newest plan revision whose templates were issued; 0 where none was."""
    query = select(func.max(ISSUED.c.revision)).where(ISSUED.c.fiscal_year == fiscal_year)
    return connection.execute(query).scalar() or 0


def add_issued(connection: Connection, fiscal_year: int, revision: int) -> None:
    """Remember that the templates of a plan revision were issued, so that a crash before that issues them again."""
    known = select(ISSUED).where(ISSUED.c.fiscal_year == fiscal_year, ISSUED.c.revision == revision)
    if connection.execute(known).first() is None:
        connection.execute(insert(ISSUED).values(fiscal_year=fiscal_year, revision=revision))


def plan_years(connection: Connection) -> list[int]:
    """Fiscal years that have a plan, oldest first."""
    return list(connection.execute(select(PLAN.c.fiscal_year).distinct().order_by(PLAN.c.fiscal_year)).scalars())


# -- what stands -----------------------------------------------------------------------------------------------------


def _frame(connection: Connection, query: Any) -> pd.DataFrame:
    result = connection.execute(query)
    return pd.DataFrame(result.fetchall(), columns=list(result.keys()))


def standing_postings(
    connection: Connection,
    fiscal_year: int,
    as_of: str | None = None,
    units: Sequence[str] | None = None,
    held: bool = False,
    among: Callable[[pd.DataFrame], pd.Series] | None = None,
    form: str | None = None,
) -> pd.DataFrame:
    """The posting that counts per unit x form x indicator x period: the newest valid one (held: the newest of all).

    Columns of POSTING plus received_at, file, sha256. An older row stays in the ledger, it just does not count.
    `among` says which postings are looked at at all: what stood at another moment. `form`: only those of one form.
    """
    query = (
        select(POSTING, SUBMISSION.c.received_at, SUBMISSION.c.name.label("file"), SUBMISSION.c.sha256)
        .join(SUBMISSION, SUBMISSION.c.number == POSTING.c.submission)
        .where(POSTING.c.fiscal_year == fiscal_year)
    )
    if not held:
        query = query.where(POSTING.c.state != "held")
    if as_of is not None:
        query = query.where(SUBMISSION.c.received_at <= as_of)
    if form is not None:
        query = query.where(POSTING.c.form == form)
    if units is not None:
        query = query.where(POSTING.c.unit.in_(list(units)))
    frame = _frame(connection, query.order_by(POSTING.c.submission))
    if among is not None and len(frame):
        frame = frame[among(frame)]
    return frame.drop_duplicates(["unit", "form", "indicator", "period"], keep="last").reset_index(drop=True)


def facts_of(
    connection: Connection, standing: pd.DataFrame, fiscal_year: int, units: Sequence[str] | None = None
) -> pd.DataFrame:
    """The facts of the standing postings: columns of FACT plus received_at, file and sha256 of their submission."""
    query = select(FACT).where(FACT.c.fiscal_year == fiscal_year)
    if units is not None:
        query = query.where(FACT.c.unit.in_(list(units)))
    facts = _frame(connection, query)
    keys = standing.loc[
        ~standing["blank"].astype(bool), ["submission", "form", "indicator", "period", "file", "sha256", "received_at"]
    ]
    return facts.merge(
        keys.rename(columns={"period": "row_period"}), on=["submission", "form", "indicator", "row_period"], how="inner"
    )


def last_of(connection: Connection, unit: str, form: str, fiscal_year: int, before: int) -> Mapping[str, Any] | None:
    """The newest accepted or returned arrival of a unit and form before submission `before`."""
    query = (
        select(SUBMISSION)
        .where(
            SUBMISSION.c.unit == unit,
            SUBMISSION.c.form == form,
            SUBMISSION.c.fiscal_year == fiscal_year,
            SUBMISSION.c.number < before,
        )
        .where(SUBMISSION.c.state.in_(("accepted", "returned")))
        .order_by(SUBMISSION.c.number.desc())
        .limit(1)
    )
    row = connection.execute(query).mappings().first()
    return dict(row) if row else None


def same_bytes(connection: Connection, sha256: str, before: int) -> Mapping[str, Any] | None:
    """The newest earlier arrival of the same bytes that was accepted or returned."""
    return twins(connection, {before: sha256}).get(before)


def twins(connection: Connection, wanted: Mapping[int, str]) -> dict[int, Mapping[str, Any]]:
    """Per number of an arrival (with its sha256) the newest earlier one of the same bytes that was accepted or returned."""
    bytes_of, found = sorted(set(wanted.values())), dict[str, list[Mapping[str, Any]]]()
    for start in range(0, len(bytes_of), _AT_ONCE):
        same = (
            SUBMISSION.c.sha256.in_(bytes_of[start : start + _AT_ONCE]),
            SUBMISSION.c.state.in_(("accepted", "returned")),
        )
        for row in connection.execute(select(SUBMISSION).where(*same).order_by(SUBMISSION.c.number)).mappings():
            found.setdefault(row["sha256"], []).append(dict(row))
    earlier = {n: [r for r in found.get(sha, ()) if r["number"] < n] for n, sha in wanted.items()}
    return {n: rows[-1] for n, rows in earlier.items() if rows}


def submissions(connection: Connection, states: Sequence[str] | None = None) -> pd.DataFrame:
    """Every arrival, in order; the columns of SUBMISSION."""
    query = select(SUBMISSION).order_by(SUBMISSION.c.number)
    if states is not None:
        query = query.where(SUBMISSION.c.state.in_(list(states)))
    return _frame(connection, query)


def findings_of(connection: Connection, numbers: Sequence[int]) -> pd.DataFrame:
    """The findings of some submissions."""
    return _frame(
        connection,
        select(FINDING).where(FINDING.c.submission.in_(list(numbers))).order_by(FINDING.c.submission, FINDING.c.n),
    )


def last_number(connection: Connection) -> int:
    """The highest number given to an arrival so far, 0 where nothing ever arrived."""
    return connection.execute(select(func.max(SUBMISSION.c.number))).scalar() or 0


def is_empty(connection: Connection) -> bool:
    """Whether nothing ever arrived here."""
    return connection.execute(select(SUBMISSION.c.number).limit(1)).first() is None


def last_fingerprint(connection: Connection, fiscal_year: int, period: str) -> str:
    """Fingerprint of the newest publication of a period, "" where it never was published."""
    query = select(PUBLICATION.c.fingerprint).where(
        PUBLICATION.c.fiscal_year == fiscal_year, PUBLICATION.c.period == period
    )
    return connection.execute(query.order_by(PUBLICATION.c.n.desc()).limit(1)).scalar() or ""


def add_publication(connection: Connection, fiscal_year: int, period: str, as_of: str, fingerprint: str) -> None:
    """Remember what was published, so that only changed periods are published again."""
    connection.execute(
        insert(PUBLICATION).values(fiscal_year=fiscal_year, period=period, as_of=as_of, fingerprint=fingerprint)
    )


def last_received(connection: Connection, fiscal_year: int) -> str:
    """received_at of the newest posting or plan of a year, "" where there is none."""
    posted = connection.execute(
        select(func.max(SUBMISSION.c.received_at)).where(
            SUBMISSION.c.fiscal_year == fiscal_year, SUBMISSION.c.state.in_(("accepted", "returned"))
        )
    ).scalar()
    planned = connection.execute(select(func.max(PLAN.c.received_at)).where(PLAN.c.fiscal_year == fiscal_year)).scalar()
    return max(posted or "", planned or "")
