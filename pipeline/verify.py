"""The store, the ledger and the outbox, held against each other -> what is missing, altered or too many; and the ledger rebuilt."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import exc

from pipeline import identify, intake, lock, read, reply, store
from pipeline.ledger import book, decisions
from pipeline.model import Submission
from pipeline.office.look import Unsafe
from pipeline.office.reader import Reader
from pipeline.opening import Office, open_office
from pipeline.settings import Clock, load
from schemas.evidence import FORM
from schemas.language import Text


@dataclass(frozen=True)
class Fault:
    """One thing that is not as it must be: what kind, where, in words, and whether a repair can mend it."""

    kind: str
    where: str
    text: Text
    mends: bool = True

    def as_json(self) -> dict[str, Any]:
        """The fault as `verify --json` prints it."""
        return {"kind": self.kind, "where": self.where, "th": self.text.th, "en": self.text.en, "mends": self.mends}


def verify(office: Office) -> list[Fault]:
    """Every original hashed anew, every envelope, ledger row and answer compared; nothing is changed."""
    holdings = list(store.holdings(office.settings))
    faults = [*_store_faults(holdings)]
    try:
        with office.engine.connect() as connection:
            faults += _ledger_faults(office, connection, holdings)
            faults += _answer_faults(office, connection)
    except exc.DatabaseError as error:
        faults.append(_fault("ledger_damaged", "ledger", "ทะเบียนเสียหาย", f"the ledger is damaged: {error.orig}"))
    return faults


def _fault(kind: str, where: str, th: str, en: str, mends: bool = True) -> Fault:
    return Fault(kind, where, Text(th, en), mends)


def _store_faults(holdings: Sequence[store.Holding]) -> Iterator[Fault]:
    for holding in holdings:
        names = ", ".join(dict.fromkeys(a["name"] for a in holding.arrivals)) or "?"
        if holding.original is None:
            yield _fault("original_missing", holding.sha256, f"ต้นฉบับหาย: {names}", f"original missing: {names}", False)
        elif store.sha_of(holding.original) != holding.sha256:
            yield _fault("original_altered", holding.sha256, f"ต้นฉบับถูกแก้: {names}", f"original altered: {names}", False)
        for name in holding.broken:
            where = f"{holding.sha256}/{name}"
            yield _fault("envelope_altered", where, "บันทึกข้างต้นฉบับเสียหาย", "an envelope was altered", False)


def _ledger_faults(office: Office, connection: Any, holdings: Sequence[store.Holding]) -> Iterator[Fault]:
    rows = {r["number"]: r for r in book.submissions(connection).to_dict("records")}
    unfinished = {p.stem for p in office.settings.taking.glob("*.json")}
    arrivals = {a["number"]: a for h in holdings for a in h.arrivals if a["claim"] not in unfinished}
    verdicts = {d["number"]: d for h in holdings for d in h.decisions}
    for number, arrival in sorted(arrivals.items()):
        row = rows.get(number)
        if row is None:
            yield _fault(
                "row_missing", f"{number}", f"ทะเบียนไม่มี {arrival['name']}", f"not in the ledger: {arrival['name']}"
            )
        elif any(
            row[k] != arrival[k] for k in ("claim", "sha256", "received_at", "name", "channel", "sender", "size")
        ) or (any(row[k] != arrival.get(k, none) for k, none in decisions.FROM_CONTAINER.items())):
            yield _fault(
                "row_altered", f"{number}", "แถวทะเบียนไม่ตรงกับต้นฉบับ", "the ledger row differs from the envelope"
            )
    for number, row in sorted(rows.items()):
        if number not in arrivals and row["claim"] not in unfinished:
            yield _fault(
                "row_too_many", f"{number}", f"ทะเบียนมีแถวเกิน: {row['name']}", f"a row without an arrival: {row['name']}"
            )
        elif number not in verdicts and row["state"] not in ("received", "pending"):
            yield _fault(
                "verdict_missing", f"{number}", f"ไม่มีบันทึกผลของ {row['name']}", f"no decision for {row['name']}", False
            )
        elif number in verdicts and (tables := decisions.differing(connection, verdicts[number])):
            listed = ", ".join(tables)
            yield _fault(
                "rows_altered", f"{number}", f"ทะเบียนไม่ตรงกับผลที่บันทึก: {listed}", f"the ledger differs: {listed}"
            )
    for table, count in decisions.strays(connection).items():
        yield _fault("rows_too_many", table, f"แถวเกิน {count} แถวใน {table}", f"{count} rows too many in {table}")


def _answer_faults(office: Office, connection: Any) -> Iterator[Fault]:
    for row in _unanswered(office, connection):
        yield _fault(
            "answer_missing", row["answer"], f"คำตอบของ {row['name']} หาย", f"the answer to {row['name']} is gone"
        )


def _unanswered(office: Office, connection: Any) -> list[dict[str, Any]]:
    """The newest arrival per answer whose file is nowhere in outbox; a duplicate points at its twin's."""
    rows = [r for r in book.submissions(connection).to_dict("records") if r["answer"] and r["state"] != "duplicate"]
    newest = {r["answer"]: r for r in rows}
    return [r for answer, r in newest.items() if not _there(office, answer)]


def _there(office: Office, answer: str) -> bool:
    path = office.settings.outbox / answer
    return path.is_file() or (path.parent / "done" / path.name).is_file()


# -- repair ------------------------------------------------------------------------------------------------------------


def repair(root: Path, clock: Clock) -> tuple[Office, list[str]]:
    """Rebuild the ledger from the store and write missing answers again -> (the office, what was done).

    Verdicts are replayed, not judged again. Originals that are missing or altered cannot be rebuilt.
    """
    settings = load(root)
    with lock.only_receiver(settings.var, clock.now()):
        office, done = _usable(root, clock)
        if any(f.mends and f.kind != "answer_missing" for f in verify(office)):
            done.append(f"ledger rebuilt from {rebuild(office)} arrivals")
        done += [f"answer written again: {a}" for a in _answer_again(office)]
    return office, done


def _usable(root: Path, clock: Clock) -> tuple[Office, list[str]]:
    """The office with a ledger that opens; a damaged SQLite file is put aside first."""
    try:
        office = open_office(root, clock.fixed)
        with office.engine.connect() as connection:
            damaged = (
                connection.exec_driver_sql("PRAGMA quick_check(1)").scalar() != "ok" if _is_sqlite(office) else False
            )
        if not damaged:
            return office, []
        office.engine.dispose()
    except exc.DatabaseError:
        pass
    settings = load(root)
    path = Path(settings.database.removeprefix("sqlite:///"))
    moved = []
    for each in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        if each.exists():
            aside = each.with_name(f"{each.name}.damaged-{clock.now():%Y%m%d%H%M%S}")
            os.replace(each, aside)
            moved.append(f"damaged ledger kept as {aside.name}")
    return open_office(root, clock.fixed), moved


def _is_sqlite(office: Office) -> bool:
    return office.engine.dialect.name == "sqlite"


def rebuild(office: Office) -> int:
    """Empty the ledger and write it again from the envelopes, in one transaction -> how many arrivals there are."""
    unfinished = {p.stem for p in office.settings.taking.glob("*.json")}
    holdings = list(store.holdings(office.settings))
    arrivals = sorted(
        (a for h in holdings for a in h.arrivals if a["claim"] not in unfinished), key=lambda a: a["number"]
    )
    known = {a["number"] for a in arrivals}
    verdicts = sorted((d for h in holdings for d in h.decisions if d["number"] in known), key=lambda d: d["number"])
    with office.engine.begin() as connection:
        decisions.empty(connection)
        decisions.add_arrivals(connection, arrivals)
        for batch in intake.chunks(verdicts):
            decisions.apply(connection, batch)
        for plan in (d["plan"] for d in verdicts if d["plan"]):
            if (office.settings.outbox / "templates" / str(plan["fiscal_year"])).is_dir():
                book.add_issued(connection, plan["fiscal_year"], plan["revision"])
    return len(arrivals)


def _answer_again(office: Office) -> list[str]:
    with office.engine.connect() as connection:
        rows = _unanswered(office, connection)
        known = book.submissions(connection, ("accepted", "returned", "refused")).to_dict("records") if rows else []
    latest = {(r["unit"], r["form"], r["fiscal_year"]): r["number"] for r in known}
    with Reader(1) as reader:
        return [a for row in rows if (a := _one_answer(office, reader, row, latest))]


def _one_answer(office: Office, reader: Reader, row: dict[str, Any], latest: Mapping[tuple[Any, ...], int]) -> str:
    """The answer written again where it lay, or in done/ where the unit's form has had a newer answer since (`latest`)."""
    submission: Submission = book.submission_of(row)
    submission = replace(submission, received_at=submission.received_at.astimezone(office.settings.zone))
    verdict = store.decided(office.settings, submission.sha256, submission.number)
    if verdict is None:
        return ""
    result = decisions.outcome_of(submission, verdict).result
    answer = next(reader.read([str(office.settings.var / submission.path)]))
    if not isinstance(answer, (Unsafe, OSError)):
        identity = identify.identity_of(answer[0])
        if identity.form is not None:
            reading = read.read(submission, identity, answer[0])
            result = replace(result, reading=replace(reading, identity=identity))
    with office.engine.connect() as connection:
        year, revision = result.reading.identity.fiscal_year, row["judged_revision"]
        plan = (
            book.plan_of(connection, int(year), int(revision)) if year and revision == revision and revision else None
        )
    owner = row["answer"].split("/")[1]  # of a file that names no unit: in whose folder of the inbox it lay
    at = (row["unit"], row["form"], row["fiscal_year"])
    overtaken = row["form"] != FORM and row["number"] < latest.get(at, 0)
    return reply.reply(office.settings, result, plan, submission.received_at, owner, overtaken=overtaken)
