"""Documents that came -> what they prove or what is asked; result forms -> which evidence they name that has not come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from pipeline.evidence.state import View, claimed, places_of, view_of
from pipeline.ledger import book, proofs
from pipeline.model import Finding, Identity, Reading, ValidationResult
from pipeline.validate.findings import finding, under_policy
from schemas.evidence import FORM, KINDS, MAP, REFUSED, key, kind_of_suffix, spellings, suffix_of
from schemas.evidence_match import Arrival, Cell, Line, Near, Places, match
from schemas.language import Text
from schemas.periods import fiscal_year, name_of, short_thai_date
from schemas.plan import Plan

_SHOWN = 6
_KEPT = Text("เก็บเป็นไฟล์หลักฐานแล้ว มีข้อที่ต้องถาม", "Kept as evidence; something is asked")
_WAITS = Text("รอสมุดแผนกลาง", "Waiting for the plan workbook")


def refused(reading: Reading) -> Finding | None:
    """Why a sound document may not be kept under its name; None where it may."""
    assert reading.document is not None
    suffix, kind = suffix_of(reading.submission.name), reading.document.kind
    what = KINDS[kind].text
    if suffix in REFUSED or (kind == "text" and not suffix):
        return finding("E_EVIDENCE_REFUSED", what=suffix or what.th, what_en=suffix or what.en, value=suffix)
    if suffix and kind_of_suffix(suffix) != kind:
        return finding("E_EVIDENCE_KIND", value=suffix, what=what.th, what_en=what.en)
    return None


def judged(
    connection: Connection, zone: ZoneInfo, readings: Sequence[Reading]
) -> list[tuple[ValidationResult, Plan | None]]:
    """Files whose content is sound -> what they are evidence of, or what is asked; with the plan that says so."""
    more = [_arrival(r, zone) for r in readings]
    plans = [p for y in reversed(book.plan_years(connection)) if (p := book.plan_of(connection, y))]
    views = [view_of(connection, plan, zone, None, more) for plan in plans]
    twins = proofs.same_places(connection, more) if views else {}
    return [_verdict(r, a, views, twins.get(a.number)) for r, a in zip(readings, more, strict=True)]


def _arrival(reading: Reading, zone: ZoneInfo) -> Arrival:
    s, document = reading.submission, reading.document
    assert document is not None
    folder, _, name = s.name.rpartition("/")
    return Arrival(
        s.number,
        folder,
        name,
        document.kind,
        s.received_at.isoformat(),
        s.received_at.astimezone(zone).date(),
        s.sha256,
    )


def _verdict(
    reading: Reading, arrival: Arrival, views: Sequence[View], twin: Mapping[str, Any] | None
) -> tuple[ValidationResult, Plan | None]:
    if not views and arrival.kind == "workbook":
        return _stranger(reading), None
    if not views:
        return ValidationResult(_as(reading, None, None), "pending", _WAITS), None
    known = [v for v in views if v.matched.fits.get(arrival.number) or arrival.number in v.matched.maps]
    own = [v for v in views if v.plan.fiscal_year == fiscal_year(arrival.day)]
    view = (known or own or list(views))[0]
    unit = view.matched.units.get(arrival.number)
    if not known and arrival.kind == "workbook" and not claimed(view, arrival):
        return _stranger(reading), None
    reason, findings = _said(view, arrival, unit or "")
    assert reading.document is not None
    every = (*(finding(code) for code in reading.document.remarks), *findings)
    policed = tuple(under_policy(f, view.plan, unit or "", arrival.day) for f in every)
    year = view.plan.fiscal_year if known or unit else None
    result = ValidationResult(_as(reading, unit, year), "accepted", reason, policed)
    if (twin is not None and twin["reason_th"] == reason.th) or (twin and twin["state"] == "duplicate"):
        result = _again(result, twin)
    return result, view.plan


def _stranger(reading: Reading) -> ValidationResult:
    """A workbook behind which nobody stands. It stays known as a document: a form that comes later may name it."""
    th, en = (f" ({w})" if (w := reading.notes.get(k)) else "" for k in ("what", "what_en"))
    found = finding("E_NOT_OURS", what=th, what_en=en)
    return ValidationResult(replace(reading, identity=Identity()), "quarantined", found.message, (found,))


def _as(reading: Reading, unit: str | None, year: int | None) -> Reading:
    return replace(reading, identity=Identity(form=FORM, unit=unit, fiscal_year=year))


def _again(result: ValidationResult, twin: Mapping[str, Any]) -> ValidationResult:
    reason = Text(
        f"ไฟล์เดียวกับที่รับไว้แล้ว (เลขที่ {twin['number']})", f"The same bytes as number {twin['number']}, in the same place"
    )
    notes = {**result.reading.notes, "answer": str(twin["answer"])}
    return ValidationResult(replace(result.reading, notes=notes), "duplicate", reason, previous=str(twin["sha256"]))


def _said(view: View, arrival: Arrival, unit: str) -> tuple[Text, list[Finding]]:
    """(what the file proves, in words; what is asked or told about it)."""
    found = view.matched
    lines = [found.lines[n] for n in found.fits.get(arrival.number, [])]
    if arrival.number in found.maps:
        _, year = found.maps[arrival.number]
        return Text(f"{MAP.th} {unit} ปี {year}", f"{MAP.en} of {unit}, {year}"), []
    if not lines:
        doubt = arrival.number in found.doubtful
        code = "Q_EVIDENCE_TWO" if doubt else "Q_EVIDENCE_UNNAMED" if unit else "Q_EVIDENCE_UNIT"
        return _KEPT, [finding(code, unit=unit)]
    said: dict[str, dict[str, None]] = {}
    for line in lines:
        said.setdefault(line.period, {})[line.indicator] = None
    th = " · ".join(f"{name_of(p).th} ตัวชี้วัด {', '.join(codes)}" for p, codes in said.items())
    en = "; ".join(f"{name_of(p).en} indicators {', '.join(codes)}" for p, codes in said.items())
    reason = Text(f"หลักฐานของ {unit}: {th}", f"Evidence of {unit}: {en}")
    findings = [finding("Q_EVIDENCE_TWO", indicator=x.indicator, period=x.period) for x in lines if x.doubt][:1]
    due = max(view.plan.evidence_deadline(x.period) for x in lines)
    if arrival.day > due:
        findings.append(finding("W_EVIDENCE_LATE", value=short_thai_date(due), value_en=due.isoformat()))
    return reason, findings


# -- what a form still owes --------------------------------------------------------------------------------------------


def owed(
    connection: Connection, zone: ZoneInfo, results: Sequence[ValidationResult], plan: Plan
) -> list[ValidationResult]:
    """The judgements of result forms with a word on evidence that they name and that has not come, and until when."""
    cells = [_cells(r) for r in results]
    if not any(cells):
        return list(results)
    near = Near(proofs.names(connection))
    numbers = [near.to(own) for own in cells]
    wanted = sorted({n for each in numbers for n in each})
    files = sorted(proofs.arrivals(connection, zone, numbers=wanted), key=lambda a: (a.received_at, a.number))
    places = places_of(plan, proofs.homes(connection) if files else {})
    waiting = {key(name.rpartition("/")[2]) for name in proofs.unjudged(connection)}
    waiting |= {name.rpartition(".")[0] for name in waiting}
    return [
        _with_owed(r, own, plan, [f for f in files if f.number in some], waiting, places)
        for r, own, some in zip(results, cells, numbers, strict=True)
    ]


def _cells(result: ValidationResult) -> list[Cell]:
    said = [(p, p.entries.get("evidence", "")) for p in result.postings if not p.blank]
    return [Cell(p.unit, p.indicator, p.period, text) for p, text in said if text.strip()]


def _with_owed(
    result: ValidationResult,
    cells: Sequence[Cell],
    plan: Plan,
    files: Sequence[Arrival],
    waiting: set[str],
    places: Places,
) -> ValidationResult:
    if not cells:
        return result
    unit, day = result.reading.identity.unit or "", result.reading.submission.received_at.date()
    folder = key(result.reading.submission.name.rpartition("/")[0])
    beside = {**places.homes, folder: places.homes.get(folder, frozenset()) | {unit}} if files else {}
    lines = match(plan.fiscal_year, cells, files, replace(places, homes=beside)).lines
    left = [x for x in lines if x.arrival is None and x.typed and not _comes(x, waiting)]
    found = [
        _due(period, [x for x in left if x.period == period], plan, day) for period in sorted({x.period for x in left})
    ]
    return result.with_findings(*(under_policy(f, plan, unit, day) for f in found)) if found else result


def _comes(line: Line, waiting: set[str]) -> bool:
    """Whether a file of this name (`waiting`: keys, with and without what follows the last dot) lies there unjudged."""
    return any(k in waiting for k in spellings(line.name))


def _due(period: str, lines: Sequence[Line], plan: Plan, day: date) -> Finding:
    until = plan.evidence_deadline(period)
    names = list(dict.fromkeys(x.name for x in lines))
    shown = ", ".join(names[:_SHOWN]) + (f" … (+{len(names) - _SHOWN})" if len(names) > _SHOWN else "")
    about = ", ".join(dict.fromkeys(x.indicator for x in lines))
    code = "W_EVIDENCE_OVERDUE" if day > until else "I_EVIDENCE_DUE"
    when, when_en = short_thai_date(until), until.isoformat()
    return finding(code, indicator=about, period=period, value=shown, count=len(names), until=when, until_en=when_en)
