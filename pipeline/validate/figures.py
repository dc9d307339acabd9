"""Rows of a batch, and figures of the ledger, as one table of numbers: a line per unit, indicator and period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline.validate.rows import Row
from schemas.language import Form
from schemas.plan import Plan, float_of

Names = np.ndarray[Any, np.dtype[np.object_]]
_QUARTER = {"sum": 1 / 4, "auto": 1 / 2}
_MONTH = {"sum": 1 / 12, "auto": 1 / 4}


@dataclass(frozen=True)
class Figures:
    """`values[line, column]` of field `keys[column]`, NaN where there is none; whose line it is in the other three."""

    units: Names
    indicators: Names
    periods: Names
    keys: tuple[str, ...]
    values: np.ndarray


def of_rows(rows: Sequence[Row], units: Sequence[str], cells: pd.DataFrame, keys: Sequence[str]) -> Figures:
    """The batch's own figures. A cell that an error blames counts as not given: it is said there."""
    values = cells["value"].to_numpy(dtype=float).reshape(len(rows), len(keys)).copy()
    at = {k: n for n, k in enumerate(keys)}
    for n, row in enumerate(rows):
        for f in row.findings:
            if f.severity == "error" and not f.rule.endswith(("SUM", "TOTAL")):
                for place in f.places:
                    if place.field in at:
                        values[n, at[place.field]] = np.nan
    return Figures(
        np.array(units, dtype=object),
        np.array([r.indicator["code"] for r in rows], dtype=object),
        np.array([r.period for r in rows], dtype=object),
        tuple(keys),
        values,
    )


def of_facts(facts: pd.DataFrame, form: Form, fiscal_year: int, keys: Sequence[str]) -> Figures:
    """The same table from figures of the ledger (columns of `past.FIGURES`)."""
    at = {k: n for n, k in enumerate(keys)}
    fields = [f for sheet in form.sheets(fiscal_year) for f in sheet.inputs if f.period and f.key in at]
    place = {(f.scenario, f.period(fiscal_year)): at[f.key] for f in fields if f.period}
    lines: dict[tuple[str, str, str], dict[int, float]] = {}
    named = zip(*(facts[c] for c in ("unit", "indicator", "row_period", "period", "scenario", "value")), strict=True)
    for unit, indicator, row_period, period, scenario, value in named:
        if (scenario, period) in place:
            lines.setdefault((unit, indicator, row_period), {})[place[scenario, period]] = float(value)
    values = np.full((len(lines), len(keys)), np.nan)
    for n, line in enumerate(lines.values()):
        values[n, list(line)] = list(line.values())
    whose = np.array(list(lines), dtype=object).reshape(len(lines), 3)
    return Figures(whose[:, 0], whose[:, 1], whose[:, 2], tuple(keys), values)


def joined(a: Figures, b: Figures) -> Figures:
    """The lines of both."""
    return Figures(
        np.concatenate([a.units, b.units]),
        np.concatenate([a.indicators, b.indicators]),
        np.concatenate([a.periods, b.periods]),
        a.keys,
        np.vstack([a.values, b.values]),
    )


def siblings(plan: Plan, units: Sequence[str], enough: int = 40) -> list[str]:
    """Other units to measure a small batch by: under the same parents first, then of the same type; none for a large one."""
    batch = set(units)
    if len(batch) >= enough:
        return []
    parents = {plan.units[u].get("parent", "") for u in batch if u in plan.units} - {""}
    types = {plan.units[u].get("type", "") for u in batch if u in plan.units} - {""}
    near = [u for u, row in plan.units.items() if row.get("parent", "") in parents]
    alike = [u for u, row in plan.units.items() if row.get("type", "") in types]
    return [u for u in dict.fromkeys([*near, *alike]) if u not in batch][: enough - len(batch)]


# -- what the centre knows of each line -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Known:
    """What the plan workbook says of each line's indicator, and how it is measured (one entry a line)."""

    target: np.ndarray  # in the unit of measure; the middle criterion where there is no target
    baselines: np.ndarray  # 3 x lines: results of the last year, the one before, and before that
    way: Names  # aggregation over time
    percent: np.ndarray  # shares of 100
    level: np.ndarray


def known_of(rows: Sequence[Row]) -> Known:
    """What the plan workbook says of the rows' indicators."""
    seen: dict[int, tuple[float, tuple[float, ...]]] = {}
    for row in rows:
        if id(row.indicator) not in seen:
            last = tuple(float_of(row.indicator.get(f"baseline{n}", "")) for n in (1, 2, 3))
            seen[id(row.indicator)] = (_target(row.indicator), last)
    found = [seen[id(r.indicator)] for r in rows]
    target = np.array([t for t, _ in found], dtype=float)
    percent = np.array([r.indicator["unit_of_measure"].startswith("ร้อยละ") for r in rows], dtype=bool)
    with np.errstate(invalid="ignore"):
        bounded = percent & ~(target > 200)
    return Known(
        target,
        np.array([b for _, b in found], dtype=float).reshape(-1, 3).T,
        np.array([r.indicator["over_time"] for r in rows], dtype=object),
        bounded,
        np.array([r.indicator["scoring"] == "level" for r in rows], dtype=bool),
    )


def _target(indicator: Mapping[str, str]) -> float:
    if indicator["target_scale"] == "level" and indicator["scoring"] == "interpolate":
        return float_of(indicator.get(f"c{indicator.get('target', '')}", ""))
    target = float_of(indicator.get("target", ""))
    return target if not np.isnan(target) else float_of(indicator.get("c3", ""))


def shares(known: Known, keys: Sequence[str]) -> np.ndarray:
    """How much of a year's figure one expects in each cell (lines x keys): a twelfth in a month of a sum, all in a year."""
    quarter = np.array([_QUARTER.get(w, 1.0) for w in known.way])
    month = np.array([_MONTH.get(w, 1.0) for w in known.way])
    whole = np.ones(len(known.way))
    kinds = {"m": month, "q": quarter, "v": quarter}
    columns = [kinds.get(k[0], whole) if k[:1] == "v" or k[1:].isdigit() else whole for k in keys]
    return np.stack(columns, axis=1)
