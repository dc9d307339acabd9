"""A scored quarter and labels of its rows -> totals per label: counts, coverage, the two totals, the headline."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import numpy as np
import pandas as pd

from pipeline.score.quarter import Quarter
from schemas.numbers import parse
from schemas.scoring import half_up, half_up_float, light
from schemas.states import LOCKED


def totals(quarter: Quarter, labels: np.ndarray, at: np.ndarray) -> pd.DataFrame:
    """Totals per label (index): counts, coverage, the two totals, headline. Row `at[k]` belongs to `labels[k]`; a row
    may belong to several (its unit's parents, the whole office)."""
    plan = quarter.plan
    weight = np.nan_to_num(quarter.wide["weight"].to_numpy(dtype=float))
    scorable = (
        (weight > 0) & ~quarter.wide["scoring"].isin(["none", "percent_of_target"])
    ).to_numpy() & quarter.applies
    scored = scorable & ~np.isnan(quarter.raw)
    floor = Fraction(parse(plan.settings["unreported_at_year_end"]).value or 0) if quarter.q == 4 else Fraction(0)
    table = _sums(quarter, weight, scorable, scored).iloc[at].groupby(labels, sort=False).sum()
    members = {str(g): at[n] for g, n in pd.Series(labels).groupby(labels, sort=False).indices.items()}
    table["coverage"] = _coverage(quarter, table, members, scorable, scored)
    reported = (table["ws"] / table["wr"].where(table["wr"] > 0)).to_numpy()
    whole = ((table["ws"] + float(floor) * (table["w"] - table["wr"])) / table["w"].where(table["wr"] > 0)).to_numpy()
    table["score_reported"] = _rounded(quarter, reported, table.index, members, scored, scored, floor)
    table["score_all"] = _rounded(quarter, whole, table.index, members, scored, scorable, floor)
    table["headline"] = table["score_all" if plan.settings["headline"] == "all" else "score_reported"]
    headline = table["headline"].to_numpy(dtype=float)
    table["headline_percent"] = half_up_float(headline * 20, 2)[0]
    table["light"] = light(headline, plan.number("green_from"), plan.number("yellow_from"))
    return table


def _sums(quarter: Quarter, weight: np.ndarray, scorable: np.ndarray, scored: np.ndarray) -> pd.DataFrame:
    """What is added up, a line per row: w = weight that may score, wr = of it reported, ws = weight x score; and counts."""
    state, late = quarter.wide[f"state{quarter.q}"], quarter.wide[f"late{quarter.q}"]
    return pd.DataFrame(
        {
            "w": np.where(scorable, weight, 0.0),
            "wr": np.where(scored, weight, 0.0),
            "ws": np.where(scored, weight * np.nan_to_num(quarter.raw), 0.0),
            "indicators": quarter.applies.astype(int),
            "reported": (quarter.said == "reported").astype(int),
            "confirmed": (state.isin(LOCKED).to_numpy() & quarter.applies).astype(int),
            "held": (quarter.said == "held").astype(int),
            "behind": (quarter.status == "behind").astype(int),
            "late": late.astype(int).to_numpy(),
            **{c: ((quarter.light == c) & quarter.applies).astype(int) for c in ("green", "yellow", "red", "grey")},
        }
    )


def _coverage(
    quarter: Quarter,
    table: pd.DataFrame,
    members: Mapping[str, np.ndarray],
    scorable: np.ndarray,
    scored: np.ndarray,
) -> np.ndarray:
    """Reported share of the weight in per cent, 2 decimals; of the indicators where nothing has a weight."""
    share = np.where(
        table["w"] > 0,
        table["wr"] / table["w"].where(table["w"] > 0),
        table["reported"] / table["indicators"].where(table["indicators"] > 0, 1),
    )
    rounded, near = half_up_float(share * 100, 2)
    for place in np.flatnonzero(near & (table["w"] > 0).to_numpy()):
        rows = [int(n) for n in members[str(table.index[place])] if scorable[n]]
        given = sum((quarter.weight_exact(n) for n in rows if scored[n]), Fraction(0))
        exact = given / sum((quarter.weight_exact(n) for n in rows), Fraction(0))
        rounded[place] = half_up(exact * 100, 2)
    return rounded


def _rounded(
    quarter: Quarter,
    values: np.ndarray,
    index: pd.Index,
    members: Mapping[str, np.ndarray],
    scored: np.ndarray,
    counted: np.ndarray,
    floor: Fraction,
) -> np.ndarray:
    """Totals to 4 decimals, half up; those near a tie again from exact parts (`counted` rows make the divisor)."""
    rounded, near = half_up_float(values, 4)
    for place in np.flatnonzero(near):
        rows = [int(n) for n in members[str(index[place])] if counted[n]]
        top = sum(
            (quarter.weight_exact(n) * ((quarter.exact_score(n) or floor) if scored[n] else floor) for n in rows),
            Fraction(0),
        )
        rounded[place] = half_up(top / sum((quarter.weight_exact(n) for n in rows), Fraction(0)), 4)
    return rounded
