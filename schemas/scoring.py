"""Results and criteria -> scores 1 to 5, exact after rounding half up; one mechanism: points, linear or step, floor and cap.

Vectors are computed in float64; every value that lies within 1e-7 of a rounding tie or of a threshold is computed again
with exact fractions, because float64 alone differs in 2 % of hard cases (60/65 at weight 7.5).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

import numpy as np

from schemas.numbers import parse
from schemas.plan_book.cells import BAND

FLOOR, CAP = 1, 5
NEAR = 1e-7


Points = tuple[tuple[Fraction, Fraction], ...]


@dataclass(frozen=True)
class Scale:
    """Points (value, score) in ascending score; `step` holds the level until the next point, else linear between them.

    `far` is the other side of a middle-is-best scale, its values running the other way: the lower of both scores counts.
    Whatever the points say, a score never leaves FLOOR..CAP, and a value before the first point scores FLOOR.
    """

    points: Points
    step: bool = False
    far: Points = ()

    @property
    def falling(self) -> bool:
        """Lower is better: the values run down as the scores run up."""
        return _falls(self.points)

    @property
    def sides(self) -> tuple[Points, ...]:
        """The one or two runs of points."""
        return (self.points, self.far) if self.far else (self.points,)


def _falls(points: Points) -> bool:
    return points[-1][0] < points[0][0]


def _criterion(text: str, high: bool = False) -> Fraction | None:
    """A criterion as a figure; of a range the lower bound, or the upper where `high`."""
    band = BAND.fullmatch(text)
    number = parse(band[2 if high else 1] if band else text)
    return Fraction(number.value) if number.value is not None and number.status == "number" else None


def levels_of(levels: str) -> tuple[Fraction, ...]:
    """The scores of criteria 1, 2, …, of 5: "" or "1-5" -> 1 2 3 4 5; "50/75/100" -> 2.5 3.75 5, in proportion to the last."""
    if "/" not in levels:
        return tuple(Fraction(n) for n in range(1, 6))
    given = [Fraction(part) for part in levels.split("/")]
    return tuple(point * CAP / given[-1] for point in given)


@lru_cache(maxsize=65536)
def scale(
    scoring: str, criteria: tuple[str, ...], direction: str = "higher", target: str = "", levels: str = ""
) -> Scale | None:
    """The scale of an indicator from its mode and the texts of its criteria; None where there is nothing to score by.

    interpolate: given criteria are points, gaps are bridged. band: lower bounds, stepwise. level: 1..5 as they are.
    yes_no: 1 is yes and scores 5, less is no and scores 1. `levels` says what each criterion scores (`levels_of`).
    Direction middle: criteria are ranges one inside the other (70-130 … 95-105), or distances from the target.
    """
    if scoring == "level":
        return Scale(tuple((Fraction(n), Fraction(n)) for n in range(1, 6)))
    if scoring == "yes_no":
        return Scale(((Fraction(0), Fraction(FLOOR)), (Fraction(1), Fraction(CAP))), step=True)
    if scoring not in ("interpolate", "band"):
        return None
    scored = list(zip(levels_of(levels), criteria, strict=False))
    if direction == "middle":
        return _middle(scored, _criterion(target), scoring == "band")
    points = tuple((v, s) for s, t in scored if (v := _criterion(t)) is not None)
    return Scale(points, scoring == "band") if len(points) >= 2 else None


def _middle(scored: Sequence[tuple[Fraction, str]], target: Fraction | None, step: bool) -> Scale | None:
    """Both sides of a middle-is-best scale; None where the criteria do not close in on the middle."""
    found = [
        (s, low, high)
        for s, t in scored
        if (low := _criterion(t)) is not None and (high := _criterion(t, True)) is not None
    ]
    if not any(BAND.fullmatch(t) for _, t in scored):
        if target is None:
            return None
        found = [(s, target - low, target + low) for s, low, _ in found]
    near, far = tuple((low, s) for s, low, _ in found), tuple((high, s) for s, _, high in found)
    closing = all(a[0] <= b[0] for a, b in pairwise(near)) and all(a[0] >= b[0] for a, b in pairwise(far))
    return Scale(near, step, far) if len(found) >= 2 and closing and near[-1][0] <= far[-1][0] else None


def score_exact(by: Scale, value: Fraction) -> Fraction:
    """The score of one value, exactly. At equal neighbours the higher level counts; never outside 1..5.

    Source: linear interpolation between levels (เทียบบัญญัติไตรยางศ์), i + (x - t_i) / (t_(i+1) - t_i).
    """
    signs = (-1 if by.falling else 1,) if not by.far else (1, -1)
    found = min(_exact_side(points, sign, by.step, value) for points, sign in zip(by.sides, signs, strict=True))
    return min(Fraction(CAP), max(Fraction(FLOOR), found))


def _exact_side(points: Points, sign: int, step: bool, value: Fraction) -> Fraction:
    at = max((n for n, (t, _) in enumerate(points) if value * sign >= t * sign), default=-1)
    if at < 0:
        return Fraction(FLOOR)
    low, score = points[at]
    if step or at == len(points) - 1:
        return score
    high, above = points[at + 1]
    return score + (above - score) * (value - low) / (high - low)


def score_float(by: Scale, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(scores, near): the scores of many values in float64, and where a value lies so near a threshold that only the
    exact way is safe. NaN stays NaN."""
    signs = (-1.0 if by.falling else 1.0,) if not by.far else (1.0, -1.0)
    sides = [_float_side(points, sign, by.step, values) for points, sign in zip(by.sides, signs, strict=True)]
    found = np.clip(np.minimum.reduce([score for score, _ in sides]), FLOOR, CAP)
    near: np.ndarray = np.any(np.vstack([near for _, near in sides]), axis=0)
    return found, near & ~np.isnan(values)


def _float_side(points: Points, sign: float, step: bool, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    edges = np.array([float(t) for t, _ in points]) * sign
    levels = np.array([float(s) for _, s in points])
    x = values * sign
    at = np.searchsorted(edges, x, side="right") - 1
    inside = np.clip(at, 0, len(edges) - 1)
    above = np.clip(at + 1, 0, len(edges) - 1)
    span = np.where(edges[above] > edges[inside], edges[above] - edges[inside], 1.0)
    part = 0.0 if step else np.where(above > inside, (x - edges[inside]) / span, 0.0)
    found = np.where(at < 0, FLOOR, levels[inside] + (levels[above] - levels[inside]) * part)
    close = np.abs(x[:, None] - edges[None, :]) <= NEAR * np.maximum(1.0, np.abs(edges))[None, :]
    near: np.ndarray = np.any(close, axis=1)
    return np.where(np.isnan(values), np.nan, found), near


def half_up(value: Fraction, places: int) -> float:
    """`value` rounded half up (away from zero) to so many places: 0.00005 -> 0.0001."""
    unit = 10**places
    scaled = abs(value) * unit
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return (-1 if value < 0 else 1) * whole / unit


def half_up_float(values: np.ndarray, places: int) -> tuple[np.ndarray, np.ndarray]:
    """(rounded, near): many floats rounded half up, and where a float lies too near a tie to be trusted."""
    scaled = np.abs(values) * 10.0**places
    whole = np.floor(scaled + 0.5)
    near = np.abs(scaled - np.floor(scaled) - 0.5) < NEAR * np.maximum(1.0, scaled)
    return np.sign(values) * whole / 10.0**places, near & ~np.isnan(values)


WAYS = ("sum", "last", "max", "mean", "ratio")


def to_date(
    values: np.ndarray,
    ways: np.ndarray,
    numerators: np.ndarray | None = None,
    denominators: np.ndarray | None = None,
    percent: np.ndarray | None = None,
) -> np.ndarray:
    """Aggregate of the quarters given so far: `values` is rows x quarters (NaN = not given), `ways` one word a row.

    sum, last, max, mean of what was given; ratio = sum of numerators / sum of denominators (x100 where `percent`),
    never a mean of ratios; none -> NaN.
    """
    from schemas.rules.totals import aggregates

    table = aggregates(values)
    found = np.full(len(values), np.nan)
    for way in ("sum", "last", "max", "mean"):
        found = np.where(ways == way, table[way], found)
    if numerators is not None and denominators is not None and percent is not None:
        with np.errstate(invalid="ignore", divide="ignore"):
            pooled = np.nansum(numerators, axis=1) / np.nansum(denominators, axis=1) * np.where(percent, 100.0, 1.0)
        complete = ~np.isnan(denominators).all(axis=1) & (np.isnan(values) == np.isnan(denominators)).all(axis=1)
        found = np.where(ways == "ratio", np.where(complete, pooled, table["last"]), found)
    return found


def to_date_exact(
    values: Sequence[Fraction | None],
    way: str,
    parts: Sequence[tuple[Fraction, Fraction] | None] = (),
    percent: bool = False,
) -> Fraction | None:
    """The same for one row, exactly; None where nothing was given."""
    given = [v for v in values if v is not None]
    if not given or way == "none":
        return None
    pairs = [p for p in parts if p is not None]
    if way == "ratio" and len(pairs) == len(given):
        return (
            sum((n for n, _ in pairs), Fraction(0)) / sum((d for _, d in pairs), Fraction(0)) * (100 if percent else 1)
        )
    if way == "sum":
        return sum(given, Fraction(0))
    if way == "max":
        return max(given)
    return sum(given, Fraction(0)) / len(given) if way == "mean" else given[-1]


def resolve_auto(ways: np.ndarray, totals: np.ndarray, lasts: np.ndarray, bases: np.ndarray) -> np.ndarray:
    """`auto` becomes last where the plan's grand total equals its last quarter, else sum; without a grand total the
    basis decides (cumulative: last)."""
    with np.errstate(invalid="ignore"):
        equal = np.abs(totals - lasts) <= 1e-9
    chosen = np.where(np.isnan(totals), np.where(bases == "period", "sum", "last"), np.where(equal, "last", "sum"))
    return np.where(ways == "auto", chosen, ways)


def computed_status(
    result: np.ndarray, plan: np.ndarray, direction: np.ndarray, level: np.ndarray, tolerance: float
) -> np.ndarray:
    """on, ahead or behind: result to date against plan to date, by direction; "" where either is missing.

    `tolerance` in per cent of the plan; level indicators compare exactly; middle-is-best has no ahead or behind.
    """
    sign = np.where(direction == "lower", -1.0, 1.0)
    margin = np.where(level, 0.0, np.abs(plan) * tolerance / 100.0) + 1e-9
    with np.errstate(invalid="ignore"):
        gap = (result - plan) * sign
        found = np.where(gap < -margin, "behind", np.where(gap > margin, "ahead", "on")).astype(object)
    return np.where(np.isnan(result) | np.isnan(plan) | (direction == "middle"), "", found)


_CONDITION = re.compile(r"\s*(<=|<|>=|>)\s*([0-9.]+)\s*=\s*([0-9.]+)\s*")


@lru_cache(maxsize=64)
def bands(text: str) -> tuple[tuple[str, Fraction, float], ...]:
    """Setting `bands` -> (operator, edge in per cent, points), e.g. "<100=200; <=100=300; <110=400; >=110=500"."""
    found = []
    for part in text.split(";"):
        match = _CONDITION.fullmatch(part)
        if not match:
            raise ValueError(part)
        found.append((match[1], Fraction(match[2]), float(match[3])))
    return tuple(found)


def pmqa_points(
    result: Fraction, target: Fraction, direction: str, table: Sequence[tuple[str, Fraction, float]]
) -> tuple[Fraction, float] | None:
    """(per cent of target, points) by the PMQA bands, on the unrounded per cent; None where the target is 0.

    Lower is better: 200 - result / target x 100.
    """
    if target == 0:
        return None
    percent = result / target * 100
    if direction == "lower":
        percent = 200 - percent
    holds = {"<": percent.__lt__, "<=": percent.__le__, ">": percent.__gt__, ">=": percent.__ge__}
    for operator, edge, points in table:
        if holds[operator](edge):
            return percent, points
    return percent, float("nan")


def light(score: np.ndarray, green: float, yellow: float) -> np.ndarray:
    """green, yellow, red by the score; grey where there is none."""
    with np.errstate(invalid="ignore"):
        colour = np.where(score >= green, "green", np.where(score >= yellow, "yellow", "red")).astype(object)
    return np.where(np.isnan(score), "grey", colour)


def figures_of(row: Mapping[str, str]) -> tuple[Fraction | None, tuple[Fraction, Fraction] | None]:
    """Exact value and (numerator, denominator) of a fact as the ledger keeps it."""
    value = Fraction(row["value"]) if row["value"] else None
    pair = (Fraction(row["numerator"]), Fraction(row["denominator"])) if row["denominator"] else None
    return value, pair
