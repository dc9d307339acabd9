"""Rows with doubts -> one question per cause, and what the unit has answered already is not asked again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.model import Finding
from pipeline.validate.findings import finding
from pipeline.validate.rows import Row
from schemas.plan import Plan
from schemas.rules.totals import PARTS
from schemas.thai import clean, skeleton

_FOLLOW = ("Q_TARGET", "Q_SUM", "W_SUM", "W_EST", "Q_OUTLIER")
_DOUBTED = ("Q_SCALE", "Q_SHOWN")
_ARITHMETIC = ("E_SUM", "E_QTOTAL", "E_GTOTAL")


def without_consequences(rows: Sequence[Row]) -> None:
    """Where a figure may be in a wrong unit, that is the one question: totals, targets and status that follow from it
    are not asked as well, and no total is proposed that was made of it. Errors stay errors."""
    doubted: dict[tuple[int, str], set[str]] = {}
    for row in rows:
        cells = {p.field for f in row.findings if f.rule in _DOUBTED for p in f.places}
        if cells:
            doubted.setdefault((row.file, row.indicator["code"]), set()).update(cells)
            row.findings = [_without_proposal(f, cells) for f in row.findings if not _follows(f, cells)]
    for row in rows:
        if "value" in doubted.get((row.file, row.indicator["code"]), ()):
            row.findings = [f for f in row.findings if f.rule != "Q_STATUS"]


def _follows(f: Finding, cells: set[str]) -> bool:
    """Whether the finding is about a doubted cell or a total made of one."""
    blamed = {p.field for p in f.places}
    parts = {part for total in blamed for part in PARTS.get(total, ())}
    deeper = {part for quarter in parts for part in PARTS.get(quarter, ())}
    return f.rule in _FOLLOW and bool(cells & (blamed | parts | deeper))


def _without_proposal(f: Finding, cells: set[str]) -> Finding:
    if f.rule not in _ARITHMETIC or not any(cells & {p.field, *PARTS.get(p.field, ())} for p in f.places):
        return f
    return replace(f, places=tuple(replace(p, proposal=None) for p in f.places))


def settle(rows: Sequence[Row], plan: Plan) -> None:
    """A doubt whose row has an answer in its remarks becomes a note with the answer (I_ANSWERED)."""
    answers = {(r.file, r.row.sheet_key, r.indicator["code"]): _answer(r.row.text("remarks")) for r in rows}
    if not any(answers.values()):
        return
    for row in rows:
        row.findings = [_settled(f, row.file, answers, plan) for f in row.findings]


def _settled(f: Finding, file: int, answers: dict[tuple[int, str, str], str], plan: Plan) -> Finding:
    wanted = plan.severity_of(f.rule, f.severity)
    if "query" not in (f.severity, wanted) or wanted == "info":
        return f
    said = next((a for p in f.places if (a := answers.get((file, p.sheet_key, p.indicator), ""))), "")
    if not said:
        return f
    noted = finding(
        "I_ANSWERED",
        f.sheet,
        (),
        f.indicator,
        f.period,
        value=f.value,
        answer=said,
        question=f.message.th,
        question_en=f.message.en,
    )
    return replace(noted, places=tuple(replace(p, proposal=None) for p in f.places))


def _answer(text: str) -> str:
    """The remarks as an answer; "" where they say nothing ("-", "…", a bare figure)."""
    said = clean(text)
    return said if len(skeleton(said)) >= 2 and any(c.isalpha() for c in said) else ""
