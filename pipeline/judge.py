"""Stored originals -> judgements: read together, judged per form and year in one frame, answered, decided, written."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from pipeline import commanded, outgoing, read, reply, store, trouble
from pipeline.evidence import verdict as evidence
from pipeline.ledger import book, decisions, peers
from pipeline.model import Outcome, Reading, Submission, ValidationResult
from pipeline.office.look import Unsafe
from pipeline.office.reader import Reader
from pipeline.opening import Office
from pipeline.recognise import reading_of
from pipeline.validate import again
from pipeline.validate.figures import siblings
from pipeline.validate.past import Standing
from pipeline.validate.plans import validate_plan
from pipeline.validate.senders import held_against
from pipeline.validate.twins import LEAST, probes
from pipeline.validate.units import validate
from pipeline.verdict import bug, duplicate, in_trouble, pending, whole
from schemas.folders import unit_of
from schemas.forms_index import forms
from schemas.language import Text
from schemas.plan import Plan
from schemas.rules_index import rules

LOG = logging.getLogger("opsbook")


@cache
def _rules_version() -> str:
    """Which rules a verdict was taken by: a digest of the catalogue."""
    said = sorted(f"{r.code} {r.severity} {r.text.th}" for r in rules().values())
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:16]


class Batch:
    """One micro-batch on the road: read together, judged per form and year in one frame, written in one transaction."""

    def __init__(
        self,
        office: Office,
        reader: Reader,
        blocked: set[tuple[Any, ...]] | None = None,
        plans: dict[int, Plan | None] | None = None,
    ) -> None:
        self.office, self.reader = office, reader
        self.blocked = set() if blocked is None else blocked  # units and forms of which an earlier file waits
        self.plans = {} if plans is None else plans  # of the years asked for; this receiver alone makes new ones
        self.newest: int | None = None  # year of the newest plan, 0 where there is none
        self.done: dict[int, Outcome] = {}

    def judge(self, batch: Sequence[Submission]) -> None:
        """Judge and record every file of the batch; `done` says what became of each."""
        units: list[Reading] = []
        documents: list[Reading] = []
        batch = [
            replace(s, received_at=s.received_at.astimezone(self.office.settings.zone)) for s in batch
        ]  # people's clock
        ordered = [s for s in batch if s.channel == commanded.CHANNEL]
        for submission in ordered:
            self._command(submission)
        batch = [s for s in batch if s not in ordered]
        paths = [str(self.office.settings.var / s.path) for s in batch]
        for submission, answer in zip(batch, self.reader.read(paths), strict=True):
            reading = reading_of(submission, answer)
            if isinstance(reading, ValidationResult):
                self.finish([reading])
            elif reading.identity.form == "central_plan":
                self._plan(reading)
            else:
                (units if reading.document is None else documents).append(reading)
        while units:
            wave, units = _wave(units)
            self._units(wave)
        self._documents(documents)

    def _documents(self, readings: Sequence[Reading]) -> None:
        """Judge files that are no forms, after the forms of the batch, which may name them."""
        if readings:
            with self.office.engine.connect() as connection:
                judged = evidence.judged(connection, self.office.settings.zone, readings)
            for _, some in groupby(judged, key=lambda each: each[1].fiscal_year if each[1] else 0):
                same = list(some)
                self.finish([result for result, _ in same], same[0][1])

    def _command(self, submission: Submission) -> None:
        """An unlock given by command: what it says was checked before it was handed in."""
        path = self.office.settings.var / submission.path
        self.finish([commanded.unlock_of(submission, path.read_bytes())])
        self.plans.clear()

    def _plan(self, reading: Reading) -> None:
        with self.office.engine.connect() as connection:
            twin = book.same_bytes(connection, reading.submission.sha256, reading.submission.number)
            result = validate_plan(reading)
            year = result.reading.identity.fiscal_year
            latest = book.last_of_plan(connection, year) if year else None
        if twin and latest and latest["sha256"] == reading.submission.sha256:
            return self.finish([duplicate(result.reading, twin)])
        if result.plan is None or year is None:
            return self.finish([result])
        with self.office.engine.connect() as connection:
            plan = book.next_plan(connection, reading.submission, year, result.plan)
        accepted = replace(
            result, reason=Text(f"รับเป็นแผนฉบับที่ {plan.revision}", f"Accepted as plan revision {plan.revision}")
        )
        self.finish([accepted], plan)
        self.plans[year], self.newest = plan, None

    def plan_for(self, year: int | None) -> Plan | None:
        if year is None:
            return None
        if year not in self.plans:
            with self.office.engine.connect() as connection:
                self.plans[year] = book.plan_of(connection, year)
        return self.plans[year]

    def _units(self, wave: Sequence[Reading]) -> None:
        """Judge readings of which no two are of the same unit and form."""
        groups: dict[tuple[str, int], list[Reading]] = {}
        twins = self._twins(wave)
        for reading in wave:
            plan = self.plan_for(reading.identity.fiscal_year)
            if _key(reading) in self.blocked:
                why = Text("รอไฟล์ก่อนหน้าของหน่วยงานเดียวกัน", "Waits for an earlier file of the same unit")
                self.done[reading.submission.number] = in_trouble(reading.submission, why)
            elif reading.identity.fiscal_year is None:
                self.finish([whole(reading, "E_YEAR")])
            elif plan is None:
                self.finish([pending(reading)])
            elif (repeated := self.repeated(reading, plan, twins)) is not None:
                self.finish([repeated], plan)
            else:
                groups.setdefault((reading.identity.form or "", reading.identity.fiscal_year), []).append(reading)
        for (_, year), readings in groups.items():
            plan = self.plans[year]
            assert plan is not None
            self.finish(self.validated(readings, plan), plan)

    def _twins(self, readings: Sequence[Reading]) -> dict[int, Mapping[str, Any]]:
        with self.office.engine.connect() as connection:
            return book.twins(connection, {r.submission.number: r.submission.sha256 for r in readings})

    def repeated(
        self, reading: Reading, plan: Plan, twins: Mapping[int, Mapping[str, Any]] | None = None
    ) -> ValidationResult | None:
        submission, identity = reading.submission, reading.identity
        twin = (self._twins([reading]) if twins is None else twins).get(submission.number)
        if twin is None or twin["judged_revision"] != plan.revision:
            return None
        with self.office.engine.connect() as connection:
            if book.unlocked_since(
                connection, identity.unit or "", identity.form or "", plan.fiscal_year, twin["number"]
            ):
                return None
            last = book.last_of(
                connection, identity.unit or "", identity.form or "", plan.fiscal_year, submission.number
            )
        return duplicate(reading, twin) if last is None or last["sha256"] == submission.sha256 else None

    def validated(self, readings: Sequence[Reading], plan: Plan) -> list[ValidationResult]:
        now = self.office.clock.now()
        standing = self._standing(readings, plan)
        try:
            found = [held_against(self._compared(r), plan, now.date()) for r in validate(readings, plan, standing, now)]
            return self._owed(found, plan)
        except Exception as error:
            if trouble.of(error) is not None:
                raise
            LOG.exception("a rule failed on a batch of %d files; they are judged one by one", len(readings))
        judged = []
        for reading in readings:
            try:
                alone = self._compared(validate([reading], plan, standing, now)[0])
                judged += self._owed([held_against(alone, plan, now.date())], plan)
            except Exception as error:
                if trouble.of(error) is not None:
                    raise
                judged.append(bug(reading.submission, error, reading))
        return judged

    def _owed(self, results: Sequence[ValidationResult], plan: Plan) -> list[ValidationResult]:
        """With a word on evidence that a form names and that has not come."""
        with self.office.engine.connect() as connection:
            return evidence.owed(connection, self.office.settings.zone, results, plan)

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
        earlier = outgoing.earlier_of(self.office, results)
        answered = [self._answered(r, plan, earlier) for r in results]
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

    def _answered(
        self, result: ValidationResult, plan: Plan | None, earlier: Mapping[tuple[str, str], Sequence[int]]
    ) -> Outcome:
        submission, revision = result.reading.submission, plan.revision if plan else None
        if submission.channel == commanded.CHANNEL:
            return Outcome(submission, result, "", revision)
        try:
            identity = result.reading.identity
            older = earlier.get((identity.unit or "", identity.form or ""), ())
            answer = str(result.reading.notes.get("answer", "")) or self._reply(result, plan, older)
            outgoing.draft(self.office, result, plan or self._newest_plan(), answer, earlier)
            return Outcome(submission, result, answer, revision)
        except Exception as error:
            found = trouble.of(error)
            if found is None:
                failed = bug(submission, error, result.reading)
                return Outcome(submission, failed, self._reply(failed, None), revision)
            if found.stops or result.reading.identity.form == "central_plan":
                raise
            self.blocked.add(_key(result.reading))
            LOG.warning("the answer to file %d waits: %s", submission.number, error)
            return in_trouble(submission, found.text)

    def _newest_plan(self) -> Plan | None:
        """For answers to what names no year: who we are, and whether drafts are wanted."""
        if self.newest is None:
            with self.office.engine.connect() as connection:
                self.newest = max(book.plan_years(connection), default=0)
        return self.plan_for(self.newest or None)

    def _reply(self, result: ValidationResult, plan: Plan | None, earlier: Sequence[int] = ()) -> str:
        """The answer on disk; a file that says of nobody whose it is goes back to the unit in whose folder it lay."""
        submission, owner = result.reading.submission, None
        if result.reading.identity.unit is None and submission.channel == "folder" and "/" in submission.name:
            known = plan or self._newest_plan()
            owner = unit_of(submission.name, known.units) if known else None
        return reply.reply(self.office.settings, result, plan, submission.received_at, owner, earlier)


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
    return forms()[reading.identity.form or ""].order


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
            outcomes.append(_checked(Batch(office, reader), submission, answer, mark))
    return outcomes


def _checked(batch: Batch, submission: Submission, answer: Any, mark: Path | None) -> Outcome:
    reading = reading_of(submission, answer)
    if isinstance(reading, ValidationResult):
        return Outcome(submission, reading)
    plan: Plan | None = None
    if reading.document is not None:
        with batch.office.engine.connect() as connection:
            [(result, plan)] = evidence.judged(connection, batch.office.settings.zone, [reading])
    elif reading.identity.form == "central_plan":
        result = validate_plan(reading)
    else:
        year = reading.identity.fiscal_year
        plan = batch.plan_for(year)
        if year is None:
            result = whole(reading, "E_YEAR")
        elif plan is None:
            result = pending(reading)
        else:
            result = batch.repeated(reading, plan) or batch.validated([reading], plan)[0]
    written = ""
    if mark and result.state == "returned" and (plan or reading.identity.form == "central_plan"):
        mark.mkdir(parents=True, exist_ok=True)
        target = mark / f"{Path(submission.name).stem}.marked.xlsx"
        reply.draw_marked(result, plan, str(target), submission.received_at)
        written = str(target)
    return Outcome(submission, result, written)
