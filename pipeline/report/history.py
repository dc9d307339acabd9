"""What changed against the quarter before, what was restated, what became of remedies, which targets to raise: frames."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from pipeline.model import Scorecard
from pipeline.report import order
from pipeline.report.words import fixed
from schemas.language import Text
from schemas.numbers import parse
from schemas.periods import quarters_up_to

SCORE, UNIT_SCORE, RANK = Text("คะแนน", "score"), Text("คะแนนหน่วยงาน", "unit"), Text("อันดับ", "rank")
NO_EFFECT = Text("คะแนนและอันดับไม่เปลี่ยน", "score and rank as before")
_LIGHT_ORDER = {"grey": -1, "red": 0, "yellow": 1, "green": 2}


def previous(card: Scorecard) -> str:
    """The quarter before the card's, "" in the first quarter of the year."""
    known = quarters_up_to(card.period)
    return known[-2] if len(known) > 1 else ""


def moves(card: Scorecard) -> pd.DataFrame:
    """Units whose headline moved against the quarter before, the greatest fall first: unit, before, now, change."""
    units = card.units[["unit", "unit_name", "unit_short", "headline", "previous", "light", "coverage"]].copy()
    units["change"] = (units["headline"] - units["previous"]).round(4)
    known = units[units["change"].notna() & (units["change"] != 0) & bool(previous(card))]
    return known.sort_values("change", kind="stable").reset_index(drop=True)


def _before(card: Scorecard) -> pd.DataFrame:
    """Each row of the card beside the same row a quarter earlier (columns ending in _before)."""
    when = previous(card)
    earlier = card.quarters[card.quarters["period"] == when] if when else card.quarters.iloc[:0]
    keys = ["unit", "indicator"]
    wanted = [*keys, "result", "score", "light", "status", "problem", "remedy"]
    columns = {c: f"{c}_before" for c in wanted if c not in keys}
    both = order.by_unit(card.rows).merge(earlier.reindex(columns=wanted).rename(columns=columns), on=keys, how="left")
    texts = [c for c in columns.values() if c not in ("result_before", "score_before")]
    both[texts] = both[texts].astype(object).where(both[texts].notna(), "")
    return both


def lights(card: Scorecard) -> pd.DataFrame:
    """Indicators whose light changed against the quarter before, worsened ones first; grey counts as no light."""
    both = _before(card)
    now, then = both["light"].map(_LIGHT_ORDER), both["light_before"].map(_LIGHT_ORDER).fillna(-1)
    found = both.assign(step=now - then)[(now >= 0) & (then >= 0) & (now != then)]
    return found.sort_values("step", kind="stable").reset_index(drop=True)


def remedies(card: Scorecard) -> pd.DataFrame:
    """What was behind plan a quarter ago with its remedy then, and where it stands now; those still behind first.

    `became`: still, better (on or ahead of plan), unknown (nothing reported this quarter). `result` is NaN where the
    quarter has none of its own: what earlier quarters left would read as one.
    """
    both = _before(card)
    found = both[both["status_before"] == "behind"]
    now = np.where(found["status"] == "behind", "still", np.where(found["status"] == "", "unknown", "better"))
    found = found.assign(
        result=found["result"].where(found["reported"] == "reported"),
        became=now,
        place=pd.Series(now, index=found.index).map({"still": 0, "unknown": 1, "better": 2}),
    )
    return found.sort_values("place", kind="stable").drop(columns="place").reset_index(drop=True)


def restated(card: Scorecard) -> pd.DataFrame:
    """The restated figures with the names of unit and indicator, `old_value` and `new_value` as numbers."""
    names = card.rows[["unit", "indicator", "unit_name", "indicator_name", "unit_of_measure"]]
    found = card.restated.merge(names, on=["unit", "indicator"], how="left") if len(card.restated) else None
    if found is None:
        columns = [*card.restated.columns, "unit_name", "indicator_name", "unit_of_measure"]
        found = pd.DataFrame({c: pd.Series([], dtype="str") for c in columns})
    found = found.fillna({c: "" for c in ("unit_name", "indicator_name", "unit_of_measure")})
    return found.assign(old_value=found["old"].map(_number), new_value=found["new"].map(_number)).reset_index(drop=True)


def arrived_late(card: Scorecard) -> pd.DataFrame:
    """Figures that first arrived after their quarter had closed, newest quarter first: no restatement, nothing stood before."""
    found = card.quarters[card.quarters["late"] & card.quarters["value"].notna()]
    names = card.rows[["unit", "indicator", "unit_name", "indicator_name"]]
    found = found.merge(names, on=["unit", "indicator"], how="inner")
    return order.by_unit(found).sort_values("period", ascending=False, kind="stable").reset_index(drop=True)


def last_year(card: Scorecard) -> tuple[float, float]:
    """The office's headline total at the same quarter a year ago and the change since; NaN where the ledger knows none."""
    then = float(card.office.get("last_year", float("nan")))
    return then, round(card.office["headline"] - then, 4)


def why(change: Mapping[Hashable, Any]) -> str:
    """Who changed a figure and why: memo and reason of the unlock where there was one, who, in which file."""
    memo = f"{change['memo']}: {change['reason']}" if change["memo"] else ""
    return " · ".join(t for t in (memo, change["who"], change["new_file"]) if t)


def effect(change: Mapping[Hashable, Any]) -> str:
    """What a change did: "คะแนน 3.2000 → 3.4000 · หน่วยงาน 3.10 → 3.15 · อันดับ 5 → 3"; "ไม่เปลี่ยน" where nothing moved."""
    kinds = ((SCORE, "score", 4), (UNIT_SCORE, "headline", 4), (RANK, "rank", 0))
    parts = [
        f"{label.th} {fixed(change[f'{key}_old'], places)} → {fixed(change[f'{key}_new'], places)}"
        for label, key, places in kinds
        if fixed(change[f"{key}_old"], places) != fixed(change[f"{key}_new"], places)
    ]
    return " · ".join(parts) or NO_EFFECT.th


def _number(text: str) -> float:
    return float(parse(text).value or 0) if parse(text).status == "number" else float("nan")


def against_last_year(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with a result now and at the same quarter a year ago, by the ledger; the greatest loss of score first.

    `change` is of scores, NaN where one of them has none; those rows come last.
    """
    found = rows[rows["last_year_result"].notna() & rows["result"].notna()]
    found = order.by_unit(found).assign(change=lambda f: (f["score"] - f["last_year_score"]).round(4))
    return found.sort_values("change", kind="stable", na_position="last").reset_index(drop=True)


def raise_target(rows: pd.DataFrame) -> pd.DataFrame:
    """Indicators whose three baseline years all lie above the target, by direction: a target that no longer asks anything.

    Exactly: min(baselines) > target where more is better, max(baselines) < target where less is; three years must be
    given; targets on the scale of levels and middle-is-best are not compared. Source: the rule fits every verdict of the
    category 7 sample, with no false alarm.
    """
    past = rows[["baseline3", "baseline2", "baseline1"]].to_numpy(dtype=float)
    target = rows["target"].to_numpy(dtype=float)
    whole = ~np.isnan(past).any(axis=1) & ~np.isnan(target)
    comparable = ((rows["target_scale"] != "level") | (rows["scoring"] == "level")).to_numpy()
    more = (rows["direction"] == "higher").to_numpy() & (past.min(axis=1, initial=np.inf) > target)
    less = (rows["direction"] == "lower").to_numpy() & (past.max(axis=1, initial=-np.inf) < target)
    return order.by_unit(rows[whole & comparable & (more | less)])
