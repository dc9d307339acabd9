"""Indicators of a unit and a seeded generator -> what the unit would type into its monthly plan."""

from __future__ import annotations

import random
from collections.abc import Sequence
from decimal import Decimal

from pipeline.demo.figures import Indicator, climb, is_level, is_percent, measure, split, step_of, target_of, write
from pipeline.demo.phrases import SUCCESS_FACTORS
from pipeline.demo.results import quarterly_rows
from schemas.forms.monthly_plan import estimate_keys, month_keys
from schemas.numbers import parse

Cells = dict[str, object]
QUARTERS = (1, 2, 3, 4)


def monthly(indicators: list[Indicator], fiscal_year: int, rng: random.Random) -> dict[str, Cells]:
    """Indicator code -> field key of monthly_plan -> text as typed.

    `indicators` are merged with their assignment, choices as codes. Grand totals equal the centre's target, totals
    agree with their parts under the aggregation over time; some rows have only quarter totals, only a grand total,
    or nothing. Example: {"สบก.3": {"m10": "900", …, "q1": "2850", …, "total": "11,400", "est_0": "11,400", …}}.
    """
    return {ind["code"]: _plan_row(ind, fiscal_year, rng) for ind in indicators}


def quarterly(
    indicators: list[Indicator],
    plans: dict[str, Cells],
    fiscal_year: int,
    rng: random.Random,
    quarters: Sequence[int] = QUARTERS,
) -> dict[str, dict[str, Cells]]:
    """Sheet key "q1".. -> indicator code -> field key of quarterly_result -> text as typed (choices as Thai labels).

    `plans` is what `monthly` gave for the same unit: declared statuses agree with it. All four quarters are always
    thought through, so the same seed tells the same story whichever `quarters` are asked for.
    """
    years = {ind["code"]: quarterly_rows(ind, plans.get(ind["code"], {}), fiscal_year, rng) for ind in indicators}
    return {f"q{q}": {code: rows[q] for code, rows in years.items()} for q in quarters}


def _plan_row(ind: Indicator, fiscal_year: int, rng: random.Random) -> Cells:
    target, style = target_of(ind), _style(ind, rng)
    row: Cells = {f"res_-{n}": ind.get(f"baseline{n}", "") for n in (3, 2, 1)}
    if target is None or style == "blank":
        return row
    row |= _ratio_periods(ind, target, style, rng) if ind["over_time"] == "ratio" else _periods(ind, target, style, rng)
    row |= _estimates(ind, target, str(row["total"]), fiscal_year, rng)
    row["success_factor"] = rng.choice(SUCCESS_FACTORS)
    return row


def _style(ind: Indicator, rng: random.Random) -> str:
    """How much of the row the unit fills: months, quarters, the grand total alone, nothing."""
    if ind["cycle"] == "yearly":
        return rng.choice(("quarters", "quarters", "total"))
    if ind["cycle"] == "half-yearly":
        return "quarters"
    weights = (50, 45, 0, 0) if ind["over_time"] in ("auto", "ratio") else (48, 38, 11, 3)
    return rng.choices(("months", "quarters", "total", "blank"), weights)[0]


def _given(ind: Indicator) -> tuple[int, ...]:
    """Quarters that the plan of this reporting cycle speaks of."""
    return {"yearly": (4,), "half-yearly": (2, 4)}.get(ind["cycle"], QUARTERS)


def _periods(ind: Indicator, target: Decimal, style: str, rng: random.Random) -> Cells:
    row: Cells = {"total": write(target, rng)}
    if style == "total":
        return row
    given = _given(ind)
    quarters = _quarter_figures(ind, target, len(given), rng)
    before = Decimal(0)
    for q, figure in zip(given, quarters, strict=True):
        row[f"q{q}"] = write(figure, rng)
        if style == "months":
            row |= dict(zip(month_keys(q), _months(ind, before, figure, rng), strict=True))
        before = figure
    return row


def _quarter_figures(ind: Indicator, target: Decimal, count: int, rng: random.Random) -> list[Decimal]:
    """One figure per planned quarter; together, under the aggregation over time, they make the target."""
    step = step_of(ind)
    if ind["over_time"] in ("sum", "auto"):
        return split(target, count, step / 2 if ind["over_time"] == "auto" else step, rng)
    if ind["over_time"] == "mean":
        return _around(target, count, rng)
    if ind["direction"] == "lower" or (not is_level(ind) and rng.random() < 0.3):
        return [target] * count
    return climb(max(step, target * Decimal("0.15")), target, count, step, rng)


def _around(target: Decimal, count: int, rng: random.Random) -> list[Decimal]:
    """Figures whose mean is exactly the target: a pair apart by the same on either side, the rest on it."""
    apart = (target / 10) * rng.randint(0, 2) if count > 1 else Decimal(0)
    figures = [target + apart, target - apart, *[target] * (count - 2)] if count > 1 else [target]
    rng.shuffle(figures)
    return figures


def _months(ind: Indicator, before: Decimal, figure: Decimal, rng: random.Random) -> list[str]:
    """The three months of a quarter as typed; "-" and blanks where nothing happens."""
    way, step = ind["over_time"], step_of(ind)
    if way in ("sum", "auto"):
        months = split(figure, 3, min(step, Decimal("0.5")) if way == "auto" else step, rng)
        return [rng.choice(("0", "-", "")) if v == 0 and figure != 0 else write(v, rng) for v in months]
    if way == "mean":
        return [write(v, rng) for v in _around(figure, 3, rng)]
    if ind["direction"] == "lower" or before >= figure:
        return [write(figure, rng)] * 3
    early = climb(max(before, step), figure, 3, step, rng)[:2] if rng.random() < 0.6 else []
    return [*(write(v, rng) for v in early), *[rng.choice(("-", ""))] * (2 - len(early)), write(figure, rng)]


def _ratio_periods(ind: Indicator, target: Decimal, style: str, rng: random.Random) -> Cells:
    """Cases done / cases due per period; totals pool them, and the pooled ratio is exactly the target."""
    numerator, denominator = (target / (100 if is_percent(ind) else 1)).as_integer_ratio()
    row: Cells = {}
    year = 0
    for q in _given(ind):
        times = [rng.randint(1, 4) for _ in range(3)]
        if style == "months":
            row |= {key: f"{numerator * n}/{denominator * n}" for key, n in zip(month_keys(q), times, strict=True)}
        row[f"q{q}"] = f"{numerator * sum(times)}/{denominator * sum(times)}"
        year += sum(times)
    return row | {"total": f"{numerator * year}/{denominator * year}"}


def _estimates(ind: Indicator, target: Decimal, total: str, fiscal_year: int, rng: random.Random) -> Cells:
    """Plans of the years around: the current one equals the grand total, the others drift a little in the direction."""
    step, drift = step_of(ind), rng.choice((0, 0, 0, 1) if is_level(ind) else (0, 0, 1, 2))
    better = -1 if ind["direction"] == "lower" else 1
    row: Cells = {}
    for at, key in enumerate(estimate_keys(fiscal_year)):
        value = _bounded(ind, target + better * drift * step * max(-3, min(at - 3, 5)))
        blank = rng.random() < (0.5 if key.startswith("est_r") else 0.15)
        row[key] = "" if blank else write(value, rng)
    last_year = measure(parse(ind.get("baseline1", "")), ind)
    if last_year is not None and rng.random() < 0.3:
        row["est_-1"] = write(last_year, rng)
    return row | {"est_0": total}


def _bounded(ind: Indicator, value: Decimal) -> Decimal:
    top = Decimal(5) if is_level(ind) else Decimal(100) if is_percent(ind) else None
    value = max(value, min(Decimal(1), target_of(ind) or Decimal(1)))
    return value if top is None else min(value, top)
