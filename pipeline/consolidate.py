"""The plan and what stands in the ledger -> one wide row per unit x indicator: quarters of plan and result, words, sources."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from schemas.language import Text
from schemas.periods import due_quarters
from schemas.plan import Plan, float_of
from schemas.plan_book.columns import CRITERIA
from schemas.states import printed

QUARTERS = (1, 2, 3, 4)
AFTER_UNLOCK = Text("แก้ไขหลังปลดล็อก", "changed under an unlock")
_WORDS = ("details", "problem", "remedy", "evidence", "plan_status", "reportable", "waived", "unlocked")
_SOURCE = ("file", "sha256", "sheet", "cell", "received_at", "submission")


def consolidate(
    plan: Plan, postings: pd.DataFrame, facts: pd.DataFrame, held: pd.DataFrame, zone: ZoneInfo
) -> pd.DataFrame:
    """All units consolidated for the plan's year, sorted as the plan lists them.

    Per quarter q: v{q} result (float), x{q} its exact text, n{q}/d{q} numerator and denominator, p{q} plan, said{q}
    (reported, cannot, blank, held, not_due), and the row's words and source as {word}{q}; plan_total; attributes of unit
    and indicator. `held` are the newest rows of all, whether valid or not.
    """
    frame = _attributes(plan)
    keys = frame["unit"] + "\t" + frame["indicator"]
    index = pd.Index(keys)
    actual = facts[(facts["form"] == "quarterly_result") & (facts["scenario"] == "actual")]
    planned = facts[(facts["form"] == "monthly_plan") & (facts["scenario"] == "plan")]
    frame["plan_total"] = _place(planned, str(plan.fiscal_year), "value", index).astype(float).to_numpy()
    columns: dict[str, Any] = {}
    for q in QUARTERS:
        period = f"{plan.fiscal_year}-Q{q}"
        columns[f"p{q}"] = _place(planned, period, "value", index).astype(float).to_numpy()
        for column, source in (("x", "value"), ("n", "numerator"), ("d", "denominator"), ("at", "cell")):
            columns[f"{column}{q}"] = _place(actual, period, source, index).fillna("").to_numpy(dtype=object)
        columns[f"v{q}"] = pd.to_numeric(pd.Series(columns[f"x{q}"]), errors="coerce").to_numpy(dtype=float)
        columns |= _row_words(plan, postings, held, period, q, index, frame["cycle"], zone)
        columns[f"cell{q}"] = np.where(columns[f"at{q}"] != "", columns[f"at{q}"], columns[f"cell{q}"])
    return pd.concat([frame.reset_index(drop=True), pd.DataFrame(columns)], axis=1)


def _attributes(plan: Plan) -> pd.DataFrame:
    rows = []
    for unit in plan.reporting_units:
        who = plan.who(unit)
        own = {i["code"]: {**_what(plan, i), "applies": "yes"} for i in plan.assigned(unit)}
        own |= {i["code"]: {**_what(plan, i), "applies": "no"} for i in plan.not_applicable(unit)}
        rows += [{**who, **own[code]} for code in plan.indicators if code in own]
    return pd.DataFrame(rows)


def _what(plan: Plan, i: dict[str, str]) -> dict[str, Any]:
    item = plan.items
    return {
        "indicator": i["code"],
        "indicator_name": i["name"],
        "unit_of_measure": i["unit_of_measure"],
        "type": i["type"],
        "dimension": i.get("dimension", ""),
        "dimension_name": item.get(i.get("dimension", ""), {}).get("text", ""),
        "goal": i.get("goal", ""),
        "goal_name": item.get(i.get("goal", ""), {}).get("text", ""),
        "weight": float_of(i.get("weight", "")),
        "weight_text": i.get("weight", ""),
        "target": float_of(i.get("target", "")),
        "target_text": i.get("target", ""),
        "target_scale": i["target_scale"],
        "direction": i["direction"],
        "scoring": i["scoring"],
        "over_time": i["over_time"],
        "over_units": i["over_units"],
        "basis": i["basis"],
        "cycle": i["cycle"],
        "levels": i.get("levels", ""),
        **{c: i.get(c, "") for c in CRITERIA},
        **{f"h1{c}": i.get(f"h1{c}", "") for c in CRITERIA},
        **{f"baseline{n}": float_of(i.get(f"baseline{n}", "")) for n in (3, 2, 1)},
    }


def _place(facts: pd.DataFrame, period: str, column: str, index: pd.Index) -> pd.Series:
    chosen = facts[facts["period"] == period]
    return pd.Series(
        chosen[column].to_numpy(), index=chosen["unit"] + "\t" + chosen["indicator"], dtype=object
    ).reindex(index)


def in_zone(moments: Iterable[str], zone: tzinfo) -> np.ndarray:
    """ISO times as the ledger keeps them (UTC) -> the same in the office's zone, whose days and hours people read."""
    known = {t: datetime.fromisoformat(t).astimezone(zone).isoformat() if t else "" for t in set(moments)}
    return np.array([known[t] for t in moments], dtype=object)


def _waived_plans(postings: pd.DataFrame, index: pd.Index) -> np.ndarray:
    """Waivers under which the monthly plan of each row was taken, and unlocks under which it was changed."""
    plans = postings[(postings["form"] == "monthly_plan") & ~postings["blank"].astype(bool)]
    rows = plans[plans["entries"].str.contains('"waived"|"unlocked"', regex=True)]
    texts = pd.Series(
        [_of_plan(json.loads(e)) for e in rows["entries"]], index=rows["unit"] + "\t" + rows["indicator"], dtype=object
    )
    return texts.reindex(index).fillna("").to_numpy(dtype=object)


def _of_plan(entries: Mapping[str, str]) -> str:
    memo = entries.get("unlocked", "")
    return " | ".join(t for t in (entries.get("waived", ""), f"แผน: {AFTER_UNLOCK.th} {memo}" if memo else "") if t)


def _printed(state: str, entries: Mapping[str, str]) -> str:
    """A row's state in words, with the mark of a figure that was changed under an unlock."""
    text = printed(state, entries.get("proof", ""), entries.get("signed_by", "")).th
    return f"{text} · {AFTER_UNLOCK.th}" if entries.get("unlocked") else text


def _row_words(
    plan: Plan,
    postings: pd.DataFrame,
    held: pd.DataFrame,
    period: str,
    q: int,
    index: pd.Index,
    cycle: pd.Series,
    zone: ZoneInfo,
) -> dict[str, Any]:
    standing = postings[
        (postings["form"] == "quarterly_result") & (postings["period"] == period) & ~postings["blank"].astype(bool)
    ]
    rows = standing.set_index(standing["unit"] + "\t" + standing["indicator"])
    of_plan = _waived_plans(postings, index)
    entries = [json.loads(e) for e in rows["entries"]]
    found: dict[str, Any] = {}
    for word in _WORDS:
        found[f"{word}{q}"] = (
            pd.Series([e.get(word, "") for e in entries], index=rows.index, dtype=object)
            .reindex(index)
            .fillna("")
            .to_numpy(dtype=object)
        )
    for column in (*_SOURCE, "state"):
        filler: Any = 0 if column == "submission" else ""
        found[f"{column}{q}"] = rows[column].astype(object).reindex(index).fillna(filler).to_numpy(dtype=object)
    found[f"received_at{q}"] = in_zone(found[f"received_at{q}"], zone)
    changed = [f"{AFTER_UNLOCK.th} {memo}" if memo else "" for memo in found.pop(f"unlocked{q}")]
    states = [_printed(s, e) for s, e in zip(rows["state"], entries, strict=True)]
    found[f"state_text{q}"] = (
        pd.Series(states, index=rows.index, dtype=object).reindex(index).fillna("").to_numpy(dtype=object)
    )
    came = [e.get("since") or at for e, at in zip(entries, rows["received_at"], strict=True)]
    since = pd.Series(came, index=rows.index, dtype=object).reindex(index).fillna("")
    said_of = zip(of_plan, found.pop(f"waived{q}"), changed, strict=True)
    found[f"notes{q}"] = np.array([" | ".join(t for t in texts if t) for texts in said_of], dtype=object)
    deadline = plan.deadline(period, "quarterly_result")
    found[f"late{q}"] = np.array(
        [bool(t) and datetime.fromisoformat(t).astimezone(zone).date() > deadline for t in since],
        dtype=bool,
    )
    newest = held[(held["form"] == "quarterly_result") & (held["period"] == period) & (held["state"] == "held")]
    waiting = index.isin(newest["unit"] + "\t" + newest["indicator"])
    due = np.array([q in due_quarters(c) for c in cycle], dtype=bool)
    said = np.where(waiting, "held", np.where(due, "blank", "not_due")).astype(object)
    said = np.where(found[f"reportable{q}"] == "cannot", "cannot", said)
    found[f"said{q}"] = np.where(found[f"reportable{q}"] == "can", "reported", said)
    return found


def sources(newest: pd.DataFrame, period: str) -> list[tuple[int, str, str, str]]:
    """(number, file, sha256, received at) of every submission that the quarters up to `period` rest on, in order.

    `newest`: the newest row of each unit, form, indicator and period, whether it stands or waits for correction.
    """
    later = [f"{period[:4]}-Q{q}" for q in range(int(period[-1]) + 1, 5)]
    rows = newest[~newest["period"].isin(later)].drop_duplicates("submission").sort_values("submission")
    return [
        (int(n), str(file), str(sha), str(at))
        for n, file, sha, at in zip(rows["submission"], rows["file"], rows["sha256"], rows["received_at"], strict=True)
    ]
