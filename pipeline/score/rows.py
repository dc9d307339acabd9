"""A scored quarter -> the rows of the scorecard, and the quarter as later reports compare with it."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from pipeline.score.quarter import Quarter
from schemas.frames import QuarterRow, ScoreRow, texts
from schemas.plan_book.columns import CRITERIA
from schemas.scoring import half_up_float

_ATTRIBUTES = [
    c
    for c in ScoreRow.to_schema().columns
    if c
    in {
        "unit",
        "unit_name",
        "unit_short",
        "unit_type",
        "parent",
        "parent_name",
        "indicator",
        "indicator_name",
        "unit_of_measure",
        "type",
        "dimension",
        "dimension_name",
        "goal",
        "goal_name",
        "weight",
        "target",
        "target_scale",
        "direction",
        "scoring",
        "over_time",
        "levels",
        *CRITERIA,
        "baseline3",
        "baseline2",
        "baseline1",
    }
]
# Texts of a quarter that pass as they are.
_WORDS = ("details", "problem", "remedy", "evidence", "notes", "file", "sha256", "sheet", "cell", "received_at")


def score_rows(quarter: Quarter, before: Quarter | None) -> pd.DataFrame:
    """The rows of the scorecard; see `schemas.frames.ScoreRow`."""
    rows = quarter.wide[_ATTRIBUTES].assign(**{c: quarter.criteria[c] for c in CRITERIA})
    rows = pd.concat([rows, pd.DataFrame(_of_quarter(quarter, before), index=rows.index)], axis=1)
    return rows.astype(dict.fromkeys(texts(ScoreRow), "str"))


def _of_quarter(quarter: Quarter, before: Quarter | None) -> dict[str, Any]:
    """What the quarter adds to the attributes of a row, column by column."""
    wide, q = quarter.wide, quarter.q
    return {
        "weight_used": _weight_used(quarter),
        "plan": quarter.planned,
        "value": wide[f"v{q}"].to_numpy(dtype=float),
        "result": quarter.result,
        "achievement_percent": quarter.rounded_to_2(_achievement(quarter), quarter.exact_achievement),
        "score": quarter.score,
        "score_percent": quarter.rounded_to_2(quarter.raw * 20, lambda n: (quarter.exact_score(n) or Fraction(0)) * 20),
        "weighted": quarter.weighted,
        "points": quarter.points(),
        "previous_score": before.score if before else np.full(len(wide), np.nan),
        "light": quarter.light,
        "declared": quarter.declared,
        "computed": quarter.computed,
        "status": quarter.status,
        "reported": quarter.said,
        "state": wide[f"state{q}"].to_numpy(dtype=object),
        "state_text": wide[f"state_text{q}"].to_numpy(dtype=object),
        "late": wide[f"late{q}"].to_numpy(dtype=bool),
        **{w: wide[f"{w}{q}"].to_numpy(dtype=object) for w in _WORDS},
        "submission": wide[f"submission{q}"].to_numpy(dtype=int),
    }


def _achievement(quarter: Quarter) -> np.ndarray:
    """Result in per cent of target; NaN where the target is 0, or a level that stands beside results."""
    wide, target = quarter.wide, quarter.wide["target"].to_numpy(dtype=float)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(
            (wide["target_scale"] == "level").to_numpy() & (wide["scoring"] != "level").to_numpy() | (target == 0),
            np.nan,
            quarter.result / target * 100,
        )


def _weight_used(quarter: Quarter) -> np.ndarray:
    """Weights after what is not applicable has handed its own on, in proportion, to the unit's other indicators."""
    weight = quarter.wide["weight"].to_numpy(dtype=float)
    units = quarter.wide["unit"]
    every = pd.Series(np.nan_to_num(weight)).groupby(units.to_numpy()).transform("sum").to_numpy()
    used = pd.Series(np.where(quarter.applies, np.nan_to_num(weight), 0.0)).groupby(units.to_numpy()).transform("sum")
    share = np.where(used > 0, every / used.where(used > 0), np.nan)
    whole = np.where(quarter.applies, np.where(share == 1, weight, half_up_float(weight * share, 4)[0]), 0.0)
    return np.where(np.isnan(weight), np.nan, whole)


def told(quarter: Quarter) -> pd.DataFrame:
    """The quarter as `schemas.frames.QuarterRow`."""
    wide, q = quarter.wide, quarter.q
    kinds = {c: str(column.dtype) for c, column in QuarterRow.to_schema().columns.items()}
    columns = {
        "unit": wide["unit"],
        "indicator": wide["indicator"],
        "period": f"{quarter.plan.fiscal_year}-Q{q}",
        "plan": quarter.planned,
        "value": wide[f"v{q}"],
        "result": quarter.result,
        "score": quarter.score,
        "weighted": quarter.weighted,
        "points": quarter.points(),
        "light": quarter.light,
        "status": quarter.status,
        "reported": quarter.said,
        **{w: wide[f"{w}{q}"] for w in ("state", "details", "problem", "remedy", "evidence")},
        **{w: wide[f"{w}{q}"] for w in ("late", "file", "received_at")},
    }
    frame = pd.DataFrame(columns, index=wide.index)[list(kinds)]
    return frame.astype({c: "str" if "str" in kind else kind for c, kind in kinds.items()})
