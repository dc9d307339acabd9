"""One indicator reported by many units -> one figure for all of them, by the indicator's own rule over units.

The second of two rules: the first (`schemas.scoring.to_date`) makes a year to date of a unit's quarters, this one makes
one figure of the units' results. Ratios are pooled from numerators and denominators, never averaged.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

KEYS = ["group", "indicator"]


def pooled_parts(
    values: np.ndarray, ways: np.ndarray, numerators: np.ndarray, denominators: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(numerator, denominator) behind each result to date, NaN where a result does not rest on one ratio.

    `values`, `numerators`, `denominators` are rows x quarters (NaN = not given). ratio: sums of both; last: the pair of
    the last quarter given; sum, max and mean of several ratios have no pair, of a single one that one.
    """
    given, paired = ~np.isnan(values), ~np.isnan(denominators) & ~np.isnan(numerators)
    count = given.sum(axis=1)
    last = values.shape[1] - 1 - np.argmax(given[:, ::-1], axis=1)
    at = np.arange(len(values))
    whole = (count > 0) & (given == (given & paired)).all(axis=1)
    single = (count > 0) & paired[at, last] & ((ways == "last") | (count == 1))
    total = (ways == "ratio") & whole
    found = []
    for part in (numerators, denominators):
        summed = np.where(total, np.nansum(np.where(given, part, np.nan), axis=1), np.nan)
        found.append(np.where(total, summed, np.where(single, part[at, last], np.nan)))
    return found[0], found[1]


def rolled_up(frame: pd.DataFrame) -> pd.Series:
    """Results of many units -> one a group and indicator, by `way`; NaN where the rule gives none.

    `frame`: group, indicator, way, value, weight, numerator, denominator, percent; rows without a value are left out.
    sum, mean, max, min of the values; weighted_mean: sum(w x) / sum(w), where every unit has a weight; ratio:
    sum(n) / sum(d), x100 where `percent`, where every value is a ratio; none: nothing. The index is KEYS.
    """
    known = frame[frame["value"].notna()]
    heavy = known["weight"].where(known["weight"] > 0)
    parts = known.assign(
        wx=heavy * known["value"],
        w=heavy,
        lacks=heavy.isna(),
        unpaired=known["numerator"].isna() | known["denominator"].isna(),
    ).groupby(KEYS, sort=False)
    value, sums, first = parts["value"], parts[["wx", "w", "numerator", "denominator"]].sum(), parts.first()
    lacks, unpaired = parts["lacks"].any(), parts["unpaired"].any()
    pooled = sums["numerator"] / sums["denominator"].where(sums["denominator"] != 0)
    by_way = {
        "sum": value.sum(),
        "mean": value.mean(),
        "max": value.max(),
        "min": value.min(),
        "weighted_mean": (sums["wx"] / sums["w"]).where(~lacks),
        "ratio": (pooled * np.where(first["percent"], 100.0, 1.0)).where(~unpaired),
    }
    found = pd.Series(np.nan, index=first.index)
    for way, figures in by_way.items():
        found = found.where(first["way"] != way, figures)
    return found


def common_target(frame: pd.DataFrame) -> pd.Series:
    """The target that stands beside the figure of each group: the sum under `sum`, else the one all units share, else NaN.

    `frame`: group, indicator, way, target.
    """
    parts = frame.groupby(KEYS, sort=False)
    target, way = parts["target"], parts["way"].first()
    shared = target.first().where((target.nunique() == 1) & (target.count() == parts.size()))
    return shared.where(way != "sum", target.sum(min_count=1)).where(way != "none")
