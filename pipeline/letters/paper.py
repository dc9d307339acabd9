"""What a unit owes -> the reminder on paper: a memo in the form that Thai offices use, ready to be signed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from pipeline.letters import words
from pipeline.office import styles
from pipeline.office.document import TABLE, Cell, Paper, Row
from schemas.periods import short_thai_date, thai_date

# Sizes and indents of the office's rules for memos: title 29 pt, labels 20 pt, text 16 pt, paragraphs 25 mm in.
_TITLE, _LABEL, _IN = 29.0, 20.0, 25.0
_WIDTHS = (9.0, 43.0, 64.0, 31.0, 18.0)
_HEAD = Cell(bold=True, fill=styles.BAND, size=TABLE, align="center")
_LETTERS = 160


@dataclass(frozen=True)
class Debt:
    """One line of the table: what report, what of it is owed (`kind` is a key of words.OWED), since when."""

    kind: str
    report: str
    owed: str
    deadline: date


@dataclass(frozen=True)
class Letter:
    """All that a reminder says. `day` is the day it speaks of, `n` how many there were by then."""

    fiscal_year: int
    unit: str
    unit_name: str
    addressee: str
    centre: str
    office_name: str
    number: str
    signed_by: str
    day: date
    n: int
    debts: tuple[Debt, ...]


def draw(letter: Letter, zone: ZoneInfo, path: str) -> None:
    """Write the letter; the same letter gives the same bytes."""
    subject = words.SUBJECT.th.format(year=letter.fiscal_year)
    if letter.n > 1:
        subject = words.AGAIN.th.format(subject=subject, n=letter.n)
    paper = Paper(f"{subject} {letter.unit_name}", "", datetime.combine(letter.day, time(9), zone))
    paper.line(words.MEMO.th, size=_TITLE, bold=True, align="center", after=0)
    _head(paper, letter, subject)
    facts = {"centre": letter.centre, "year": letter.fiscal_year, "unit": letter.unit_name, "code": letter.unit}
    paper.line(words.OPENING.th.format(**facts), align="thaiDistribute", indent=(0, _IN))
    found = words.FOUND.th.format(day=thai_date(letter.day), n=len(letter.debts), **facts)
    paper.line(found, align="thaiDistribute", indent=(0, _IN), after=6, keep=True)
    paper.table(_WIDTHS, list(_table(letter.debts, letter.day)))
    paper.line(words.REQUEST.th, indent=(0, _IN), after=2, keep=True)
    kinds = [k for k in words.DO if any(d.kind == k for d in letter.debts)]
    for n, kind in enumerate(kinds, start=1):
        paper.line(f"{n}.  {words.DO[kind].th}", indent=(_IN + 7, -7), after=2)
    paper.line(words.SENT.th.format(**facts), align="thaiDistribute", indent=(0, _IN), after=6)
    paper.line(words.CLOSING.th, indent=(0, _IN), after=36, keep=True)
    for text in (words.SIGNATURE, letter.signed_by):
        paper.line(text, align="center", indent=(75, 0), after=0, keep=text == words.SIGNATURE)
    paper.save(path)


def _head(paper: Paper, letter: Letter, subject: str) -> None:
    sender = f"{letter.centre} {letter.office_name}".strip()
    label = {k: t.th for k, t in words.HEAD.items()}
    number = f"{letter.number}{words.BLANK_NUMBER[:12]}" if letter.number else words.BLANK_NUMBER
    paper.labelled([(label["from"], sender)], _LABEL)
    paper.labelled([(label["number"], number), (label["date"], thai_date(letter.day))], _LABEL)
    paper.labelled([(label["subject"], subject)], _LABEL)
    paper.line(f"{label['to']}  {letter.addressee}", after=4)


def _table(debts: Sequence[Debt], day: date) -> Sequence[Row]:
    rows = [Row([_HEAD.of(t.th) for t in words.TABLE], heading=True)]
    for n, debt in enumerate(debts, start=1):
        cells = [
            Cell(str(n), align="center"),
            Cell(debt.report),
            Cell(styles.shortened(debt.owed, _LETTERS)),
            Cell(short_thai_date(debt.deadline), align="center"),
            Cell(f"{(day - debt.deadline).days:,}", align="center"),
        ]
        rows.append(Row(cells))
    return rows
