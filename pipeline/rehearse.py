"""A rule as it is now -> which stored originals it would have returned or asked about, each judged as of its own arrival."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from pipeline import commanded
from pipeline.arrivals import BATCH
from pipeline.intake import chunks
from pipeline.ledger import book, peers
from pipeline.model import Finding, OfficeError, Reading, Submission, ValidationResult
from pipeline.office.reader import Reader
from pipeline.opening import Office
from pipeline.recognise import reading_of
from pipeline.validate.figures import siblings
from pipeline.validate.past import Standing
from pipeline.validate.plans import validate_plan
from pipeline.validate.twins import LEAST, probes
from pipeline.validate.units import validate
from schemas.forms_index import forms
from schemas.plan import Plan
from schemas.rules_index import rules

JUDGED = ("accepted", "returned", "refused", "quarantined")
EVERY = "ALL"
_WOULD = {"error": "returned", "query": "asked", "warning": "told", "info": "told"}
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Rehearsed:
    """One past file that the rule speaks about: what it became then, what it `would` become, and whether that is new."""

    submission: Submission
    reading: Reading
    state: str
    would: str
    new: bool
    findings: tuple[Finding, ...]

    def as_json(self, lang: str = "th") -> dict[str, Any]:
        """The file as `rehearse --json` prints it."""
        identity = self.reading.identity
        return {
            "number": self.submission.number,
            "name": self.submission.name,
            "sha256": self.submission.sha256,
            "unit": identity.unit,
            "form": identity.form,
            "fiscal_year": identity.fiscal_year,
            "state": self.state,
            "would": self.would,
            "new": self.new,
            "findings": [f.as_json(lang) for f in self.findings],
        }


@dataclass(frozen=True)
class Rehearsal:
    """What a rule would have done: files looked at, and those it speaks about, in order of arrival."""

    rule: str
    looked_at: int
    files: tuple[Rehearsed, ...]

    def count(self, would: str) -> int:
        """How many files would have been returned, asked or told."""
        return sum(f.would == would for f in self.files)

    def as_json(self, lang: str = "th") -> dict[str, Any]:
        """The whole as `rehearse --json` prints it."""
        counted = {w: self.count(w) for w in ("returned", "asked", "told")}
        new = sum(f.new for f in self.files)
        head = {"rule": self.rule, "looked_at": self.looked_at, **counted, "new": new}
        return {**head, "files": [f.as_json(lang) for f in self.files]}


def rehearse(office: Office, code: str, progress: Progress = lambda *_: None) -> Rehearsal:
    """Run one rule (or "all") over every original that was judged, and store nothing.

    Each file is judged by the plan revision then in force, against what stood before it arrived; a rule on trial is
    rehearsed with the severity it would have. OfficeError where there is no such rule.
    """
    code = code.upper()
    if code != EVERY and code not in rules():
        raise OfficeError(f"ไม่มีกฎ {code}", f"there is no rule {code}")
    with office.engine.connect() as connection, Reader() as reader:
        judged = book.submissions(connection, JUDGED)
        opened = (judged["state"] == "accepted") & judged["form"].isna()  # mails and archives: their parts are judged
        arrivals = judged[~opened & (judged["channel"] != commanded.CHANNEL)].to_dict("records")
        found: list[Rehearsed] = []
        for done, batch in enumerate(chunks(arrivals, BATCH)):
            found += _batch(office, connection, reader, batch, code)
            progress("judge", min((done + 1) * BATCH, len(arrivals)), len(arrivals))
    found.sort(key=lambda r: r.submission.number)
    return Rehearsal(code, len(arrivals), tuple(found))


def _batch(
    office: Office, connection: Connection, reader: Reader, batch: Sequence[dict[str, Any]], code: str
) -> list[Rehearsed]:
    """Read some originals and judge them again -> those the rule speaks about."""
    submissions = [book.submission_of(a) for a in batch]
    answers = reader.read([str(office.settings.var / s.path) for s in submissions])
    results: list[ValidationResult] = []
    waves: dict[tuple[Any, ...], list[Reading]] = {}
    for arrival, submission, answer in zip(batch, submissions, answers, strict=True):
        reading = reading_of(submission, answer)
        if isinstance(reading, ValidationResult):
            results.append(reading)
        elif reading.identity.form == "central_plan":
            results.append(validate_plan(reading))
        elif reading.identity.fiscal_year is None or arrival["judged_revision"] is None:
            results.append(ValidationResult(reading, "returned", rules()["E_YEAR"].text, reading.findings))
        else:
            _join(waves, reading, arrival["judged_revision"])
    for (_, year, revision, *_), readings in waves.items():
        plan = book.plan_of(connection, year, revision)
        assert plan is not None, "a revision that judged a file stays in the ledger"
        results += _judged(connection, readings, _without_trial(plan, code))
    return _spoken_of(connection, results, {a["number"]: a["state"] for a in batch}, code)


def _join(waves: dict[tuple[Any, ...], list[Reading]], reading: Reading, revision: int) -> None:
    """Put a reading where files of the same form, year, revision and day are judged together, one of a unit at most."""
    identity, day = reading.identity, reading.submission.received_at.date()
    for turn in range(len(waves) + 1):
        wave = waves.setdefault((identity.form, identity.fiscal_year, revision, day, turn), [])
        if all(r.identity.unit != identity.unit for r in wave):
            wave.append(reading)
            return


def _judged(connection: Connection, readings: Sequence[Reading], plan: Plan) -> list[ValidationResult]:
    return validate(readings, plan, _stood(connection, readings, plan), readings[0].submission.received_at)


def _stood(connection: Connection, readings: Sequence[Reading], plan: Plan) -> Standing:
    """What stood when each file arrived: everything numbered before it, and plans that came in the same batch, because
    those are taken first."""
    year, form = plan.fiscal_year, readings[0].identity.form or ""
    earlier = [f.name for f in forms().values() if f.order < forms()[form].order]
    number = {r.identity.unit or "": r.submission.number for r in readings}
    moment = {r.identity.unit or "": r.submission.received_at for r in readings}

    def before(postings: pd.DataFrame) -> pd.Series:
        numbered = postings["submission"] < postings["unit"].map(number)
        came = pd.to_datetime(postings["received_at"], format="ISO8601", utc=True) <= pd.to_datetime(
            postings["unit"].map(moment), utc=True
        )
        return numbered | (postings["form"].isin(earlier) & came)

    postings = book.standing_postings(connection, year, units=list(number), among=before)
    facts = book.facts_of(connection, postings, year, units=list(number))
    first = min(number.values())
    alike = peers.holders(connection, year, form, probes(readings, plan), LEAST, before=first)
    others = [*siblings(plan, list(number)), *(u for u in alike if u not in number)]
    known = peers.figures(connection, year, form, others, before=first)
    return Standing(postings, facts, known, peers.earlier(connection, year, list(number)))


def _without_trial(plan: Plan, code: str) -> Plan:
    """The plan with the rehearsed rule no longer on trial, so that its own severity shows."""
    policies = [{**r, "trial": ""} if code in (EVERY, r["code"]) else r for r in plan.content.get("rules", [])]
    return replace(plan, content={**plan.content, "rules": policies})


def _spoken_of(
    connection: Connection, results: Iterable[ValidationResult], states: dict[int, str], code: str
) -> list[Rehearsed]:
    about = [(r, tuple(f for f in r.findings if code in (EVERY, f.rule))) for r in results]
    about = [(r, found) for r, found in about if found]
    recorded = book.findings_of(connection, [r.reading.submission.number for r, _ in about])
    known = set(zip(recorded["submission"], recorded["rule"], strict=True))
    order = list(dict.fromkeys(_WOULD.values()))
    return [
        Rehearsed(
            result.reading.submission,
            result.reading,
            states[result.reading.submission.number],
            min((_WOULD[f.severity] for f in found), key=order.index),
            any((result.reading.submission.number, f.rule) not in known for f in found),
            found,
        )
        for result, found in about
    ]
