"""THE ROAD: inbox -> intake -> identify -> read -> validate -> reply, ledger || ledger -> consolidate -> score -> report."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Engine

from pipeline import consolidate, identify, intake, lock, read, reply, score
from pipeline.issue import issue_templates
from pipeline.ledger import book
from pipeline.model import Identity, OfficeError, Outcome, RawSheet, Reading, Submission, ValidationResult
from pipeline.office.look import Unsafe
from pipeline.office.reader import Reader
from pipeline.report.outputs import outputs
from pipeline.settings import Clock, Settings, load
from pipeline.validate import again
from pipeline.validate.findings import finding
from pipeline.validate.past import Standing
from pipeline.validate.plans import validate_plan
from pipeline.validate.units import validate
from schemas.language import Text
from schemas.periods import end_of, fiscal_year, last_quarter_ended
from schemas.plan import Plan

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
    with lock.only_receiver(office.settings.var, office.clock.now()):
        ready, unsettled = intake.settled(office.settings.inbox, sleep)
        for seen in ready:
            intake.claim(office.settings, seen, office.clock.now())
        _store(office, progress)
        with office.engine.connect() as connection:
            queue = book.waiting(connection)
        queue.sort(key=lambda s: (intake.likely_order(office.settings.var / s.path), s.number))
        outcomes = _judge_all(office, queue, progress)
    return [*outcomes, *(_unsettled(office, s) for s in unsettled)]


def _store(office: Office, progress: Progress) -> None:
    envelopes = intake.claims(office.settings)
    for done, batch in enumerate(intake.chunks(envelopes, BATCH)):
        arrivals = [intake.store(office.settings, e) for e in batch]
        with office.engine.begin() as connection:
            book.add_arrivals(connection, arrivals)
        for envelope in batch:
            intake.drop(envelope)
        progress("store", min((done + 1) * BATCH, len(envelopes)), len(envelopes))


def _unsettled(office: Office, seen: intake.Seen) -> Outcome:
    submission = Submission(0, "", office.clock.now(), seen.name, "folder", "", "", seen.size)
    result = ValidationResult(
        Reading(submission, Identity()),
        "pending",
        Text("ไฟล์ยังคัดลอกไม่เสร็จหรือเปิดค้างอยู่", "Still being copied, or open in a program"),
    )
    return Outcome(submission, result)


def _judge_all(office: Office, queue: Sequence[Submission], progress: Progress) -> list[Outcome]:
    if not queue:
        return []
    outcomes: list[Outcome] = []
    revised: dict[int, Plan | None] = {}
    with Reader() as reader:
        for batch in intake.chunks(queue, BATCH):
            outcomes += _Batch(office, reader, revised).judge(batch)
            progress("judge", len(outcomes), len(queue))
    for year, before in revised.items():
        issue(office, year, before=before, progress=progress)
    order = {s.number: n for n, s in enumerate(sorted(queue, key=lambda s: s.number))}
    return sorted(outcomes, key=lambda o: order[o.submission.number])


class _Batch:
    """One micro-batch on the road: read together, judged per form and year in one frame, written in one transaction."""

    def __init__(self, office: Office, reader: Reader, revised: dict[int, Plan | None]) -> None:
        self.office, self.reader, self.revised = office, reader, revised
        self.plans: dict[int, Plan | None] = {}

    def judge(self, batch: Sequence[Submission]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        units: list[Reading] = []
        paths = [str(self.office.settings.var / s.path) for s in batch]
        for submission, answer in zip(batch, self.reader.read(paths), strict=True):
            reading = self._reading(submission, answer)
            if isinstance(reading, ValidationResult):
                outcomes.append(self._finish([reading])[0])
            elif reading.identity.form == "central_plan":
                outcomes.append(self._plan(reading))
            else:
                units.append(reading)
        while units:
            wave, units = _wave(units)
            outcomes += self._units(wave)
        return outcomes

    def _reading(
        self, submission: Submission, answer: tuple[list[RawSheet], bool] | Unsafe
    ) -> Reading | ValidationResult:
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

    def _plan(self, reading: Reading) -> Outcome:
        with self.office.engine.connect() as connection:
            twin = book.same_bytes(connection, reading.submission.sha256, reading.submission.number)
            result = validate_plan(reading)
            year = result.reading.identity.fiscal_year
            latest = book.last_of_plan(connection, year) if year else None
        if twin and latest and latest["sha256"] == reading.submission.sha256:
            return self._finish([_duplicate(result.reading, twin)])[0]
        if result.plan is None or year is None:
            return self._finish([result])[0]
        with self.office.engine.begin() as connection:
            before = book.plan_of(connection, year)
            plan = book.add_plan(connection, reading.submission, year, result.plan)
            self.revised.setdefault(year, before)
        self.plans[year] = plan
        accepted = replace(
            result, reason=Text(f"รับเป็นแผนฉบับที่ {plan.revision}", f"Accepted as plan revision {plan.revision}")
        )
        return self._finish([accepted], plan)[0]

    def _plan_for(self, year: int | None) -> Plan | None:
        if year is None:
            return None
        if year not in self.plans:
            with self.office.engine.connect() as connection:
                self.plans[year] = book.plan_of(connection, year)
        return self.plans[year]

    def _units(self, wave: Sequence[Reading]) -> list[Outcome]:
        """Judge readings of which no two are of the same unit and form."""
        outcomes: list[Outcome] = []
        groups: dict[tuple[str, int], list[Reading]] = {}
        for reading in wave:
            plan = self._plan_for(reading.identity.fiscal_year)
            if reading.identity.fiscal_year is None:
                outcomes += self._finish([_whole(reading, "E_YEAR")])
            elif plan is None:
                outcomes += self._finish([_pending(reading)])
            elif (repeated := self._repeated(reading, plan)) is not None:
                outcomes += self._finish([repeated], plan)
            else:
                groups.setdefault((reading.identity.form or "", reading.identity.fiscal_year), []).append(reading)
        for (_, year), readings in groups.items():
            plan = self.plans[year]
            assert plan is not None
            outcomes += self._finish(self._validated(readings, plan), plan)
        return outcomes

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
        standing = self._standing([r.identity.unit or "" for r in readings], plan.fiscal_year)
        try:
            return [self._compared(r) for r in validate(readings, plan, standing, now)]
        except Exception:
            LOG.exception("a rule failed on a batch of %d files; they are judged one by one", len(readings))
        judged = []
        for reading in readings:
            try:
                judged.append(self._compared(validate([reading], plan, standing, now)[0]))
            except Exception as error:
                judged.append(_bug(reading.submission, error, reading))
        return judged

    def _compared(self, result: ValidationResult) -> ValidationResult:
        """A returned copy that came back is held against the original it answers."""
        sha = result.reading.identity.returned or ""
        original = self.office.settings.originals / sha[:2] / sha / "original"
        if not result.reading.asked or len(sha) != 64 or not sha.isalnum() or not original.is_file():
            return result
        answer = next(self.reader.read([str(original)]))
        if isinstance(answer, Unsafe):
            return result
        before = read.read(result.reading.submission, result.reading.identity, answer[0])
        return again.compared(result, before.rows)

    def _standing(self, units: Sequence[str], year: int) -> Standing:
        with self.office.engine.connect() as connection:
            postings = book.standing_postings(connection, year, units=units)
            return Standing(postings, book.facts_of(connection, postings, year, units=units))

    def _finish(self, results: Sequence[ValidationResult], plan: Plan | None = None) -> list[Outcome]:
        """Answers first, then the ledger: a crash between the two only writes the same answer again."""
        outcomes = []
        for result in results:
            as_of = result.reading.submission.received_at
            answer = str(result.reading.notes.get("answer", "")) or reply.reply(
                self.office.settings, result, plan, as_of
            )
            outcomes.append(Outcome(result.reading.submission, result, answer, plan.revision if plan else None))
        with self.office.engine.begin() as connection:
            book.record(connection, outcomes)
        return outcomes


def _wave(readings: Sequence[Reading]) -> tuple[list[Reading], list[Reading]]:
    """(readings with at most one per unit and form and all of one order, the rest): plans before results."""
    first = min(_order(r) for r in readings)
    wave: list[Reading] = []
    rest: list[Reading] = []
    seen: set[tuple[Any, ...]] = set()
    for reading in readings:
        key = (reading.identity.unit, reading.identity.form, reading.identity.fiscal_year)
        if _order(reading) == first and key not in seen:
            wave.append(reading)
        else:
            rest.append(reading)
        seen.add(key)
    return wave, rest


def _order(reading: Reading) -> int:
    from schemas.forms_index import forms

    return forms()[reading.identity.form or ""].order


def _quarantined(submission: Submission, unsafe: Unsafe) -> ValidationResult:
    found = finding(unsafe.code, what=unsafe.th, what_en=unsafe.en)
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
            outcomes.append(_checked(_Batch(office, reader, {}), submission, answer, mark))
    return outcomes


def _checked(batch: _Batch, submission: Submission, answer: Any, mark: Path | None) -> Outcome:
    reading = batch._reading(submission, answer)
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
    for done, (year, each, main) in enumerate(work):
        published += _publish(office, year, each, as_of, main, explicit=period is not None)
        progress("publish", done + 1, len(work))
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
    office: Office, year: int, period: str, as_of: datetime | None, main: bool, explicit: bool
) -> list[Published]:
    with office.engine.connect() as connection:
        limit = as_of.astimezone(UTC).isoformat() if as_of else None
        plan = book.plan_of(connection, year, as_of=limit)
        if plan is None:
            raise OfficeError(f"ยังไม่มีแผนปี {year} ณ เวลานั้น", f"there was no plan for {year} at that time")
        moment = (as_of or _default_as_of(connection, plan, office)).astimezone(office.settings.zone)
        wide = _consolidated(connection, plan, limit, office)
        fingerprint = _fingerprint(wide, plan, period, moment if main else None)
        folder = f"reports/{year}/{period}"
        there = all((office.settings.outbox / folder / o.FILE).exists() for o in outputs())
        if not explicit and there and book.last_fingerprint(connection, year, period) == fingerprint:
            return []
    card = score.scorecard(wide, plan, period, moment)
    files = tuple(
        reply.place(office.settings, f"{folder}/{o.FILE}", lambda path, o=o: o.draw(card, o.tables(card), path))  # type: ignore[misc]
        for o in outputs()
    )
    with office.engine.begin() as connection:
        book.add_publication(connection, year, period, moment.isoformat(), fingerprint)
    return [Published(year, period, moment, files)]


def _consolidated(connection: Connection, plan: Plan, limit: str | None, office: Office) -> pd.DataFrame:
    newest = book.standing_postings(connection, plan.fiscal_year, as_of=limit, held=True)
    postings = book.standing_postings(connection, plan.fiscal_year, as_of=limit)
    facts = book.facts_of(connection, postings, plan.fiscal_year)
    return consolidate.consolidate(plan, postings, facts, newest, office.settings.zone)


def _fingerprint(wide: pd.DataFrame, plan: Plan, period: str, moment: datetime | None) -> str:
    """What a publication depends on: quarters up to the period, the plan revision, and for the headline period the as-of."""
    later = tuple(f"{q}" for q in range(int(period[-1]) + 1, 5))
    columns = [
        c
        for c in wide.columns
        if not (c[-1] in later and c not in ("c1", "c2", "c3", "c4", "c5", "baseline1", "baseline2", "baseline3"))
    ]
    digest = hashlib.sha256(wide[columns].to_csv(index=False).encode())
    digest.update(f"{plan.revision} {sorted(plan.settings.items())} {moment.isoformat() if moment else ''}".encode())
    return digest.hexdigest()


def totals(outcomes: Iterable[Outcome]) -> dict[str, int]:
    """How many files ended in which state, in the order `receive --json` prints them."""
    counted = dict.fromkeys(("accepted", "returned", "refused", "duplicate", "quarantined", "pending"), 0)
    for outcome in outcomes:
        counted[outcome.result.state] += 1
    return counted
