"""The frozen types that travel from room to room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

import pandas as pd

from schemas.language import Severity, Text

FileState = Literal["accepted", "returned", "refused", "duplicate", "quarantined", "pending"]


class OfficeError(Exception):
    """The call or the office is wrong: one clear line for the user, exit code 2."""

    def __init__(self, th: str, en: str) -> None:
        super().__init__(f"{th} / {en}")
        self.text = Text(th, en)


@dataclass(frozen=True)
class Submission:
    """One arrival whose original is stored. `number` is its sequence number in the ledger, `path` the stored original.

    What came in a mail or archive names it in `container` (its number; 0 for a file of its own), and says who sent the
    mail, its subject and its Message-ID.
    """

    number: int
    sha256: str
    received_at: datetime
    name: str
    channel: str
    sender: str
    path: str
    size: int
    subject: str = ""
    container: int = 0
    message_id: str = ""


@dataclass(frozen=True)
class Cell:
    """One cell as read: `text` as typed, `kind` as stored (text number percent date bool error formula_empty).

    `shown` is what Excel shows, where its number format makes another figure of the value (thousands cut off); else None.
    """

    text: str
    kind: str
    address: str
    formula: bool = False
    shown: str | None = None

    @property
    def blank(self) -> bool:
        """Nothing was typed here."""
        return not self.text.strip() and self.kind == "text"


@dataclass(frozen=True)
class RawSheet:
    """One worksheet as plain data: `cells[(row, column)]`, both counted from 0.

    `kind` is the file's (xlsx, xls, ods); `objects` are the cells at which pictures and the like stand, "" where unknown.
    """

    name: str
    hidden: bool
    cells: Mapping[tuple[int, int], Cell]
    merges: tuple[str, ...] = ()
    kind: str = "xlsx"
    objects: tuple[str, ...] = ()


@dataclass(frozen=True)
class Place:
    """One blamed cell: its address in the file received, and the same in the words of the form (sheet key, indicator,
    field), so that a copy drawn anew marks it too. `proposal` is a right value to accept for this cell."""

    address: str
    sheet_key: str = ""
    indicator: str = ""
    field: str = ""
    value: str = ""
    proposal: str | None = None


@dataclass(frozen=True)
class Finding:
    """One fault, doubt or remark with its places. `value` is what the first cell holds, as typed; `indicator` and `period`
    list those it is about, separated by ", "."""

    rule: str
    severity: Severity
    message: Text
    sheet: str = ""
    places: tuple[Place, ...] = ()
    value: str = ""
    indicator: str = ""
    period: str = ""
    waived: str = ""  # the waiver under which it is only told
    advice: Text = field(default_factory=lambda: Text("", ""))

    @property
    def cells(self) -> tuple[str, ...]:
        """Addresses as Excel shows them in the file received, on the sheet named."""
        key = next((p.sheet_key for p in self.places if p.sheet_key), "")  # of a heading nobody may know it
        return tuple(p.address for p in self.places if p.sheet_key in ("", key))

    @property
    def proposal(self) -> str | None:
        """The value proposed, where one is; several different ones are listed."""
        return ", ".join(dict.fromkeys(p.proposal for p in self.places if p.proposal)) or None

    def as_json(self, lang: str = "th") -> dict[str, Any]:
        """The finding as `receive --json` prints it."""
        return {
            "rule": self.rule,
            "severity": self.severity,
            "sheet": self.sheet,
            "cell": self.cells[0] if self.cells else "",
            "cells": list(self.cells),
            "value": self.value,
            "message": self.message.pick(lang),
            "proposal": self.proposal,
        }


@dataclass(frozen=True)
class ReadRow:
    """One table row of a form: the sheet, its number as Excel shows it, cells by field key."""

    sheet: str
    sheet_key: str
    number: int
    cells: Mapping[str, Cell]

    def text(self, key: str) -> str:
        """The text of a field, "" where the form has no such cell."""
        cell = self.cells.get(key)
        return cell.text if cell else ""


@dataclass(frozen=True)
class HeadCell:
    """A cell above a sheet's table that speaks for the whole sheet: its text, its worksheet and address as received."""

    text: str
    sheet: str
    address: str


@dataclass(frozen=True)
class Identity:
    """What a workbook says it is; None where it does not say."""

    form: str | None = None
    version: str | None = None
    unit: str | None = None
    fiscal_year: int | None = None
    plan_revision: int | None = None
    returned: str | None = None  # sha256 of the file of which this is the returned copy


@dataclass(frozen=True)
class Document:
    """What a file is that is no form: a kind of evidence (`schemas.evidence.KINDS`), the ending its content deserves, and
    codes of the rules its content raises."""

    kind: str
    suffix: str
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """A submission read into rows of text cells. `findings` are faults found on the way (structure, safety); `asked` are
    the cells that a returned copy asked to correct; `document` is what it is where it is no form; `head` what stands in the
    cells above the tables."""

    submission: Submission
    identity: Identity
    rows: tuple[ReadRow, ...] = ()
    findings: tuple[Finding, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)
    asked: tuple[Place, ...] = ()
    document: Document | None = None
    head: Mapping[tuple[str, str], HeadCell] = field(default_factory=dict)  # by sheet key and field key


@dataclass(frozen=True)
class Fact:
    """One figure with its place: `value`, `numerator`, `denominator` are exact decimal texts ("" where none)."""

    unit: str
    indicator: str
    period: str
    scenario: str
    value: str
    numerator: str
    denominator: str
    sheet: str
    cell: str
    typed: str
    stage: str = ""


@dataclass(frozen=True)
class Posting:
    """One row of a form for the ledger: indicator x fiscal year, or indicator x quarter.

    `entries` are the words of the row (details, problem, state, …) by field key; `blank` retracts an older row.
    """

    unit: str
    form: str
    indicator: str
    period: str
    state: str
    entries: Mapping[str, str]
    facts: tuple[Fact, ...]
    sheet: str = ""
    cell: str = ""
    blank: bool = False


@dataclass(frozen=True)
class ValidationResult:
    """The judgement of one file: its state, what may be posted and what was found."""

    reading: Reading
    state: FileState
    reason: Text
    findings: tuple[Finding, ...] = ()
    postings: tuple[Posting, ...] = ()
    held: tuple[tuple[str, str], ...] = ()
    plan: Mapping[str, Any] | None = None
    previous: str = ""
    unlock: Mapping[str, Any] | None = None  # the ledger's row of an unlock given by command

    def with_findings(self, *more: Finding) -> ValidationResult:
        """The same judgement with further findings."""
        return replace(self, findings=(*self.findings, *more))


@dataclass(frozen=True)
class Outcome:
    """One line of `receive --json`: a file and its final (or pending) state, with the answer's path in outbox.

    `trouble`: pending only because of temporary trouble of this machine (disk full, no permission, ledger locked).
    """

    submission: Submission
    result: ValidationResult
    answer: str = ""
    judged_revision: int | None = None
    trouble: bool = False

    def as_json(self, lang: str = "th") -> dict[str, Any]:
        """The file as `receive --json` prints it."""
        identity = self.result.reading.identity
        return {
            "number": self.submission.number,
            "name": self.submission.name,
            "container": self.submission.container or None,
            "sender": self.submission.sender,
            "subject": self.submission.subject,
            "sha256": self.submission.sha256,
            "state": self.result.state,
            "reason": self.result.reason.pick(lang),
            "unit": identity.unit,
            "form": identity.form,
            "fiscal_year": identity.fiscal_year,
            "rows_taken": sum(not p.blank for p in self.result.postings),
            "rows_held": len(self.result.held),
            "answer": self.answer,
            "previous": self.result.previous,
            "findings": [f.as_json(lang) for f in self.result.findings],
        }


@dataclass(frozen=True)
class Scorecard:
    """Everything a report needs about one period, as frames whose columns `schemas.frames` describes.

    `rows`: unit x indicator; `units`, `parents`: totals; `trend`: unit x quarter; `office`: the total of all units.
    `quarters`: unit x indicator x quarter up to the period; `restated`: figures changed after their quarter closed;
    `definitions`: what the plan says of each indicator, by code; `deadlines`: last day to send, by quarter (ISO).
    `letterhead`: the office's own .docx for Word papers, b"" for ours. `plans`: unit x indicator as entered;
    `rollups`: parent (or "" the office) x indicator over its units.
    """

    fiscal_year: int
    period: str
    as_of: datetime
    office_name: str
    plan_revision: int
    rows: pd.DataFrame
    units: pd.DataFrame
    parents: pd.DataFrame
    trend: pd.DataFrame
    office: Mapping[str, Any]
    settings: Mapping[str, str]
    items: pd.DataFrame
    quarters: pd.DataFrame = field(default_factory=pd.DataFrame)
    restated: pd.DataFrame = field(default_factory=pd.DataFrame)
    definitions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    deadlines: Mapping[str, str] = field(default_factory=dict)
    letterhead: bytes = b""
    plans: pd.DataFrame = field(default_factory=pd.DataFrame)
    rollups: pd.DataFrame = field(default_factory=pd.DataFrame)
