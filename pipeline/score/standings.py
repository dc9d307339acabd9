"""Totals of quarters -> a line per unit, per parent and for the office: previous total, rank, trend."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from pipeline.score.groups import Groups
from pipeline.score.quarter import Quarter
from pipeline.score.totals import totals
from schemas.frames import TotalRow, texts
from schemas.plan import Plan


def unit_totals(now: Quarter, before: Quarter | None, plan: Plan, groups: Groups) -> pd.DataFrame:
    """A line per unit (`schemas.frames.TotalRow`), ranked."""
    table = totals(now, groups.units, groups.rows)
    who = now.wide.drop_duplicates("unit").set_index("unit")[
        ["unit_name", "unit_short", "unit_type", "parent", "parent_name"]
    ]
    table = who.join(table).reset_index(names="unit")
    table["units"] = 1
    table["units_reporting"] = (table["reported"] > 0).astype(int)
    table["previous"] = (
        totals(before, groups.units, groups.rows)["headline"].reindex(table["unit"]).to_numpy() if before else np.nan
    )
    table["rank"] = ranks(table, plan)
    return _typed(table)


def parent_totals(
    now: Quarter, before: Quarter | None, plan: Plan, groups: Groups
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Totals of every unit that has others under it, over all rows below it; and of the whole office."""
    table = totals(now, groups.labels, groups.at)
    table["previous"] = totals(before, groups.labels, groups.at)["headline"].reindex(table.index) if before else np.nan
    reporting = set(now.wide.loc[now.said == "reported", "unit"])
    table["units"] = [len(groups.behind_each[g]) for g in table.index]
    table["units_reporting"] = [len(reporting.intersection(groups.behind_each[g])) for g in table.index]
    office = table.loc[""].to_dict()
    who = pd.DataFrame(
        [plan.who(p) for p in groups.parents],
        columns=["unit", "unit_name", "unit_short", "unit_type", "parent", "parent_name"],
    )
    parents = who.join(table, on="unit")
    parents["rank"] = np.nan
    return _typed(parents), office


def ranks(table: pd.DataFrame, plan: Plan) -> pd.Series:
    """1 is best; ties share a rank; units below the coverage that ranking asks for have none."""
    eligible = table["headline"].where(table["coverage"] >= plan.number("ranking_coverage"))
    return eligible.rank(method="min", ascending=False)


def trend(quarters: Mapping[int, Quarter], plan: Plan, groups: Groups) -> pd.DataFrame:
    """Headline and coverage of every unit, parent and the office at each quarter (`schemas.frames.TrendRow`)."""
    parts = []
    for q, quarter in quarters.items():
        for labels, at in ((groups.units, groups.rows), (groups.labels, groups.at)):
            table = totals(quarter, labels, at)[["headline", "coverage"]].reset_index(names="unit")
            parts.append(table.assign(period=f"{plan.fiscal_year}-Q{q}"))
    frame = pd.concat(parts, ignore_index=True)[["unit", "period", "headline", "coverage"]].drop_duplicates(
        ["unit", "period"], keep="last"
    )
    return frame.astype({"unit": "str", "period": "str", "headline": "float64", "coverage": "float64"}).reset_index(
        drop=True
    )


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    """The columns of TotalRow in their order and types."""
    words = texts(TotalRow)
    columns = TotalRow.to_schema().columns
    whole = [c for c, column in columns.items() if "int" in str(column.dtype)]
    kinds = {c: "str" if c in words else "int64" if c in whole else "float64" for c in columns}
    return table[list(columns)].astype(kinds).reset_index(drop=True)
