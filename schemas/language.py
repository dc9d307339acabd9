"""The words in which a form is written: Text, Choice, Field, Sheet, Form, Rule, Finding."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

Severity = Literal["error", "query", "warning", "info"]
Kind = Literal["number", "text", "long", "choice", "code", "computed"]
Owner = Literal["unit", "centre", "system"]


@dataclass(frozen=True)
class Text:
    """One sentence or label in the two languages of the product; Thai is what people read first."""

    th: str
    en: str

    def pick(self, lang: str) -> str:
        """The text in `lang` ("th" or "en")."""
        return self.th if lang == "th" else self.en

    def filled(self, **figures: object) -> Text:
        """The same text with `{name}` places filled in."""
        return Text(self.th.format(**figures), self.en.format(**figures))

    @property
    def both(self) -> str:
        """Thai first, English second, in one string."""
        return self.th if self.th == self.en else f"{self.th} / {self.en}"


@dataclass(frozen=True)
class Choice:
    """One value of a drop-down: `code` is stored, the Thai text is what the list shows."""

    code: str
    text: Text


@dataclass(frozen=True)
class Field:
    """One column of a sheet.

    `key` is the stable name (column of the frames, key row of the workbook). `period` turns the fiscal year
    (B.E.) into the SDMX-like period a figure belongs to, e.g. 2567 -> "2567-Q1". `scenario` is plan, actual or
    estimate for figures and None for everything else. `formula` names how the office room computes a system field.
    """

    key: str
    label: Text
    kind: Kind = "text"
    owner: Owner = "unit"
    required: bool = False
    choices: tuple[Choice, ...] = ()
    width: float = 12
    group: Text | None = None
    note: Text | None = None
    example: str = ""
    scenario: str | None = None
    period: Callable[[int], str] | None = None
    total_of: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()

    def choice_code(self, typed: str) -> str | None:
        """The stored code of what was typed or picked, None where it is none of the choices."""
        from schemas.thai import skeleton

        wanted = skeleton(typed)
        for choice in self.choices:
            if wanted in (skeleton(choice.code), skeleton(choice.text.th), skeleton(choice.text.en)):
                return choice.code
        return None

    def key_of_fact(self, fiscal_year: int) -> str:
        """How the ledger names this field's figure in a year: "plan 2567-Q1"."""
        return f"{self.scenario} {self.period(fiscal_year)}" if self.period else ""

    def choice_label(self, code: str) -> str:
        """The Thai words shown for a stored code; the code itself where it is unknown."""
        return next((c.text.th for c in self.choices if c.code == code), code)


@dataclass(frozen=True)
class Sheet:
    """One sheet: a table with a field per column. `period` is the quarter its rows report on ("Q1"), else None.

    An `optional` sheet may be missing from the workbook. `breaks` names the fields at which a printed page begins. `fixed` sheets have one row per assigned indicator; open sheets (the central plan) take any number of rows.
    `head` are cells above the table that speak for the whole sheet: its sign-off.
    """

    key: str
    name: str
    title: Text
    fields: tuple[Field, ...]
    row_key: str
    fixed: bool = True
    period: str | None = None
    freeze: int = 2
    pages_wide: int = 1
    breaks: tuple[str, ...] = ()
    spare_rows: int = 0
    optional: bool = False
    instructions: tuple[Text, ...] = ()
    head: tuple[Field, ...] = ()

    def field(self, key: str) -> Field:
        """The field called `key`; KeyError where the sheet has none."""
        for field in self.fields:
            if field.key == key:
                return field
        raise KeyError(key)

    @property
    def inputs(self) -> tuple[Field, ...]:
        """What the unit (or, in the central plan, the centre) types."""
        return tuple(f for f in self.fields if f.owner == "unit")


@dataclass(frozen=True)
class Form:
    """One form = one file in `schemas/forms`. `sheets(fiscal_year)` gives its tables for a B.E. year.

    Files of versions from `oldest` on are taken: what a newer version added is simply absent in them.
    """

    name: str
    version: int
    title: Text
    sheets: Callable[[int], tuple[Sheet, ...]]
    order: int
    rules: tuple[str, ...]
    instructions: tuple[Text, ...] = ()
    oldest: int = 1


@dataclass(frozen=True)
class Rule:
    """One rule of the catalogue, said once.

    `check(frame, case)` returns True where the rule holds, once per case (a column, a quarter total); it must be
    vectorised and must not swallow its own mistakes. Scope says on which frame (see `schemas.rows`): "cell" = one row
    per numeric cell, "row" = one row per indicator row, "plan" = one row per row of a plan sheet named by `sheets`.
    None: the rule is found while a file is opened, identified or compared with the ledger. `blames` names the field
    keys to mark, `figures` what fills the `{…}` of the text, `proposal` a right value to offer; each gets one failing
    row of that frame and the case.
    """

    code: str
    severity: Severity
    text: Text
    advice: Text
    example: str
    scope: Literal["cell", "row", "plan", "file"] = "file"
    cases: tuple[str, ...] = ("",)
    sheets: tuple[str, ...] = ()
    check: Callable[[pd.DataFrame, str], pd.Series] | None = None
    blames: Callable[[Mapping[str, Any], str], Sequence[str]] | None = None
    figures: Callable[[Mapping[str, Any], str], Mapping[str, object]] | None = None
    proposal: Callable[[Mapping[str, Any], str], str | None] | None = None
