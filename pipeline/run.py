"""THE ROAD: inbox -> intake -> identify -> read -> validate -> reply, ledger || ledger -> consolidate -> score -> report."""

from __future__ import annotations

import hashlib
import json
import logging
import re
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Engine

from pipeline import consolidate, identify, intake, lock, read, reply, score, store, trouble
from pipeline.issue import issue_templates
from pipeline.ledger import book, decisions, peers
from pipeline.model import Identity, OfficeError, Outcome, RawSheet, Reading, Submission, ValidationResult
from pipeline.office.look import Unsafe
from pipeline.office.reader import Reader
from pipeline.publish import Source, complete, publication
from pipeline.settings import Clock, Settings, load
from pipeline.validate import again
from pipeline.validate.figures import siblings
from pipeline.validate.findings import finding
from pipeline.validate.past import Standing
from pipeline.validate.plans import validate_plan
from pipeline.validate.twins import LEAST, probes
from pipeline.validate.units import validate
from schemas.language import Text
from schemas.periods import end_of, fiscal_year, last_quarter_ended, quarters_up_to
from schemas.plan import Plan
from schemas.rules_index import rules

LOG = logging.getLogger("opsbook")
BATCH = 100
Progress = Callable[[str, int, int], None]


def _quiet(_what: str, _done: int, _total: int) -> None:
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


# -- receive -----------------------------------------------------------------------------------------------------------


def receive(office: Office, progress: Progress = _quiet, sleep: Callable[[float], None] = time.sleep) -> list[Outcome]:
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
    office: Office, reader: Reader, ready: Sequence[intake.Seen], progress: Progress = _quiet, again: bool = True
) -> list[Outcome]:
    """Claim settled files, store them, judge them and whatever waits to be judged; the caller holds the office.

    Files that wait for a plan are judged `again`, or when a plan is among the new ones. Temporary trouble never becomes
    a verdict: such files are pending, with the reason, and are taken up by the next call.
    """
    settings, now = office.settings, office.clock.now()
    with office.engine.connect() as connection:
        last = book.last_number(connection)
    found = intake.claims(settings, now, last)
    _refuse_lost_ledger(office, last, found)
    first = max([last, *(content["number"] for _, content in found)]) + 1
    left = [_waiting(office, w) for w in intake.claim(settings, ready, first, now)]
    try:
        _store(office, intake.claims(settings, now, last), progress)
    except Exception as error:
        if (stopped := trouble.of(error)) is None:
            raise
        LOG.warning("storing stopped: %s", error)
        unstored = intake.claims(settings, now, last)
        return [*left, *(_stopped(office, c["name"], 0, stopped.text) for _, c in unstored)]
    return [*_judge_all(office, reader, _queue(office, again), progress), *left]


def _refuse_lost_ledger(office: Office, last: int, found: Sequence[tuple[Path, dict[str, Any]]]) -> None:
    """An empty ledger beside a store with arrivals is a lost ledger: taking in more would number files twice."""
    if last:
        return
    unfinished = {content["claim"] for _, content in found}
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


def _store(office: Office, claims: Sequence[tuple[Path, dict[str, Any]]], progress: Progress) -> None:
    """Originals and envelopes first, then the ledger's rows, then the claims are dropped."""
    settings, done = office.settings, 0
    for batch in intake.chunks(claims, BATCH):
        kept = [store.keep(settings, envelope.with_suffix(".bin"), content) for envelope, content in batch]
        with office.engine.begin() as connection:
            decisions.add_arrivals(connection, [k.arrival for k in kept])
        for (envelope, content), each in zip(batch, kept, strict=True):
            if intake.drop(settings, envelope, intake.raw_name(content), each.size, each.mtime_ns):
                LOG.warning("file %d was still being written: it is taken in again", content["number"])
        done += len(batch)
        progress("store", done, len(claims))


def _waiting(office: Office, waiting: intake.Waiting) -> Outcome:
    outcome = _stopped(office, intake.printable(waiting.name), waiting.size, waiting.why)
    return replace(outcome, trouble=waiting.stopped)


def _stopped(office: Office, name: str, size: int, why: Text) -> Outcome:
    submission = Submission(0, "", office.clock.now(), name, "folder", "", "", size)
    return Outcome(submission, ValidationResult(Reading(submission, Identity()), "pending", why), trouble=True)


def _judge_all(office: Office, reader: Reader, queue: Sequence[Submission], progress: Progress) -> list[Outcome]:
    outcomes = _decided_before(office, queue)
    known = {o.submission.number for o in outcomes}
    work = [s for s in queue if s.number not in known]
    blocked: set[tuple[Any, ...]] = set()
    for batch in intake.chunks(work, BATCH):
        judged, stopped = _judge(office, reader, batch, blocked)
        outcomes += judged
        progress("judge", len(outcomes), len(queue))
        if stopped is not None:
            done = {o.submission.number for o in outcomes}
            outcomes += [_in_trouble(s, stopped) for s in work if s.number not in done]
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
    office: Office, reader: Reader, batch: Sequence[Submission], blocked: set[tuple[Any, ...]]
) -> tuple[list[Outcome], Text | None]:
    """(what became of one micro-batch, why nothing more can be judged now): a bug costs the one file that shows it."""
    work = _Batch(office, reader, blocked)
    try:
        work.judge(batch)
        return list(work.done.values()), None
    except Exception as error:
        rest = [s for s in batch if s.number not in work.done]
        if (found := trouble.of(error)) is not None:
            LOG.warning("judging stopped: %s", error)
            return list(work.done.values()), found.text
        if len(batch) == 1:
            work.finish([_bug(s, error) for s in rest])
            return list(work.done.values()), None
        LOG.exception("a batch of %d files failed; they are judged one by one", len(batch))
    outcomes = list(work.done.values())
    for submission in rest:
        judged, stopped = _judge(office, reader, [submission], blocked)
        outcomes += judged
        if stopped is not None:
            return outcomes, stopped
    return outcomes, None


def _in_trouble(submission: Submission, why: Text) -> Outcome:
    return Outcome(submission, ValidationResult(Reading(submission, Identity()), "pending", why), trouble=True)


@cache
def _rules_version() -> str:
    """Which rules a verdict was taken by: a digest of the catalogue."""
    said = sorted(f"{r.code} {r.severity} {r.text.th}" for r in rules().values())
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:16]


class _Batch:
    """One micro-batch on the road: read together, judged per form and year in one frame, written in one transaction."""

    def __init__(self, office: Office, reader: Reader, blocked: set[tuple[Any, ...]] | None = None) -> None:
        self.office, self.reader = office, reader
        self.blocked = set() if blocked is None else blocked  # units and forms of which an earlier file waits
        self.plans: dict[int, Plan | None] = {}
        self.done: dict[int, Outcome] = {}

    def judge(self, batch: Sequence[Submission]) -> None:
        """Judge and record every file of the batch; `done` says what became of each."""
        units: list[Reading] = []
        batch = [
            replace(s, received_at=s.received_at.astimezone(self.office.settings.zone)) for s in batch
        ]  # people's clock
        paths = [str(self.office.settings.var / s.path) for s in batch]
        for submission, answer in zip(batch, self.reader.read(paths), strict=True):
            reading = reading_of(submission, answer)
            if isinstance(reading, ValidationResult):
                self.finish([reading])
            elif reading.identity.form == "central_plan":
                self._plan(reading)
            else:
                units.append(reading)
        while units:
            wave, units = _wave(units)
            self._units(wave)

    def _plan(self, reading: Reading) -> None:
        with self.office.engine.connect() as connection:
            twin = book.same_bytes(connection, reading.submission.sha256, reading.submission.number)
            result = validate_plan(reading)
            year = result.reading.identity.fiscal_year
            latest = book.last_of_plan(connection, year) if year else None
        if twin and latest and latest["sha256"] == reading.submission.sha256:
            return self.finish([_duplicate(result.reading, twin)])
        if result.plan is None or year is None:
            return self.finish([result])
        with self.office.engine.connect() as connection:
            plan = book.next_plan(connection, reading.submission, year, result.plan)
        accepted = replace(
            result, reason=Text(f"รับเป็นแผนฉบับที่ {plan.revision}", f"Accepted as plan revision {plan.revision}")
        )
        self.finish([accepted], plan)
        self.plans[year] = plan

    def _plan_for(self, year: int | None) -> Plan | None:
        if year is None:
            return None
        if year not in self.plans:
            with self.office.engine.connect() as connection:
                self.plans[year] = book.plan_of(connection, year)
        return self.plans[year]

    def _units(self, wave: Sequence[Reading]) -> None:
        """Judge readings of which no two are of the same unit and form."""
        groups: dict[tuple[str, int], list[Reading]] = {}
        for reading in wave:
            plan = self._plan_for(reading.identity.fiscal_year)
            if _key(reading) in self.blocked:
                why = Text("รอไฟล์ก่อนหน้าของหน่วยงานเดียวกัน", "Waits for an earlier file of the same unit")
                self.done[reading.submission.number] = _in_trouble(reading.submission, why)
            elif reading.identity.fiscal_year is None:
                self.finish([_whole(reading, "E_YEAR")])
            elif plan is None:
                self.finish([_pending(reading)])
            elif (repeated := self._repeated(reading, plan)) is not None:
                self.finish([repeated], plan)
            else:
                groups.setdefault((reading.identity.form or "", reading.identity.fiscal_year), []).append(reading)
        for (_, year), readings in groups.items():
            plan = self.plans[year]
            assert plan is not None
            self.finish(self._validated(readings, plan), plan)

    def _repeated(self, reading: Reading, plan: Plan) -> ValidationResult | None:
        submission, identity = reading.submission, reading.identity
        with self.office.engine.connect() as connection:
            twin = book.same_bytes(connection, submission.sha256, submission.number)
            if twin is None or twin["judged_revision"] != plan.revision:
                return None
            last = book.last_of(
                connection, identity.unit or "", identity.form or "", plan.fiscal_year, submission.number
            )
        return _duplicate(reading, twin) if last is None or last["sha256"] == submission.sha256 else None

    def _validated(self, readings: Sequence[Reading], plan: Plan) -> list[ValidationResult]:
        now = self.office.clock.now()
        standing = self._standing(readings, plan)
        try:
            return [self._compared(r) for r in validate(readings, plan, standing, now)]
        except Exception as error:
            if trouble.of(error) is not None:
                raise
            LOG.exception("a rule failed on a batch of %d files; they are judged one by one", len(readings))
        judged = []
        for reading in readings:
            try:
                judged.append(self._compared(validate([reading], plan, standing, now)[0]))
            except Exception as error:
                if trouble.of(error) is not None:
                    raise
                judged.append(_bug(reading.submission, error, reading))
        return judged

    def _compared(self, result: ValidationResult) -> ValidationResult:
        """A returned copy that came back is held against the original it answers."""
        sha = result.reading.identity.returned or ""
        original = self.office.settings.originals / sha[:2] / sha / "original"
        if not result.reading.asked or len(sha) != 64 or not sha.isalnum() or not original.is_file():
            return result
        answer = next(self.reader.read([str(original)]))
        if isinstance(answer, OSError):
            raise answer
        if isinstance(answer, Unsafe):
            return result
        before = read.read(result.reading.submission, result.reading.identity, answer[0])
        return again.compared(result, before.rows)

    def _standing(self, readings: Sequence[Reading], plan: Plan) -> Standing:
        """What counts for the units of these readings of one form, and the figures of others that doubts are measured by."""
        year, form = plan.fiscal_year, readings[0].identity.form or ""
        units = [r.identity.unit or "" for r in readings]
        with self.office.engine.connect() as connection:
            postings = book.standing_postings(connection, year, units=units)
            facts = book.facts_of(connection, postings, year, units=units)
            alike = peers.holders(connection, year, form, probes(readings, plan), LEAST)
            others = peers.figures(
                connection, year, form, [*siblings(plan, units), *(u for u in alike if u not in units)]
            )
            return Standing(postings, facts, others, peers.earlier(connection, year, units))

    def finish(self, results: Sequence[ValidationResult], plan: Plan | None = None) -> None:
        """Answers first, then the decisions beside the originals, then the ledger, in one transaction.

        A crash before the decision judges again and writes the same answer; after it, the decision stands as it is.
        """
        answered = [self._answered(r, plan) for r in results]
        taken = [o for o in answered if not o.trouble]
        now, firm = self.office.clock.now(), []
        for outcome in taken:
            brought = plan if outcome.result.plan is not None and outcome.result.state == "accepted" else None
            row = book.plan_row(brought, outcome.submission) if brought else None
            firm.append(decisions.decision(outcome, now, _rules_version(), row))
            store.decide(self.office.settings, firm[-1])
        with self.office.engine.begin() as connection:
            decisions.apply(connection, firm)
        self.done |= {o.submission.number: o for o in answered}

    def _answered(self, result: ValidationResult, plan: Plan | None) -> Outcome:
        submission, revision = result.reading.submission, plan.revision if plan else None
        try:
            answer = str(result.reading.notes.get("answer", "")) or self._reply(result, plan)
            return Outcome(submission, result, answer, revision)
        except Exception as error:
            found = trouble.of(error)
            if found is None:
                failed = _bug(submission, error, result.reading)
                return Outcome(submission, failed, self._reply(failed, None), revision)
            if found.stops or result.reading.identity.form == "central_plan":
                raise
            self.blocked.add(_key(result.reading))
            LOG.warning("the answer to file %d waits: %s", submission.number, error)
            return _in_trouble(submission, found.text)

    def _reply(self, result: ValidationResult, plan: Plan | None) -> str:
        return reply.reply(self.office.settings, result, plan, result.reading.submission.received_at)


def reading_of(
    submission: Submission, answer: tuple[list[RawSheet], bool] | Unsafe | OSError
) -> Reading | ValidationResult:
    """What the reader answered for a stored original -> its rows, or the judgement where there is nothing to read."""
    if isinstance(answer, OSError):
        raise answer
    if isinstance(answer, Unsafe):
        return _quarantined(submission, answer)
    sheets, macros = answer
    try:
        identity = identify.identity_of(sheets)
        if identity.form is None:
            return _quarantined(submission, Unsafe("E_NOT_OURS"))
        reading = read.read(submission, identity, sheets)
    except Exception as error:
        return _bug(submission, error)
    notes = {"visible_unit": identify.visible_unit(sheets) or ""}
    found = (*reading.findings, finding("W_MACRO")) if macros else reading.findings
    return replace(reading, notes=notes, findings=found)


def _wave(readings: Sequence[Reading]) -> tuple[list[Reading], list[Reading]]:
    """(readings with at most one per unit and form and all of one order, the rest): plans before results."""
    first = min(_order(r) for r in readings)
    wave: list[Reading] = []
    rest: list[Reading] = []
    seen: set[tuple[Any, ...]] = set()
    for reading in readings:
        key = _key(reading)
        if _order(reading) == first and key not in seen:
            wave.append(reading)
        else:
            rest.append(reading)
        seen.add(key)
    return wave, rest


def _key(reading: Reading) -> tuple[Any, ...]:
    return reading.identity.unit, reading.identity.form, reading.identity.fiscal_year


def _order(reading: Reading) -> int:
    from schemas.forms_index import forms

    return forms()[reading.identity.form or ""].order


def _quarantined(submission: Submission, unsafe: Unsafe) -> ValidationResult:
    th, en = unsafe.th, unsafe.en
    if unsafe.code == "E_NOT_OURS" and th:
        th, en = f" ({th})", f" ({en})"
    found = finding(unsafe.code, what=th, what_en=en)
    return ValidationResult(Reading(submission, Identity()), "quarantined", found.message, (found,))


def _whole(reading: Reading, code: str) -> ValidationResult:
    found = finding(code)
    return ValidationResult(reading, "returned", found.message, (found,))


def _pending(reading: Reading) -> ValidationResult:
    year = reading.identity.fiscal_year
    return ValidationResult(
        reading, "pending", Text(f"รอสมุดแผนกลางของปี {year}", f"Waiting for the plan workbook of {year}")
    )


def _duplicate(reading: Reading, twin: Any) -> ValidationResult:
    when = datetime.fromisoformat(twin["received_at"])
    reason = Text(
        f"ไฟล์เดียวกับที่รับไว้แล้ว (เลขที่ {twin['number']})",
        f"The same bytes as number {twin['number']}, received {when:%Y-%m-%d %H:%M}",
    )
    return ValidationResult(
        replace(reading, notes={**reading.notes, "answer": twin["answer"]}),
        "duplicate",
        reason,
        previous=twin["sha256"],
    )


def _bug(submission: Submission, error: Exception, reading: Reading | None = None) -> ValidationResult:
    """A fault of ours: the traceback goes to the log, the file is kept and quarantined, the run goes on."""
    LOG.error("file %d (%s) failed", submission.number, submission.sha256, exc_info=error)
    found = finding("I_PROGRAM")
    return ValidationResult(reading or Reading(submission, Identity()), "quarantined", found.message, (found,))


# -- issue -------------------------------------------------------------------------------------------------------------


def issue_due(office: Office, progress: Progress = _quiet) -> list[str]:
    """Issue what plan revisions changed and no run has issued yet -> the templates written, [] where none was due."""
    written: list[str] = []
    try:
        with office.engine.connect() as connection:
            due = [(y, book.plan_of(connection, y), book.issued(connection, y)) for y in book.plan_years(connection)]
            work = [(y, p, book.plan_of(connection, y, n) if n else None) for y, p, n in due if p and p.revision > n]
        for year, plan, before in work:
            written += issue(office, year, before, progress)
            with office.engine.begin() as connection:
                book.add_issued(connection, year, plan.revision)
    except Exception as error:
        if trouble.of(error) is None:
            raise
        LOG.warning("templates wait: %s", error)
    return written


def issue(
    office: Office, year: int | None = None, before: Plan | None = None, progress: Progress = _quiet
) -> list[str]:
    """Templates of a year's plan -> outbox/templates: all, or where `before` is the plan before, those it changes."""
    written: list[str] = []
    with office.engine.connect() as connection:
        years = [year] if year else book.plan_years(connection)
        if not years:
            raise OfficeError(
                "ยังไม่มีแผนที่รับแล้ว วางสมุดแผนกลางใน inbox ก่อน",
                "no plan has been accepted: drop the central plan workbook into inbox first",
            )
        for each in years:
            plan = book.plan_of(connection, each)
            assert plan is not None
            postings = book.standing_postings(connection, each)
            facts = book.facts_of(connection, postings, each)
            as_of = _default_as_of(connection, plan, office)
            written += issue_templates(office.settings, plan, before, postings, facts, as_of, progress)
    return written


# -- check -------------------------------------------------------------------------------------------------------------


def check(office: Office, files: Sequence[Path], mark: Path | None = None) -> list[Outcome]:
    """Judge files with the office's ledger as context and store nothing; with `mark`, write marked copies there."""
    outcomes = []
    with Reader(1) as reader:
        for n, (path, answer) in enumerate(zip(files, reader.read([str(f) for f in files]), strict=True)):
            data = path.read_bytes()
            submission = Submission(
                2**31 + n,
                hashlib.sha256(data).hexdigest(),
                office.clock.now(),
                path.name,
                "check",
                "",
                str(path),
                len(data),
            )
            outcomes.append(_checked(_Batch(office, reader), submission, answer, mark))
    return outcomes


def _checked(batch: _Batch, submission: Submission, answer: Any, mark: Path | None) -> Outcome:
    reading = reading_of(submission, answer)
    if isinstance(reading, ValidationResult):
        return Outcome(submission, reading)
    if reading.identity.form == "central_plan":
        result, plan = validate_plan(reading), None
    else:
        year = reading.identity.fiscal_year
        plan = batch._plan_for(year)
        if year is None:
            result = _whole(reading, "E_YEAR")
        elif plan is None:
            result = _pending(reading)
        else:
            result = batch._repeated(reading, plan) or batch._validated([reading], plan)[0]
    written = ""
    if mark and result.state == "returned" and (plan or reading.identity.form == "central_plan"):
        mark.mkdir(parents=True, exist_ok=True)
        target = mark / f"{Path(submission.name).stem}.marked.xlsx"
        reply.draw_marked(result, plan, str(target), submission.received_at)
        written = str(target)
    return Outcome(submission, result, written)


# -- publish -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Published:
    """One period published: the files written, or none where nothing had changed."""

    fiscal_year: int
    period: str
    as_of: datetime
    files: tuple[str, ...]


def publish(
    office: Office, period: str | None = None, as_of: datetime | None = None, progress: Progress = _quiet
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


def _default_as_of(connection: Connection, plan: Plan, office: Office) -> datetime:
    """The later of the last posting and the last calendar milestone (quarter's end, deadline) not after now."""
    zone, now = office.settings.zone, office.clock.now()
    last = book.last_received(connection, plan.fiscal_year)
    posted = datetime.fromisoformat(last) if last else datetime(1970, 1, 1, tzinfo=UTC)
    days = [end_of(f"{plan.fiscal_year}-Q{q}") for q in (1, 2, 3, 4)]
    days += [plan.deadline(f"{plan.fiscal_year}-Q{q}", "quarterly_result") for q in (1, 2, 3, 4)]
    passed = [m for d in days if (m := datetime(d.year, d.month, d.day, 23, 59, 59, tzinfo=zone)) <= now]
    return max([posted, *passed]).astimezone(zone)


def _publish(
    office: Office, year: int, period: str, as_of: datetime | None, main: bool, explicit: bool, progress: Progress
) -> list[Published]:
    with office.engine.connect() as connection:
        limit = as_of.astimezone(UTC).isoformat() if as_of else None
        plan = book.plan_of(connection, year, as_of=limit)
        if plan is None:
            raise OfficeError(f"ยังไม่มีแผนปี {year} ณ เวลานั้น", f"there was no plan for {year} at that time")
        moment = (as_of or _default_as_of(connection, plan, office)).astimezone(office.settings.zone)
        newest = book.standing_postings(connection, year, as_of=limit, held=True)
        postings = book.standing_postings(connection, year, as_of=limit)
        facts = book.facts_of(connection, postings, year)
        wide = consolidate.consolidate(plan, postings, facts, newest, office.settings.zone)
        changed = _restated(connection, plan, period, moment, postings, facts)
        fingerprint = _fingerprint(wide, changed, plan, period, moment if main else None)
        there = complete(office.settings, year, period)
        if not explicit and there and book.last_fingerprint(connection, year, period) == fingerprint:
            return []
    card = score.scorecard(wide, plan, period, moment, changed)
    sources = [Source(*each) for each in consolidate.sources(newest, period)]
    files = publication(office.settings, card, sources, _sha_of(plan), headline=main or explicit, progress=progress)
    with office.engine.begin() as connection:
        book.add_publication(connection, year, period, moment.isoformat(), fingerprint)
    return [Published(year, period, moment, tuple(files))]


def _consolidated(connection: Connection, plan: Plan, limit: str | None, office: Office) -> pd.DataFrame:
    newest = book.standing_postings(connection, plan.fiscal_year, as_of=limit, held=True)
    postings = book.standing_postings(connection, plan.fiscal_year, as_of=limit)
    facts = book.facts_of(connection, postings, plan.fiscal_year)
    return consolidate.consolidate(plan, postings, facts, newest, office.settings.zone)


def _restated(
    connection: Connection, plan: Plan, period: str, moment: datetime, postings: pd.DataFrame, facts: pd.DataFrame
) -> pd.DataFrame:
    """Figures of the quarters up to `period` that changed after their deadline had passed, as of `moment`."""
    closed: dict[str, tuple[str, pd.DataFrame]] = {}
    now: dict[str, pd.DataFrame] = {}
    for each in quarters_up_to(period):
        day = plan.deadline(each, "quarterly_result")
        closing = datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=moment.tzinfo)
        if closing < moment:
            then = book.standing_postings(connection, plan.fiscal_year, as_of=closing.astimezone(UTC).isoformat())
            of_then = book.facts_of(connection, then, plan.fiscal_year)
            closed[each] = (day.isoformat(), consolidate.figures(then, of_then, each))
            now[each] = consolidate.figures(postings, facts, each)
    return consolidate.restated(closed, now)


def _sha_of(plan: Plan) -> str:
    return hashlib.sha256(json.dumps(plan.content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _fingerprint(wide: pd.DataFrame, changed: pd.DataFrame, plan: Plan, period: str, moment: datetime | None) -> str:
    """What a publication depends on: quarters up to the period, the plan revision, and for the headline period the as-of."""
    later = tuple(f"{q}" for q in range(int(period[-1]) + 1, 5))
    fixed = {c for c in wide.columns if re.fullmatch(r"(?:h1)?c[1-5]|baseline[1-3]", c)}
    columns = [c for c in wide.columns if c in fixed or c[-1] not in later]
    digest = hashlib.sha256(wide[columns].to_csv(index=False).encode())
    digest.update(changed.to_csv(index=False).encode())
    digest.update(f"{plan.revision} {sorted(plan.settings.items())} {moment.isoformat() if moment else ''}".encode())
    return digest.hexdigest()


def totals(outcomes: Iterable[Outcome]) -> dict[str, int]:
    """How many files ended in which state, in the order `receive --json` prints them."""
    counted = dict.fromkeys(("accepted", "returned", "refused", "duplicate", "quarantined", "pending"), 0)
    for outcome in outcomes:
        counted[outcome.result.state] += 1
    return counted
