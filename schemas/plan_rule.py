"""How a rule of the central plan workbook is written: cases as SHEET.COLUMN, the cells it blames, the words of its message."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from schemas.forms.central_plan import FORM
from schemas.language import Rule, Text

SHEETS = {s.key: s for s in FORM.sheets(2567)}  # the same for every year
_LABELS = {f.key: f.label for s in SHEETS.values() for f in s.fields}
PAIRS = {"assignments.pair": ("indicator", "unit"), "calendar.pair": ("period", "form")}


def plan_rule(
    code: str,
    severity: str,
    text: Text,
    advice: Text,
    example: str,
    cases: tuple[str, ...],
    check: Callable[[pd.DataFrame, str], pd.Series],
    **more: object,
) -> Rule:
    """A rule that looks at each row of the sheets its cases name; `check(rows, case)` is True where the row holds."""
    options: dict[str, object] = {"blames": _blame, "figures": _words, **more}
    sheets = tuple(sorted({c.partition(".")[0] for c in cases}))
    return Rule(code, severity, text, advice, example, "plan", cases, sheets, check, **options)  # type: ignore[arg-type]


def column(case: str) -> str:
    """The column of a case: "units.code" -> "code"."""
    return case.partition(".")[2]


def given(rows: pd.DataFrame, key: str) -> pd.Series:
    """Which rows have something typed in a column."""
    return rows[key].str.strip() != ""


def _blame(_row: object, case: str) -> tuple[str, ...]:
    return PAIRS.get(case, (column(case),))


def _words(row: Mapping[str, Any], case: str) -> dict[str, object]:
    key = _blame(row, case)[0]
    label = _LABELS.get(key, Text(key, key))
    choices = next(
        (f.choices for s in SHEETS.values() if s.key == case.partition(".")[0] for f in s.fields if f.key == key),
        (),
    )
    return {
        "value": row[key],
        "label": label.th,
        "label_en": label.en,
        "choices": " | ".join(c.text.th for c in choices),
    }
