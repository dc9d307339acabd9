"""Consolidated rows -> Scorecard: results to date, scores, lights, status, totals per unit and parent, ranks, trend."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd

from pipeline.model import Scorecard
from pipeline.score.groups import Groups
from pipeline.score.quarter import Quarter
from pipeline.score.rollups import rollups
from pipeline.score.rows import score_rows, told
from pipeline.score.standings import parent_totals, ranks, trend, unit_totals
from pipeline.score.totals import totals
from schemas.frames import PlanRow, QuarterRow, RestatedRow, RollupRow, ScoreRow, TotalRow, TrendRow
from schemas.plan import Plan


def scorecard(
    wide: pd.DataFrame,
    plan: Plan,
    period: str,
    as_of: datetime,
    restated: pd.DataFrame | None = None,
    last_year: pd.DataFrame | None = None,
    last_year_headline: float = np.nan,
) -> Scorecard:
    """Score one quarter of the year (`period` "2567-Q2"); quarters after it are not looked at.

    `restated` (`schemas.frames.RestatedRow`) is carried along for the reports that tell of it; `last_year` and
    `last_year_headline` are what `quarter_of` and `headline_of` say of the same quarter a year ago.
    """
    last = int(period[-1])
    quarters = {q: Quarter(wide, plan, q) for q in range(1, last + 1)}
    now, before = quarters[last], quarters.get(last - 1)
    rows = _beside_last_year(score_rows(now, before), last_year)
    groups = Groups(wide, plan)
    units = unit_totals(now, before, plan, groups)
    parents, office = parent_totals(now, before, plan, groups)
    return Scorecard(
        plan.fiscal_year,
        period,
        as_of,
        plan.settings["office_name"],
        plan.revision,
        ScoreRow.validate(rows),
        TotalRow.validate(units),
        TotalRow.validate(parents),
        TrendRow.validate(trend(quarters, plan, groups)),
        {**office, "last_year": last_year_headline},
        plan.settings,
        pd.DataFrame(list(plan.content.get("plan", [])), columns=["kind", "code", "text", "parent"]).fillna(""),
        QuarterRow.validate(pd.concat([told(quarters[q]) for q in quarters], ignore_index=True)),
        RestatedRow.validate(none_restated() if restated is None else restated),
        _definitions(plan),
        {f"{plan.fiscal_year}-Q{q}": _day(plan, q) for q in (1, 2, 3, 4)},
        plans=PlanRow.validate(_plans(wide)),
        rollups=RollupRow.validate(rollups(now, groups)),
    )


def quarter_of(wide: pd.DataFrame, plan: Plan, q: int) -> pd.DataFrame:
    """unit, indicator, unit_of_measure, plan, result and score of one quarter: what next year's report compares with."""
    quarter = Quarter(wide, plan, q)
    columns = {"plan": quarter.planned, "result": quarter.result, "score": quarter.score}
    return wide[["unit", "indicator", "unit_of_measure"]].assign(**columns)


def headline_of(wide: pd.DataFrame, plan: Plan, q: int) -> float:
    """The office's headline total in one quarter by that year's plan and settings; NaN where nothing had a score."""
    return float(parent_totals(Quarter(wide, plan, q), None, plan, Groups(wide, plan))[1]["headline"])


def at_quarter(wide: pd.DataFrame, plan: Plan, q: int) -> tuple[np.ndarray, pd.DataFrame]:
    """(score of each row, headline, coverage and rank by unit) at a quarter: what one figure more or less would do."""
    quarter = Quarter(wide, plan, q)
    codes = wide["unit"].to_numpy(dtype=object).astype(str)
    by_unit = totals(quarter, codes, np.arange(len(wide)))[["headline", "coverage"]]
    return quarter.score, by_unit.assign(rank=ranks(by_unit, plan))


def none_restated() -> pd.DataFrame:
    """`schemas.frames.RestatedRow` without a line."""
    kinds = {c: "float64" if "float" in str(t.dtype) else "str" for c, t in RestatedRow.to_schema().columns.items()}
    return pd.DataFrame({c: pd.Series([], dtype=kind) for c, kind in kinds.items()})


def _beside_last_year(rows: pd.DataFrame, last_year: pd.DataFrame | None) -> pd.DataFrame:
    """The rows with last year's plan, result and score where unit, indicator and unit of measure are the same."""
    names = {k: f"last_year_{k}" for k in ("plan", "result", "score")}
    if last_year is None:
        return rows.assign(**dict.fromkeys(names.values(), np.nan))
    keys = ["unit", "indicator", "unit_of_measure"]
    known = last_year.rename(columns=names).drop_duplicates(keys).astype(dict.fromkeys(keys, "str"))
    return rows.merge(known, on=keys, how="left").set_axis(rows.index)


def _plans(wide: pd.DataFrame) -> pd.DataFrame:
    named = wide[["unit", "indicator", "plan_total", "p1", "p2", "p3", "p4"]].set_axis(
        list(PlanRow.to_schema().columns), axis=1
    )
    return named.astype({"unit": "str", "indicator": "str"})


def _day(plan: Plan, q: int) -> str:
    return plan.deadline(f"{plan.fiscal_year}-Q{q}", "quarterly_result").isoformat()


def _definitions(plan: Plan) -> dict[str, dict[str, str]]:
    """Each indicator as the plan has it, with the words of its dimension, goal, topic and strategic issue."""
    found = {}
    for code, indicator in plan.indicators.items():
        goal = plan.items.get(indicator.get("goal", ""), {})
        words = {k: plan.items.get(indicator.get(k, ""), {}).get("text", "") for k in ("dimension", "topic", "goal")}
        issue = plan.items.get(goal.get("parent", ""), {}).get("text", "")
        found[code] = {**indicator, **{f"{k}_name": text for k, text in words.items()}, "issue_name": issue}
    return found
