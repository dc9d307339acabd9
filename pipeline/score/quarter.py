"""Consolidated rows and a plan -> results, plans, scores, lights and status of every row at one quarter, as arrays."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pandas as pd

from schemas.numbers import parse
from schemas.plan import Plan
from schemas.plan_book.columns import CRITERIA
from schemas.rows import PERCENT_UNIT
from schemas.scoring import (
    Scale,
    bands,
    computed_status,
    figures_of,
    half_up,
    half_up_float,
    light,
    pmqa_points,
    resolve_auto,
    scale,
    score_exact,
    score_float,
    to_date,
    to_date_exact,
)

# What `schemas.scoring.scale` is told of a row beside its criteria, which depend on the quarter.
_SCALE_KEYS = ("scoring", "direction", "target_text", "levels")


def _criteria_at(wide: pd.DataFrame, q: int) -> pd.DataFrame:
    """The criteria in force: in quarters 1 and 2 those of round 1 (รอบที่ 1) where the plan gives them."""
    usual = wide[list(CRITERIA)]
    if q > 2:
        return usual
    first = wide[[f"h1{c}" for c in CRITERIA]].set_axis(list(CRITERIA), axis=1)
    given = (first != "").any(axis=1)
    return usual.where(~given, first)


class Quarter:
    """Results, scores and status of every row at one quarter."""

    def __init__(self, wide: pd.DataFrame, plan: Plan, q: int) -> None:
        self.wide, self.plan, self.q = wide, plan, q
        self.ways = resolve_auto(
            wide["over_time"].to_numpy(dtype=object),
            wide["plan_total"].to_numpy(dtype=float),
            wide["p4"].to_numpy(dtype=float),
            wide["basis"].to_numpy(dtype=object),
        )
        self.applies = (wide["applies"] != "no").to_numpy()
        self.criteria = _criteria_at(wide, q)
        self.percent = (wide["unit_of_measure"] == PERCENT_UNIT).to_numpy()
        self.said = np.where(self.applies, wide[f"said{q}"].to_numpy(dtype=object), "not_applicable")
        self.result = self._result()
        self.planned = self._planned()
        carried = (self.said == "not_due") & ~np.isnan(self.result)
        self.counted = ((self.said == "reported") | carried) & ~np.isnan(self.result)
        self.raw, self.score, self.weighted = self._scores()
        self.light = light(self.score, plan.number("green_from"), plan.number("yellow_from"))
        self.declared = wide[f"plan_status{q}"].to_numpy(dtype=object)
        self.computed = np.where(
            self.counted,
            computed_status(
                self.result,
                self.planned,
                wide["direction"].to_numpy(dtype=object),
                (wide["scoring"] == "level").to_numpy(),
                plan.number("status_tolerance"),
            ),
            "",
        )
        self.declared = np.where(self.applies, self.declared, "")
        both_behind = (self.declared == "behind") | (self.computed == "behind")
        self.status = np.where(both_behind, "behind", np.where(self.declared != "", self.declared, self.computed))

    # -- results and plans to date ---------------------------------------------------------------------------------

    def matrix(self, letter: str) -> np.ndarray:
        """Rows x quarters of the figures under a letter: v = results, p = plans."""
        return np.column_stack([self.wide[f"{letter}{n}"].to_numpy(dtype=float) for n in range(1, self.q + 1)])

    def parts(self, letter: str) -> np.ndarray:
        """Rows x quarters of the numerators (n) or denominators (d); NaN where none is given."""
        return np.column_stack(
            [
                pd.to_numeric(self.wide[f"{letter}{n}"], errors="coerce").to_numpy(dtype=float)
                for n in range(1, self.q + 1)
            ]
        )

    def _result(self) -> np.ndarray:
        return to_date(self.matrix("v"), self.ways, self.parts("n"), self.parts("d"), self.percent)

    def _planned(self) -> np.ndarray:
        ways = np.where(self.ways == "ratio", "last", self.ways)
        found = to_date(self.matrix("p"), ways)
        total = self.wide["plan_total"].to_numpy(dtype=float)
        return np.where(np.isnan(found) & (self.q == 4), total, found)

    def _exact_result(self, n: int) -> Fraction | None:
        row = self.wide.iloc[n]
        values, pairs = [], []
        for q in range(1, self.q + 1):
            value, pair = figures_of({"value": row[f"x{q}"], "numerator": row[f"n{q}"], "denominator": row[f"d{q}"]})
            if pair and self.percent[n]:
                value = pair[0] / pair[1] * 100
            elif pair:
                value = pair[0] / pair[1]
            values.append(value)
            pairs.append(pair)
        return to_date_exact(values, str(self.ways[n]), pairs, bool(self.percent[n]))

    # -- scores -----------------------------------------------------------------------------------------------------

    def scale_of(self, n: int) -> Scale | None:
        """The scale of a row, with the criteria in force this quarter."""
        scoring, direction, target, levels = (str(self.wide[k].iat[n]) for k in _SCALE_KEYS)
        return scale(scoring, tuple(self.criteria.iloc[n]), direction, target, levels)

    def exact_score(self, n: int) -> Fraction | None:
        """The unrounded score of a row as a fraction; None where it has none."""
        by = self.scale_of(n)
        value = self._exact_result(n) if self.counted[n] else None
        return score_exact(by, value) - self._penalty(n) if by and value is not None else None

    def _penalty(self, n: int) -> Fraction:
        per_report = Fraction(str(self.plan.settings["late_penalty"]))
        if not per_report:
            return Fraction(0)
        times = sum(bool(self.wide[f"late{q}"].iat[n]) for q in range(1, self.q + 1))
        by = self.scale_of(n)
        value = self._exact_result(n)
        room = score_exact(by, value) - 1 if by and value is not None else Fraction(0)
        return min(per_report * times, max(room, Fraction(0)))

    def weight_exact(self, n: int) -> Fraction:
        """A row's weight as a fraction, 0 where none is given."""
        number = parse(self.wide["weight_text"].iat[n])
        return Fraction(number.value) if number.value is not None else Fraction(0)

    def _scores(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(unrounded, score to 4 decimals, weighted score to 4 decimals), rounded half up and exact."""
        count = len(self.wide)
        raw, unsure = np.full(count, np.nan), np.zeros(count, dtype=bool)
        keys = [self.wide[k] for k in _SCALE_KEYS] + [self.criteria[c] for c in CRITERIA]
        for at in self.wide.groupby(keys, sort=False).indices.values():
            by = self.scale_of(int(at[0]))
            if by is None:
                continue
            at = at[self.counted[at]]
            raw[at], near = score_float(by, self.result[at])
            unsure[at] |= near
        if Fraction(str(self.plan.settings["late_penalty"])):
            unsure |= self.counted
        for n in np.flatnonzero(unsure & ~np.isnan(raw)):
            raw[n] = float(self.exact_score(int(n)) or 0)
        score, near = half_up_float(raw, 4)
        weights = self.wide["weight"].to_numpy(dtype=float)
        weighted, near_weighted = half_up_float(raw * weights / 100, 4)
        for n in np.flatnonzero(near | near_weighted):
            exact = self.exact_score(int(n)) or Fraction(0)
            score[n] = half_up(exact, 4)
            weighted[n] = half_up(exact * self.weight_exact(int(n)) / 100, 4) if weights[n] == weights[n] else np.nan
        return raw, score, weighted

    def rounded_to_2(self, values: np.ndarray, exact: Callable[[int], Fraction | None]) -> np.ndarray:
        """Per cents to 2 decimals, half up; those near a tie again from `exact(row)`."""
        rounded, near = half_up_float(values, 2)
        for n in np.flatnonzero(near):
            rounded[n] = half_up(exact(int(n)) or Fraction(0), 2)
        return rounded

    def exact_achievement(self, n: int) -> Fraction | None:
        """A row's result in per cent of its target as a fraction; None without either, or where the target is 0."""
        result, target = self._exact_result(n), parse(self.wide["target_text"].iat[n]).value
        return result / Fraction(target) * 100 if result is not None and target else None

    def points(self) -> np.ndarray:
        """PMQA points by the bands of the settings; NaN where a row is scored otherwise or has no result."""
        found = np.full(len(self.wide), np.nan)
        table = bands(self.plan.settings["bands"])
        for n in np.flatnonzero((self.wide["scoring"] == "percent_of_target").to_numpy() & self.counted):
            target, result = parse(self.wide["target_text"].iat[n]).value, self._exact_result(int(n))
            points = (
                pmqa_points(result, Fraction(target), self.wide["direction"].iat[n], table)
                if target is not None and result is not None
                else None
            )
            if points:
                found[n] = points[1]
        return found
