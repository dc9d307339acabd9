"""Receivers with one fault each, as people write them: a test of the crash tests, which must find every one."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipeline import arrivals, intake, issue, judge, outgoing, reply, store, verdict
from pipeline.ledger import book, decisions
from pipeline.model import Outcome

SABOTAGES: dict[str, Callable[[], None]] = {}


def _sabotage(wrong: Callable[[], None]) -> Callable[[], None]:
    SABOTAGES[wrong.__name__] = wrong
    return wrong


@_sabotage
def claim_dropped_before_commit() -> None:
    real = store.keep

    def keep(settings: Any, claimed: Path, claim: Any) -> store.Kept:
        kept = real(settings, claimed, claim)
        claimed.unlink()
        claimed.with_suffix(".json").unlink()
        return kept

    store.keep = keep


@_sabotage
def no_unique_claim() -> None:
    def add(connection: Any, arrivals: Any) -> None:
        from sqlalchemy import insert

        from pipeline.ledger.tables import SUBMISSION

        for arrival in arrivals:
            row = {**decisions.arrival_row(arrival), "claim": uuid.uuid4().hex}
            row["number"] = book.last_number(connection) + 1
            connection.execute(insert(SUBMISSION).values(**row))

    decisions.add_arrivals = add


@_sabotage
def envelope_after_the_move() -> None:
    def claim(settings: Any, files: Any, first: int, received_at: Any) -> list[intake.Waiting]:
        for number, seen in enumerate(files, first):
            target = settings.taking / f"{number:09d}-{uuid.uuid4().hex}.bin"
            os.rename(seen.path, target)
            envelope = intake._envelope(settings, number, seen.name, received_at)
            os.rename(target, envelope.with_suffix(".bin"))
        return []

    intake.claim = claim


@_sabotage
def claims_forgotten_after_a_crash() -> None:
    real, real_claim, mine = intake.claims, intake.claim, []

    def claim(*args: Any) -> Any:
        mine.append(True)
        return real_claim(*args)

    intake.claim = claim
    intake.claims = lambda *args: [c for c in real(*args) if mine or c[1]["channel"] == "command"]


@_sabotage
def outcome_before_answer() -> None:
    real_place, real_finish = reply.place, judge.Batch.finish
    later: list[Callable[[], Any]] = []

    def place(settings: Any, relative: str, write: Any) -> str:
        later.append(lambda: real_place(settings, relative, write))
        return relative

    def draft(*args: Any) -> None:
        later.append(lambda: real_draft(*args))

    def finish(self: Any, results: Any, plan: Any = None) -> None:
        real_finish(self, results, plan)
        while later:
            now, later[:] = list(later), []
            reply.place = real_place
            for each in now:
                each()
            reply.place = place

    real_draft = outgoing.draft
    outgoing.draft = draft
    reply.place = place
    judge.Batch.finish = finish  # type: ignore[method-assign]


@_sabotage
def published_in_place() -> None:
    def place(settings: Any, relative: str, write: Any) -> str:
        target = settings.outbox / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        write(str(target))
        return relative

    reply.place = place
    issue.place = place


@_sabotage
def ledger_before_the_original() -> None:
    real = store.keep

    def keep(settings: Any, claimed: Path, claim: Any) -> store.Kept:
        arrival = {**claim, "sha256": store.sha_of(claimed), "size": claimed.stat().st_size}
        folder = store.folder_of(settings, arrival["sha256"])
        arrival["path"] = (folder / "original").relative_to(settings.var).as_posix()
        engine = book.open_ledger(settings.database)
        with engine.begin() as connection:
            decisions.add_arrivals(connection, [arrival])
        claimed.rename(claimed.with_suffix(".taken"))
        kept = real(settings, claimed.with_suffix(".taken"), claim)
        claimed.with_suffix(".taken").unlink()
        return kept

    store.keep = keep


@_sabotage
def rows_in_two_transactions() -> None:
    real = decisions.apply

    def apply(connection: Any, found: Any) -> None:
        states = [{**d, "findings": [], "postings": [], "facts": [], "plan": None} for d in found]
        with connection.engine.begin() as other:
            real(other, states)
        real(connection, found)

    decisions.apply = apply


@_sabotage
def issued_before_the_templates() -> None:
    real = issue.issue

    def early(office: Any, year: Any = None, before: Any = None, progress: Any = None) -> Any:
        with office.engine.begin() as connection:
            plan = book.plan_of(connection, year)
            book.add_issued(connection, year, plan.revision)
        return real(office, year, before)

    issue.issue = early


@_sabotage
def original_written_in_place() -> None:
    def keep(settings: Any, claimed: Path, claim: Any) -> store.Kept:
        sha, stat = store.sha_of(claimed), claimed.stat()
        folder = store.folder_of(settings, sha)
        if not folder.exists():
            folder.mkdir(parents=True)
            with open(folder / "original", "wb") as handle:
                handle.write(claimed.read_bytes())
        arrival = {**claim, "sha256": sha, "size": stat.st_size, "path": f"originals/{sha[:2]}/{sha}/original"}
        (folder / f"arrival-{claim['claim']}.json").write_bytes(store.sealed(arrival))
        return store.Kept(arrival, stat.st_size, stat.st_mtime_ns)

    store.keep = keep


@_sabotage
def trouble_becomes_a_verdict() -> None:
    real = judge.Batch._answered

    def answered(self: Any, result: Any, *rest: Any) -> Any:
        try:
            return real(self, result, *rest)
        except OSError as error:
            return Outcome(result.reading.submission, verdict.bug(result.reading.submission, error))

    judge.Batch._answered = answered  # type: ignore[method-assign]


@_sabotage
def mail_decided_before_its_parts() -> None:
    real = arrivals._take_parts
    later: list[tuple[Any, ...]] = []

    def take_parts(*args: Any) -> None:
        folder = args[2].with_suffix(".later")
        os.rename(args[2], folder)
        later.append((args[0], args[1], folder, args[3]))

    def finish(self: Any, results: Any, plan: Any = None) -> None:
        real_finish(self, results, plan)
        while later:
            real(*later[0])
            later.pop(0)[2].rmdir()

    real_finish = judge.Batch.finish
    arrivals._take_parts = take_parts
    judge.Batch.finish = finish  # type: ignore[method-assign]


@_sabotage
def parts_claimed_anew_each_time() -> None:
    intake.part_claim = lambda container, n: f"{container:09d}-{uuid.uuid4().hex}"
