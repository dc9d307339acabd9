"""What a workbook is drawn from: a form, its head, values by row, and what is to be fixed in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from schemas.language import Form, Text


@dataclass(frozen=True)
class Fix:
    """One line of the "what to fix" sheet, and the cells it colours: field keys of one row of one sheet."""

    rule: str
    severity: str
    sheet: str
    cells: tuple[str, ...]
    where: str
    found: str
    advice: str
    proposal: str = ""
    record: str = ""  # JSON for the hidden sheet: what was asked, so that the file can be compared when it comes back


@dataclass
class Copy:
    """What is drawn: head lines, identity, values per sheet key, locked rows, fixes. `values[sheet][n]` is one row.

    A value may be text (typed), float (a number cell) or a date (a date cell).
    """

    form: Form
    fiscal_year: int
    title: Text
    head: tuple[tuple[str, str], ...]
    identity: Mapping[str, str]
    values: Mapping[str, Sequence[Mapping[str, Any]]]
    as_of: datetime
    locked: set[tuple[str, int]] = field(default_factory=set)
    ways: Mapping[str, str] = field(default_factory=dict)
    ratios: set[str] = field(default_factory=set)
    example: bool = False
    fixes: Sequence[Fix] = ()
    marks: Mapping[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    signs: Mapping[tuple[str, str], str] = field(
        default_factory=dict
    )  # texts of a sheet's head, by sheet and field key
