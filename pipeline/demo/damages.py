"""A clean fill and a seeded generator -> the same fill with one everyday mistake that gets the file returned."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from typing import Any

from pipeline.demo.figures import Indicator, step_of
from schemas.forms.monthly_plan import estimate_keys, month_keys
from schemas.forms.quarterly_result import REPORTABLE, ROW_STATES, STATUSES
from schemas.numbers import parse, plain

Values = dict[str, Any]
_THAI_DIGITS = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
_FIGURES = (*(k for q in (1, 2, 3, 4) for k in (*month_keys(q), f"q{q}")), "total", *estimate_keys(2567)[:7])
_CAN, _CANNOT = (c.text.th for c in REPORTABLE)
_BEHIND = next(c.text.th for c in STATUSES if c.code == "behind")
_CONFIRMED = next(c.text.th for c in ROW_STATES if c.code == "confirmed")
_WRONG_CHOICES = {"reportable": "รายงานได้", "plan_status": "ล่าช้า", "state": "เรียบร้อย"}


@dataclass(frozen=True)
class Row:
    """One indicator's cells in a fill, to be changed in place; `place` names the row in descriptions."""

    cells: Values
    indicator: Indicator
    place: str
    quarter: int = 0


Slot = tuple[Row, str]
# What to do in one row or cell; None where it does not apply there, else rule code and what was done.
Damage = Callable[[Slot, random.Random], str | None]


def damage(form: str, values: Values, indicators: list[Indicator], rng: random.Random) -> tuple[Values, str]:
    """A copy of `values` damaged in one way that the rules call an error, and a line that says which and where.

    `values` is what `fills.monthly` or `fills.quarterly` gave. A damaged cell holds text, or a datetime.date where
    Excel made one. Example of the line: "E_CHAR q2 สบก.3 value: Thai digits ๘๕". ValueError for another form.
    """
    if form not in _KINDS:
        raise ValueError(f"no damages for form {form}")
    damaged = deepcopy(values)
    rows = list(_rows(form, damaged, {ind["code"]: ind for ind in indicators}))
    for kind in rng.sample(_KINDS[form], len(_KINDS[form])):
        slots = [(row, key) for row in rows for key in _keys(kind, row)]
        rng.shuffle(slots)
        for slot in slots:
            done = kind(slot, rng)
            if done:
                code, _, what = done.partition(": ")
                return damaged, f"{code} {slot[0].place} {slot[1]}: {what}"
    raise ValueError("nothing to damage: the fill has no rows")


def _rows(form: str, values: Values, indicators: dict[str, Indicator]) -> Iterator[Row]:
    if form == "monthly_plan":
        for code, cells in values.items():
            yield Row(cells, indicators[code], code)
        return
    for sheet, table in values.items():
        for code, cells in table.items():
            yield Row(cells, indicators[code], f"{sheet} {code}", int(sheet[1:]))


def _keys(kind: Damage, row: Row) -> tuple[str, ...]:
    """The fields that a kind of damage may touch in a row."""
    if kind in _IN_CELLS:
        return ("value",) if row.quarter else _FIGURES
    return _FIELDS[kind]


def _text(slot: Slot) -> str:
    value = slot[0].cells.get(slot[1], "")
    return value if isinstance(value, str) else ""


def _is_figure(slot: Slot) -> bool:
    return parse(_text(slot)).given


# ------------------------------------------------------------------------------- in any cell for figures


def _replace(slot: Slot, new: object, said: str) -> str | None:
    """Put `new` where a figure stood; None where none did."""
    if not _is_figure(slot):
        return None
    slot[0].cells[slot[1]] = new
    return f"{said} {new}"


def thai_digits(slot: Slot, _rng: random.Random) -> str | None:
    """85 -> ๘๕."""
    return _replace(slot, _text(slot).translate(_THAI_DIGITS), "E_CHAR: Thai digits")


def unit_typed(slot: Slot, rng: random.Random) -> str | None:
    """85 -> 85%, 12 -> 12 คน."""
    unit = slot[0].indicator["unit_of_measure"]
    ending = rng.choice(("%", " %")) if unit == "ร้อยละ" else f" {unit}"
    return _replace(slot, f"{_text(slot)}{ending}", "E_CHAR: unit typed into the cell")


def decimal_comma(slot: Slot, rng: random.Random) -> str | None:
    """A decimal comma: 1,5."""
    return _replace(slot, f"{rng.randint(1, 9)},{rng.randint(1, 9)}", "E_FORM: decimal comma")


def letter_o(slot: Slot, _rng: random.Random) -> str | None:
    """100 -> 1O0."""
    return _replace(slot, _text(slot).replace("0", "O", 1), "E_CHAR: letter O") if "0" in _text(slot) else None


def date_cell(slot: Slot, rng: random.Random) -> str | None:
    """Excel made a date of 1/2."""
    return _replace(slot, date(2024, rng.randint(1, 12), rng.randint(1, 12)), "E_DATE: a date")


def words(slot: Slot, rng: random.Random) -> str | None:
    """ไม่มี or N/A instead of a blank."""
    word = rng.choice(("ไม่มี", "N/A", "n/a", "ยังไม่มีข้อมูล", "รอผล"))
    if _is_figure(slot) or not slot[1].startswith("est_"):
        return _replace(slot, word, "E_CHAR: words")
    slot[0].cells[slot[1]] = word
    return f"E_CHAR: words {word}"


_IN_CELLS: tuple[Damage, ...] = (thai_digits, unit_typed, decimal_comma, letter_o, date_cell, words)


# ----------------------------------------------------------------------------------- in the monthly plan


def no_quarter_total(slot: Slot, _rng: random.Random) -> str | None:
    """Months are given, their total is not."""
    row, key = slot
    if not any(parse(str(row.cells.get(m, ""))).given for m in month_keys(int(key[1]))):
        return None
    return _emptied(slot, "E_QTOTAL: quarter total missing")


def no_grand_total(slot: Slot, _rng: random.Random) -> str | None:
    """Quarter totals are given, the grand total is not."""
    if not any(parse(str(slot[0].cells.get(f"q{q}", ""))).given for q in (1, 2, 3, 4)):
        return None
    return _emptied(slot, "E_GTOTAL: grand total missing")


def wrong_sum(slot: Slot, rng: random.Random) -> str | None:
    """One part of a sum is changed and its total is not."""
    row, key = slot
    number, whole = parse(_text(slot)), row.cells.get("total" if key.startswith("q") else _quarter_of(key), "")
    if row.indicator["over_time"] != "sum" or number.value is None or not parse(str(whole)).given:
        return None
    if key.startswith("q") and any(row.cells.get(m) for m in month_keys(int(key[1]))):
        return None  # two totals would disagree, not one
    return _replace(slot, plain(number.value + step_of(row.indicator) * rng.randint(1, 4)), "E_SUM: changed to")


def _quarter_of(month: str) -> str:
    return next(f"q{q}" for q in (1, 2, 3, 4) if month in month_keys(q))


def _emptied(slot: Slot, said: str) -> str | None:
    if not _text(slot).strip():
        return None
    was, slot[0].cells[slot[1]] = _text(slot), ""
    return f"{said} (was {was.splitlines()[0]})"


# ------------------------------------------------------------------------------- in the quarterly result


def no_value(slot: Slot, _rng: random.Random) -> str | None:
    """Can report, without a value."""
    return _emptied(slot, "E_VALUE: value missing")


def value_forbidden(slot: Slot, rng: random.Random) -> str | None:
    """Cannot report yet, with a value."""
    row, key = slot
    if row.cells.get("reportable") != _CANNOT:
        return None
    row.cells[key] = str(rng.randint(1, 5))
    return f"E_VALUE_FORBIDDEN: value {row.cells[key]} though it cannot be reported yet"


def no_details(slot: Slot, _rng: random.Random) -> str | None:
    """A value without details."""
    return _emptied(slot, "E_DETAILS: details missing")


def no_explanation(slot: Slot, _rng: random.Random) -> str | None:
    """Behind plan and confirmed, without cause or remedy."""
    row = slot[0].cells
    if row.get("plan_status") != _BEHIND or row.get("state") != _CONFIRMED:
        return None
    return _emptied(slot, "E_EXPLAIN: explanation missing")


def wrong_choice(slot: Slot, _rng: random.Random) -> str | None:
    """Words that are not in the drop-down list."""
    row, key = slot
    if not _text(slot):
        return None
    row.cells[key] = _WRONG_CHOICES[key]
    return f"E_CHOICE: typed {row.cells[key]}"


def no_evidence(slot: Slot, _rng: random.Random) -> str | None:
    """The fourth quarter confirmed without evidence."""
    row = slot[0]
    if row.quarter != 4 or row.cells.get("state") != _CONFIRMED or row.cells.get("reportable") != _CAN:
        return None
    return _emptied(slot, "E_EVIDENCE: evidence missing")


_QUARTER_KEYS = ("q1", "q2", "q3", "q4")
_FIELDS: dict[Damage, tuple[str, ...]] = {
    no_quarter_total: _QUARTER_KEYS,
    no_grand_total: ("total",),
    wrong_sum: (*(m for q in (1, 2, 3, 4) for m in month_keys(q)), *_QUARTER_KEYS),
    no_value: ("value",),
    value_forbidden: ("value",),
    no_details: ("details",),
    no_explanation: ("problem", "remedy"),
    wrong_choice: ("reportable", "plan_status", "state"),
    no_evidence: ("evidence",),
}
_PLAN_ONLY: tuple[Damage, ...] = (no_quarter_total, no_grand_total, wrong_sum)
_KINDS: dict[str, tuple[Damage, ...]] = {
    "monthly_plan": (*_IN_CELLS, *_PLAN_ONLY),
    "quarterly_result": (*_IN_CELLS, *(k for k in _FIELDS if k not in _PLAN_ONLY)),
}
