"""A judged row -> what the ledger may keep of it: facts with their cells, words, and what the table of states allows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from pipeline.model import Fact, Finding, Place, Posting
from pipeline.validate.findings import finding
from pipeline.validate.past import Past
from pipeline.validate.rows import Row, typed
from schemas.language import Form, Sheet
from schemas.numbers import judge, plain, strip
from schemas.plan import Plan
from schemas.rows import PERCENT_UNIT
from schemas.states import LOCKED, Step, situation, step

# Words of ours, and one of the unit's, that may differ without the row having changed.
_NOT_CONTENT = ("remarks", "waived", "unlocked", "unlock_memo", "unlock_reason", "proof", "signed_by", "since")
_ALONE = ("E_LOCKED", "I_WITHDRAWN")  # what was found in the row's cells says nothing beside these


@dataclass(frozen=True)
class Ground:
    """What a row meets in the ledger and the plan: the row that stands, whether its period is closed, the unlock in
    force, and how the file is known to be the unit's own (None: the office asks for proof and there is none)."""

    standing: Mapping[str, Any] | None
    closed: bool
    unlock: Mapping[str, str] | None
    proof: str | None = ""

    @property
    def state(self) -> str:
        """The state of the row that stands."""
        if self.standing is None:
            return "nothing"
        return "withdrawn" if self.standing["blank"] else str(self.standing["state"])

    @property
    def words(self) -> dict[str, str]:
        """The words of the row that stands."""
        return dict(json.loads(self.standing["entries"])) if self.standing is not None else {}

    def step(self, event: str, state: str | None = None) -> Step:
        """What an event does to the row that stands, or to one that is in `state` by now."""
        return step(situation(self.state if state is None else state, self.closed, self.unlock is not None), event)


def ground_of(posting: Posting, past: Past, plan: Plan, form: Form, day: date, proof: str | None) -> Ground:
    """Where a row of a file received on `day` stands."""
    key = (posting.unit, form.name, posting.indicator, posting.period)
    unlock = plan.unlock(posting.unit, form.name, posting.period, posting.indicator, day)
    return Ground(past.postings.get(key), plan.closed(posting.period, form.name), unlock, proof)


def posting_of(form: Form, sheet: Sheet, row: Row, unit: str, plan: Plan, signed: bool = False) -> Posting:
    """The row as the ledger keeps it: figures as facts with their cells, words as entries, choices as codes.

    A form whose rows have no state cell confirms them by being `signed` as a whole.
    """
    facts, entries = [], {}
    percent = row.indicator["unit_of_measure"] == PERCENT_UNIT
    for f in sheet.inputs:
        cell = row.row.cells.get(f.key)
        if cell is None or cell.blank:
            continue
        if f.kind == "number":
            facts += _facts(f, cell, row, unit, percent, plan)
        else:
            entries[f.key] = (f.choice_code(cell.text) or cell.text) if f.kind == "choice" else cell.text
    at = row.row.cells["indicator"].address
    said = entries.get("state") if has_state(sheet) else "confirmed" if signed else "draft"
    blank = not typed(row.row, sheet)
    state = said if said in ("confirmed", "withdrawn") else "draft"
    return Posting(
        unit, form.name, row.indicator["code"], row.period, state, entries, tuple(facts), row.row.sheet, at, blank
    )


def has_state(sheet: Sheet) -> bool:
    """Whether each row of the sheet says its own state."""
    return any(f.key == "state" for f in sheet.inputs)


def _facts(f: Any, cell: Any, row: Row, unit: str, percent: bool, plan: Plan) -> list[Fact]:
    number = judge(cell.text, cell.kind, percent, percent or row.indicator["over_time"] == "ratio")
    if number.value is None:
        return []
    return [
        Fact(
            unit,
            row.indicator["code"],
            f.period(plan.fiscal_year),
            f.scenario,
            plain(number.value),
            _exact(number.numerator),
            _exact(number.denominator),
            row.row.sheet,
            cell.address,
            strip(cell.text),
            plan.settings["stage"],
        )
    ]


def _exact(value: Decimal | None) -> str:
    return plain(value) if value is not None else ""


# -- against what stands -----------------------------------------------------------------------------------------------


def event_of(posting: Posting, ground: Ground, past: Past, form: Form) -> str:
    """What the row says to the one that stands: an event of `schemas.states`."""
    live = ground.state not in ("nothing", "withdrawn")
    if posting.blank:
        return "blank" if live else "unchanged"
    if posting.state == "withdrawn":
        return "withdraw"
    if live and repeats(posting, ground, past):
        return "unchanged"
    if posting.state == "confirmed":
        return "unproven" if ground.proof is None else "confirm"
    return "draft"


def against_ledger(row: Row, posting: Posting, ground: Ground, past: Past, plan: Plan, form: Form) -> Posting | None:
    """What may be posted of this row by the table of states, None where nothing is to be; what it says is told."""
    done = ground.step(event_of(posting, ground, past, form))
    centre = plan.settings["centre_contact"]
    if any(rule in _ALONE for rule in done.rules):
        row.findings = []
    elif not done.next and done.allowed and ground.state in LOCKED:
        row.findings = [f for f in row.findings if f.rule == "I_ANSWERED"]  # nothing to judge again
    row.findings += [_told(rule, row, posting, ground, past, form, centre) for rule in done.rules]
    if not done.next or row.held:
        return None
    return _kept(row, posting, ground, done.next)


def _told(rule: str, row: Row, posting: Posting, ground: Ground, past: Past, form: Form, centre: str) -> Finding:
    if rule == "E_LOCKED":
        return _locked(row, posting, ground, past, form, centre)
    values = {
        "E_CLOSED": row.period,
        "I_UNLOCKED": _memo(ground),
        "Q_RETRACT": ", ".join(past.typed(posting.unit, form.name, posting.indicator, row.period).values()) or "-",
    }
    about_state = rule in ("Q_PROOF", "I_WITHDRAWN", "E_UNLOCKED_DRAFT") and "state" in row.row.cells
    key = "state" if about_state else "indicator"
    where = (row.row.sheet, (row.row.cells[key].address,), posting.indicator, row.period)
    value = values.get(rule, row.row.text(key))
    return finding(rule, *where, sheet_key=row.row.sheet_key, fields=(key,), value=value, centre=centre)


def _memo(ground: Ground) -> str:
    return f"{ground.unlock['memo']}: {ground.unlock['reason']}" if ground.unlock else ""


def _kept(row: Row, posting: Posting, ground: Ground, state: str) -> Posting:
    """The posting with its new state and what must never be lost beside it: waivers, proof, every unlock it went through."""
    words = {**posting.entries, "waived": " | ".join(f.waived for f in row.findings if f.waived)}
    if "state" in words:
        words["state"] = state
    if state in LOCKED:
        words["proof"] = ground.proof or ""
    used = ground.unlock if ground.state in LOCKED or ground.closed else None
    passed = [*ground.words.get("unlocked", "").split(" | "), _memo(ground) if used else ""]
    words["unlocked"] = " | ".join(dict.fromkeys(t for t in passed if t))
    if used:
        words |= {"unlock_memo": used["memo"], "unlock_reason": used["reason"]}
    withdrawn = state == "withdrawn"
    facts = () if withdrawn else posting.facts
    entries = {k: v for k, v in words.items() if v}
    return replace(posting, state=state, blank=withdrawn, facts=facts, entries=entries)


def _locked(row: Row, posting: Posting, ground: Ground, past: Past, form: Form, centre: str) -> Finding:
    """The refusal of a changed confirmed row, blaming the cells that differ and proposing the confirmed values."""
    sheet = next(s for s in form.sheets(int(row.period[:4])) if s.key == row.row.sheet_key)
    words = ground.words
    figures = past.as_typed(posting.unit, form.name, posting.indicator, posting.period)
    places = []
    for f in sheet.inputs:
        cell = row.row.cells.get(f.key)
        if cell is None or f.key in _NOT_CONTENT:
            continue
        was = (
            figures.get(f.key_of_fact(int(row.period[:4])), "")
            if f.kind == "number"
            else f.choice_label(words.get(f.key, ""))
        )
        if strip(cell.text) != strip(was):
            places.append(Place(cell.address, row.row.sheet_key, posting.indicator, f.key, cell.text, was or None))
    found = finding("E_LOCKED", row.row.sheet, (), posting.indicator, row.period, centre=centre)
    return replace(found, places=tuple(places), value=places[0].value if places else "")


def repeats(posting: Posting, ground: Ground, past: Past) -> bool:
    """Whether every word and figure is the one that stands; a ratio with other numbers is another figure."""
    if ground.standing is None or ground.standing["blank"] or posting.blank:
        return posting.blank and ground.state in ("nothing", "withdrawn")
    entries = {k: v for k, v in ground.words.items() if k not in _NOT_CONTENT}
    if "state" not in entries and ground.state not in LOCKED and posting.state == "confirmed":
        return False  # a draft of a form that is signed as a whole, and now it is
    same_words = entries == {k: v for k, v in posting.entries.items() if k not in _NOT_CONTENT}
    said = {f"{f.scenario} {f.period}": (f.value, f.numerator, f.denominator) for f in posting.facts}
    return same_words and said == past.exactly(posting.unit, posting.form, posting.indicator, posting.period)
