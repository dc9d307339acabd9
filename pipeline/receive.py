"""The receiving half of the road: inbox -> intake -> store -> judge -> reply, ledger."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from pipeline import arrivals, intake, lock, store, trouble
from pipeline.evidence.copies import place_copies
from pipeline.issue import issue_due
from pipeline.judge import Batch
from pipeline.ledger import book, decisions
from pipeline.model import OfficeError, Outcome, Submission
from pipeline.office.reader import Reader
from pipeline.opening import Office, Progress, quiet
from pipeline.verdict import bug, in_trouble, unstored_file
from schemas.language import Text
from schemas.plan import Plan

LOG = logging.getLogger("opsbook")


def receive(office: Office, progress: Progress = quiet, sleep: Callable[[float], None] = time.sleep) -> list[Outcome]:
    """Take in everything in inbox/ once, and what earlier runs left unfinished -> one Outcome per file.

    Originals are stored and noted before anything is judged; raises lock.Held where another receiver is at work.
    """
    with lock.only_receiver(office.settings.var, office.clock.now()), Reader() as reader:
        tidy(office)
        ready, waiting = intake.settled(office.settings.inbox, sleep)
        outcomes = take(office, reader, ready, progress)
        issue_due(office, progress)
    return [*outcomes, *(_waiting(office, w) for w in waiting)]


def tidy(office: Office) -> None:
    """Remove unfinished files that a crash left behind; those of the outbox only when no publisher can still write them."""
    old = time.time() - 3600
    for folder, before in ((store.aside(office.settings), time.time() + 3600), (office.settings.writing, old)):
        for path in folder.iterdir():
            with suppress(OSError):
                if path.is_file() and path.stat().st_mtime < before:
                    path.unlink()


def take(
    office: Office, reader: Reader, ready: Sequence[intake.Seen], progress: Progress = quiet, again: bool = True
) -> list[Outcome]:
    """Claim settled files, store them, judge them and whatever waits to be judged; the caller holds the office.

    Files that wait for a plan are judged `again`, or when a plan is among the new ones. Temporary trouble never becomes
    a verdict: such files are pending, with the reason, and are taken up by the next call.
    """
    left: list[Outcome] = []
    opened: list[Outcome] = []
    runs = arrivals.runs(ready)
    _refuse_lost_ledger(office)
    try:
        for n, run in enumerate(runs):
            beyond = [s for later in runs[n + 1 :] for s in later]
            left += _stored(office, run, progress)
            opened += arrivals.open_containers(
                office, reader, after=max((o.submission.number for o in opened), default=0)
            )
    except Exception as error:
        if (stopped := trouble.of(error)) is None:
            raise
        LOG.warning("taking in stopped: %s", error)
        return [*opened, *left, *_not_taken(office, again, opened, beyond, stopped.text)]
    known = {o.submission.number for o in opened}  # also those whose answer waits: no mail is judged as a workbook
    judged = _judge_all(office, reader, [s for s in _queue(office, again) if s.number not in known], progress)
    if again or any(_proves(o) for o in judged):
        _copy_evidence(office)
    return [*sorted([*opened, *judged], key=lambda o: o.submission.number), *left]


def _proves(outcome: Outcome) -> bool:
    """Whether a judgement may change what evidence proves: a file that is no form, results, a plan."""
    reading = outcome.result.reading
    return reading.document is not None or reading.identity.form in ("quarterly_result", "central_plan")


def _copy_evidence(office: Office) -> None:
    """Evidence where people can open it; trouble now is no fault of the files, the next run makes up for it."""
    try:
        place_copies(office)
    except Exception as error:
        if trouble.of(error) is None:
            raise
        LOG.warning("copies of evidence wait: %s", error)


def _stored(office: Office, files: Sequence[intake.Seen], progress: Progress) -> list[Outcome]:
    """Claim and store files, and whatever claims an earlier call left -> those that could not be moved."""
    settings, now = office.settings, office.clock.now()
    with office.engine.connect() as connection:
        last = book.last_number(connection)
    left: list[intake.Waiting] = []
    if files:
        found = intake.claims(settings, now, last)
        first = max([last, *(content["number"] for _, content in found)]) + 1
        left = intake.claim(settings, files, first, now)
    arrivals.keep(office, intake.claims(settings, now, last), progress)
    return [_waiting(office, w) for w in left]


def _not_taken(
    office: Office, again: bool, opened: Sequence[Outcome], beyond: Sequence[intake.Seen], why: Text
) -> list[Outcome]:
    """What waits because taking in stopped: claims, else what was to be judged; and what still lies in the inbox."""
    known = {o.submission.number for o in opened}
    unstored = intake.claims(office.settings, office.clock.now(), 0)
    waits = [unstored_file(office, content["name"], 0, why) for _, content in unstored]
    waits = waits or [in_trouble(s, why) for s in _queue(office, again) if s.number not in known]
    return [*waits, *(unstored_file(office, intake.printable(s.name), s.size, why) for s in beyond)]


def _refuse_lost_ledger(office: Office) -> None:
    """An empty ledger beside a store with arrivals is a lost ledger: taking in more would number files twice."""
    with office.engine.connect() as connection:
        if book.last_number(connection):
            return
    unfinished = {content["claim"] for _, content in intake.claims(office.settings, office.clock.now(), 0)}
    if any(a["claim"] not in unfinished for h in store.holdings(office.settings) for a in h.arrivals):
        raise OfficeError(
            "ทะเบียนว่าง แต่มีต้นฉบับที่รับไว้แล้ว: ใช้ opsbook verify --repair เพื่อสร้างทะเบียนใหม่",
            "the ledger is empty but originals are stored: run opsbook verify --repair to build it again",
        )


def _queue(office: Office, again: bool) -> list[Submission]:
    with office.engine.connect() as connection:
        fresh, held = book.waiting(connection, ("received",)), book.waiting(connection, ("pending",))
    order = {s.number: intake.likely_order(office.settings.var / s.path) for s in fresh}
    if again or 0 in order.values():
        order |= {s.number: intake.likely_order(office.settings.var / s.path) for s in held}
        fresh += held
    return sorted(fresh, key=lambda s: (order[s.number], s.number))


def _waiting(office: Office, waiting: intake.Waiting) -> Outcome:
    outcome = unstored_file(office, intake.printable(waiting.name), waiting.size, waiting.why)
    return replace(outcome, trouble=waiting.stopped)


def _judge_all(office: Office, reader: Reader, queue: Sequence[Submission], progress: Progress) -> list[Outcome]:
    outcomes = _decided_before(office, queue)
    known = {o.submission.number for o in outcomes}
    work = [s for s in queue if s.number not in known]
    blocked: set[tuple[Any, ...]] = set()
    plans: dict[int, Plan | None] = {}
    for batch in intake.chunks(work, arrivals.BATCH):
        judged, stopped = _judge(office, reader, batch, blocked, plans)
        outcomes += judged
        progress("judge", len(outcomes), len(queue))
        if stopped is not None:
            done = {o.submission.number for o in outcomes}
            outcomes += [in_trouble(s, stopped) for s in work if s.number not in done]
            break
    return sorted(outcomes, key=lambda o: o.submission.number)


def _decided_before(office: Office, queue: Sequence[Submission]) -> list[Outcome]:
    """Verdicts that stand beside their original but not in the ledger (a crash came between) are taken as they are."""
    found = [(s, d) for s in queue if (d := store.decided(office.settings, s.sha256, s.number)) and d["final"]]
    if found:
        with office.engine.begin() as connection:
            decisions.apply(connection, [d for _, d in found])
    return [decisions.outcome_of(s, d) for s, d in found]


def _judge(
    office: Office,
    reader: Reader,
    batch: Sequence[Submission],
    blocked: set[tuple[Any, ...]],
    plans: dict[int, Plan | None],
) -> tuple[list[Outcome], Text | None]:
    """(what became of one micro-batch, why nothing more can be judged now): a bug costs the one file that shows it."""
    work = Batch(office, reader, blocked, plans)
    try:
        work.judge(batch)
        return list(work.done.values()), None
    except Exception as error:
        rest = [s for s in batch if s.number not in work.done]
        if (found := trouble.of(error)) is not None:
            LOG.warning("judging stopped: %s", error)
            return list(work.done.values()), found.text
        if len(batch) == 1:
            work.finish([bug(s, error) for s in rest])
            return list(work.done.values()), None
        LOG.exception("a batch of %d files failed; they are judged one by one", len(batch))
    outcomes = list(work.done.values())
    for submission in rest:
        judged, stopped = _judge(office, reader, [submission], blocked, plans)
        outcomes += judged
        if stopped is not None:
            return outcomes, stopped
    return outcomes, None
