"""Figures of a batch -> which look typed in the wrong unit (x1,000, x1,000,000, divided) or stand far from the unit's history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline.validate.figures import Figures, Known, joined, shares
from pipeline.validate.past import Past
from schemas.doubts import middle_of, outliers, slips, typical
from schemas.language import Text

LIKE = (
    Text("เป้าหมาย", "the target"),
    Text("ผลปีก่อน", "last year's result"),
    Text("ค่ากลางของหน่วยงานอื่น", "the middle of other units"),
    Text("แผนของหน่วยงานเอง", "the unit's own plan"),
    Text("ค่าอื่นของหน่วยงานเอง", "the unit's own other figures"),
)
BOUND = Text("ร้อยละเต็ม", "a full hundred per cent")


@dataclass(frozen=True)
class Slip:
    """One figure in a wrong unit: its column, what it is measured against, and how many times it is that (or 1/times)."""

    column: int
    large: bool
    times: float
    reference: float
    like: Text


def slips_of(
    figures: Figures,
    known: Known,
    others: Figures,
    last: np.ndarray,
    planned: np.ndarray,
    own: np.ndarray,
    reached: np.ndarray,
) -> dict[int, list[Slip]]:
    """Line -> its slips. `last`, `planned` and `own` have a figure per cell: what was reported of the same period in
    years before, the unit's own plan of it, the unit's other figures. `reached` marks lines whose result to date is where
    it should be: then one part of a sum may be small."""
    share = shares(known, figures.keys)
    references = [known.target[:, None] * share, last, _peers(figures, others)]
    stack = np.stack(references).reshape(len(references), -1)
    values = figures.values.ravel()
    wide = np.ones_like(share, dtype=bool)
    free = np.isin(known.way, ["sum", "auto"])[:, None] & (share < 1) & (np.isnan(planned) | reached[:, None])
    free &= ~_divided(figures.values)
    foreseen = _sane(planned, known.target[:, None] * wide)
    found, shown = slips(
        values, foreseen.ravel(), stack, own.ravel(), (known.percent[:, None] & wide).ravel(), free.ravel()
    )
    every = np.vstack([stack, planned.ravel()[None, :], own.ravel()[None, :]])
    table: dict[int, list[Slip]] = {}
    for at in np.flatnonzero(found):
        line, column = divmod(int(at), len(figures.keys))
        reference = 100.0 if shown[at] < 0 else float(every[shown[at], at])
        like = _named(int(shown[at]), bool(share[line, column] < 1))
        ratio = abs(values[at]) / reference
        large = bool(found[at] > 0)
        table.setdefault(line, []).append(Slip(column, large, ratio if large else 1 / ratio, reference, like))
    return table


def _divided(values: np.ndarray) -> np.ndarray:
    """Figures that look as if a thousand had been divided away: 2.745, 0.02; nobody plans or counts so finely."""
    with np.errstate(invalid="ignore"):
        thousandths = np.abs(values * 100 - np.rint(values * 100)) > 1e-6
        return thousandths | ((np.abs(values) < 0.1) & (values != 0))


def _sane(planned: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The unit's own plan where it is not itself thirty times the year's target: two slips do not excuse each other."""
    with np.errstate(invalid="ignore"):
        return np.where(planned >= 30 * target, np.nan, planned)


def _named(reference: int, part: bool) -> Text:
    """What a figure was measured against; targets and past results are shared out over the parts of a sum."""
    if reference < 0:
        return BOUND
    like = LIKE[reference]
    return Text(f"{like.th}เฉลี่ยต่องวด", f"{like.en} shared out by period") if part and reference < 2 else like


def _peers(figures: Figures, others: Figures) -> np.ndarray:
    """Per cell the middle of all units that gave it, NaN where too few did or they differ too much."""
    everyone = joined(figures, others)
    found = np.full(figures.values.shape, np.nan)
    groups = pd.Series(range(len(everyone.units))).groupby([everyone.indicators, everyone.periods], sort=False)
    for lines in groups.indices.values():
        if len(lines) >= 5:
            mine = lines[lines < len(figures.units)]
            found[mine] = typical(everyone.values[lines])[None, :]
    return found


def last_years(figures: Figures, known: Known, earlier: pd.DataFrame) -> np.ndarray:
    """Per cell what was reported of the same quarter a year before, else the middle of the plan's past results."""
    usual = middle_of(known.baselines)[:, None] * shares(known, figures.keys)
    same = _earlier(figures, earlier)
    return usual if not len(same) else np.where(np.isnan(same[0])[:, None], usual, same[0][:, None])


def own_of_row(figures: Figures, known: Known) -> np.ndarray:
    """Per cell the middle of the row's figures, brought to the cell's share of a year; NaN where there are under four."""
    share = shares(known, figures.keys)
    row = np.where((~np.isnan(figures.values)).sum(axis=1) >= 4, middle_of((figures.values / share).T), np.nan)
    return row[:, None] * share


# -- quarters ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Year:
    """The quarters of each line's unit and indicator: `results` and `plans` are lines x 4, `at` the line's own quarter."""

    results: np.ndarray
    plans: np.ndarray
    whole: np.ndarray
    at: np.ndarray


def year_of(figures: Figures, past: Past, fiscal_year: int) -> Year:
    """Results of this file, else of the ledger, and what the unit's own plan says of each quarter."""
    quarters = [f"{fiscal_year}-Q{q}" for q in (1, 2, 3, 4)]
    at = np.array([quarters.index(p) for p in figures.periods], dtype=int)
    lines: dict[tuple[str, str], int] = {}
    group = np.array([lines.setdefault(k, len(lines)) for k in zip(figures.units, figures.indicators, strict=True)])
    results = np.full((len(lines), 4), np.nan)
    results[group, at] = figures.values[:, 0]
    plans = np.array([past.planned(u, i, fiscal_year, [*quarters, str(fiscal_year)]) for u, i in lines]).reshape(-1, 5)
    present = np.zeros((len(lines), 4), dtype=bool)
    present[group, at] = True
    for (unit, indicator), n in lines.items() if past.facts else ():
        for q in np.flatnonzero(~present[n]):
            results[n, q] = past.number(unit, "quarterly_result", indicator, quarters[q], quarters[q], "actual")
    return Year(results[group], plans[group, :4], plans[group, 4], at)


def other_quarters(year: Year) -> np.ndarray:
    """Per line the middle of the unit's other quarters, as one column."""
    others = year.results.copy()
    others[np.arange(len(others)), year.at] = np.nan
    return middle_of(others.T)[:, None]


def own_plan(year: Year) -> np.ndarray:
    """Per line the unit's own plan of the quarter, as one column."""
    return year.plans[np.arange(len(year.plans)), year.at][:, None]


def on_the_way(known: Known, year: Year) -> np.ndarray:
    """Lines whose result to date is at least half of the plan (else target) to date."""
    to_date, expected = _to_date(known, year)
    with np.errstate(invalid="ignore"):
        return to_date >= 0.5 * expected


def outlying(figures: Figures, known: Known, year: Year, earlier: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """(lines whose value stands far from the unit's own history, the middle of that history)."""
    before = np.where(np.arange(4)[None, :] < year.at[:, None], year.results, np.nan)
    share = shares(known, figures.keys)[:, 0]
    history = np.vstack([before.T, known.baselines * share[None, :], _earlier(figures, earlier)])
    to_date, expected = _to_date(known, year)
    with np.errstate(invalid="ignore"):
        falls = figures.values[:, 0] < middle_of(history)
    positions = np.isin(known.way, ["last", "max"]) & falls  # a position that is still climbing is small, not strange
    found = outliers(figures.values[:, 0], history, to_date, expected)
    return found & ~known.level & ~positions, middle_of(history)


def _to_date(known: Known, year: Year) -> tuple[np.ndarray, np.ndarray]:
    """(result, plan or else target) up to each line's quarter, by the aggregation over time."""
    reached = np.arange(4)[None, :] <= year.at[:, None]
    adds = np.isin(known.way, ["sum", "auto"])
    at = (np.arange(len(year.at)), year.at)

    def upto(table: np.ndarray) -> np.ndarray:
        total, count = np.nansum(np.where(reached, table, 0.0), axis=1), (reached & ~np.isnan(table)).sum(axis=1)
        mean = total / np.maximum(count, 1)
        return np.where(adds, total, np.where(np.isin(known.way, ["mean", "ratio"]), mean, table[at]))

    planned = np.where(np.isnan(year.plans[at]), np.nan, upto(year.plans))
    whole = np.where(np.isnan(year.whole), known.target, year.whole)
    return upto(year.results), np.where(np.isnan(planned), whole, planned)


def _earlier(figures: Figures, earlier: pd.DataFrame) -> np.ndarray:
    """What each line's unit reported in the same quarter of earlier years, the newest first (years x lines)."""
    if earlier.empty:
        return np.zeros((0, len(figures.units)))
    known: dict[tuple[Any, ...], float] = {}
    for unit, indicator, period, value in zip(
        *(earlier[c] for c in ("unit", "indicator", "period", "value")), strict=True
    ):
        known[unit, indicator, period] = float(value)
    return np.array(
        [
            [known.get((u, i, f"{int(p[:4]) - back}{p[4:]}"), np.nan) for u, i, p in _names(figures)]
            for back in (1, 2, 3)
        ]
    )


def _names(figures: Figures) -> Sequence[tuple[str, str, str]]:
    return list(zip(figures.units, figures.indicators, figures.periods, strict=True))
