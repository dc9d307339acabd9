"""A scored quarter -> every indicator over the units of each parent and of the office."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.score.groups import Groups
from pipeline.score.quarter import Quarter
from schemas import rollup
from schemas.frames import RollupRow, texts


def rollups(now: Quarter, groups: Groups) -> pd.DataFrame:
    """Every indicator over the units of each parent and of the office, in the order of the plan."""
    every = _of_units(now).iloc[groups.at].assign(group=groups.labels)
    every = every[every["applies"]]
    parts = every.groupby(rollup.KEYS, sort=False)
    lights = {c: every["light"] == c for c in ("green", "yellow", "red", "grey")}
    marks = every.assign(**lights, behind=every["status"] == "behind", known=every["value"].notna())
    counts = marks.groupby(rollup.KEYS, sort=False)[["known", *lights, "behind"]].sum().astype("int64")
    table = parts[["indicator_name", "unit_of_measure", "direction", "way"]].first().join(counts)
    table["units"], table["target"] = parts.size(), rollup.common_target(every)
    table["result"], table["low"], table["high"] = rollup.rolled_up(every), parts["value"].min(), parts["value"].max()
    found = table.reset_index().rename(columns={"way": "over_units", "known": "reported"})
    return found[list(RollupRow.to_schema().columns)].astype(dict.fromkeys(texts(RollupRow), "str"))


def _of_units(quarter: Quarter) -> pd.DataFrame:
    """What a roll-up over units is made from, a row each; see `schemas.rollup`."""
    numerator, denominator = rollup.pooled_parts(
        quarter.matrix("v"), quarter.ways, quarter.parts("n"), quarter.parts("d")
    )
    columns = {
        "way": quarter.wide["over_units"],
        "value": np.where(quarter.counted, quarter.result, np.nan),
        "numerator": numerator,
        "denominator": denominator,
        "percent": quarter.percent,
        "applies": quarter.applies,
        "light": quarter.light,
        "status": quarter.status,
    }
    level = (quarter.wide["target_scale"] == "level") & (quarter.wide["scoring"] != "level")
    columns["target"] = quarter.wide["target"].mask(level)  # a level beside results would be read as one of them
    names = ["indicator", "indicator_name", "unit_of_measure", "direction", "weight"]
    return quarter.wide[names].assign(**columns)
