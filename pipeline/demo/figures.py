"""Figures of plans and results: targets, totals, plan to date, declared status, and splitting a target into periods."""

from __future__ import annotations

import random
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from schemas.numbers import Number, parse, plain

Indicator = dict[str, str]
PERCENT = "ร้อยละ"
TOLERANCE = Decimal("0.05")
# "The less the better" may be turned round in two ways, a quarter of a per cent apart at the edge: keep clear of it.
_MARGIN = Decimal("0.012")


def is_level(indicator: Indicator) -> bool:
    """Measured in levels 0 to 5."""
    return indicator["unit_of_measure"].startswith("ระดับ")


def is_percent(indicator: Indicator) -> bool:
    """Measured in per cent."""
    return indicator["unit_of_measure"] == PERCENT


def target_of(indicator: Indicator) -> Decimal | None:
    """The target in the unit of measure: a target on the level scale is the criterion of that level."""
    on_levels = indicator["target_scale"] == "level" and indicator["scoring"] == "interpolate"
    text = indicator.get(f"c{indicator['target']}", "") if on_levels else indicator.get("target", "")
    return parse(text).value


def step_of(indicator: Indicator) -> Decimal:
    """The finest step people plan this indicator in: 1, or 50 for five-digit figures."""
    target = target_of(indicator) or Decimal(0)
    digits = len(str(int(target)))
    return Decimal(1) if digits < 4 else Decimal(5 * 10 ** (digits - 4))


def measure(number: Number, indicator: Indicator) -> Decimal | None:
    """The value of a cell in the unit of measure: "85/100" of a per-cent indicator is 85."""
    if number.value is None:
        return None
    return number.value * 100 if number.status == "ratio" and is_percent(indicator) else number.value


def total(indicator: Indicator, texts: Sequence[str], way: str) -> Decimal | None:
    """What the figures given in `texts` make together under the aggregation `way`; None where none is given."""
    numbers = [n for n in map(parse, texts) if n.given]
    values = [v for v in (measure(n, indicator) for n in numbers) if v is not None]
    if not values:
        return None
    if way == "ratio":
        over = sum((n.numerator or Decimal(0) for n in numbers), Decimal(0))
        under = sum((n.denominator or Decimal(0) for n in numbers), Decimal(0))
        return over / under * (100 if is_percent(indicator) else 1)
    if way == "mean":
        return sum(values, Decimal(0)) / len(values)
    return {"sum": sum(values, Decimal(0)), "max": max(values)}.get(way, values[-1])


def way_of(indicator: Indicator, plan: dict[str, object]) -> str:
    """The aggregation over time; `auto` is last where the plan's grand total equals the last quarter, else sum."""
    if indicator["over_time"] != "auto":
        return indicator["over_time"]
    given = [n.value for n in (parse(str(plan.get(f"q{q}", ""))) for q in (1, 2, 3, 4)) if n.given]
    return "last" if given and parse(str(plan.get("total", ""))).value == given[-1] else "sum"


def plan_to_date(indicator: Indicator, plan: dict[str, object], quarter: int) -> Decimal | None:
    """The plan up to a quarter; at the year's end a grand total alone is a plan too."""
    texts = [str(plan.get(f"q{q}", "")) for q in range(1, quarter + 1)]
    found = total(indicator, texts, way_of(indicator, plan))
    if found is None and quarter == 4:
        return measure(parse(str(plan.get("total", ""))), indicator)
    return found


def status(indicator: Indicator, result: Decimal, plan: Decimal | None) -> str:
    """on, ahead or behind: the result to date against the plan to date; levels exactly, all else within 5 per cent."""
    if plan is None or result == plan:
        return "on"
    better = (result > plan) == (indicator["direction"] != "lower")
    near = indicator["scoring"] != "level" and abs(result - plan) <= TOLERANCE * plan
    return "on" if near else "ahead" if better else "behind"


def is_clear(indicator: Indicator, result: Decimal, plan: Decimal | None) -> bool:
    """Whether everyone agrees on the status: not at the edge of the tolerance, and no result against a plan of 0."""
    if plan is None or result == plan or indicator["scoring"] == "level":
        return True
    return plan != 0 and abs(abs(result / plan - 1) - TOLERANCE) > _MARGIN


def rounded(value: Decimal, step: Decimal) -> Decimal:
    """`value` to the nearest multiple of `step`, halves up."""
    return (value / step).quantize(Decimal(1), ROUND_HALF_UP) * step


def split(whole: Decimal, parts: int, step: Decimal, rng: random.Random) -> list[Decimal]:
    """`whole` in `parts` uneven multiples of `step` that sum to it exactly; a remainder below `step` is in the last."""
    weights = [rng.choice((3, 4, 4, 5, 6)) for _ in range(parts)]
    cuts = [rounded(whole * sum(weights[:n]) / sum(weights), step) for n in range(1, parts)]
    edges = [Decimal(0), *cuts, whole]
    return [b - a for a, b in pairwise(edges)]


def climb(low: Decimal, high: Decimal, parts: int, step: Decimal, rng: random.Random) -> list[Decimal]:
    """`parts` positions from above `low` to exactly `high`, never going back."""
    inner = sorted(rounded(low + (high - low) * Decimal(rng.randint(25, 95)) / 100, step) for _ in range(parts - 1))
    return [*inner, high]


def write(value: Decimal, rng: random.Random) -> str:
    """A figure as people type it: 11400, sometimes 11,400."""
    return f"{value:,f}" if value >= 1000 and value == int(value) and rng.random() < 0.4 else plain(value)
