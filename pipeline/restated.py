"""What stood when each quarter closed, or was changed under an unlock -> old, new, who, why, and the effect on score and rank."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from pipeline.ledger import book, changes
from pipeline.score.card import at_quarter, none_restated
from pipeline.score.standings import ranks
from schemas.frames import RestatedRow
from schemas.periods import quarters_up_to
from schemas.plan import Plan
from schemas.states import PROOFS, ROLES

_KEY = ["unit", "indicator"]
_FIGURE = ("value", "numerator", "denominator")
_FLOATS = tuple(c for c, t in RestatedRow.to_schema().columns.items() if "float" in str(t.dtype))
_TEXTS = tuple(c for c in RestatedRow.to_schema().columns if c not in _FLOATS)


def restated(
    connection: Connection,
    wide: pd.DataFrame,
    plan: Plan,
    period: str,
    moment: datetime,
    postings: pd.DataFrame,
    facts: pd.DataFrame,
) -> pd.DataFrame:
    """`schemas.frames.RestatedRow` of the quarters up to `period` as of `moment`, each change with its effect.

    `wide` is what is consolidated now, `postings` and `facts` what stands now.
    """
    closed: dict[str, tuple[str, pd.DataFrame]] = {}
    now: dict[str, pd.DataFrame] = {}
    limit = moment.astimezone(UTC).isoformat()
    for each in quarters_up_to(period):
        day = plan.deadline(each, "quarterly_result")
        closing = datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=moment.tzinfo)
        now[each] = stood = figures(postings, facts, each, withdrawn=True)
        closed[each] = (day.isoformat(), stood.iloc[:0])
        if closing < moment:
            then = book.standing_postings(connection, plan.fiscal_year, as_of=closing.astimezone(UTC).isoformat())
            of_then = book.facts_of(connection, then, plan.fiscal_year)
            closed[each] = (day.isoformat(), figures(then, of_then, each))
    return with_effect(listed(closed, now, changes.late_changes(connection, plan.fiscal_year, limit)), wide, plan)


def figures(postings: pd.DataFrame, facts: pd.DataFrame, period: str, withdrawn: bool = False) -> pd.DataFrame:
    """The results of one quarter as they stand in these frames: unit, indicator, value (exact text), numerator,
    denominator, file, …; with `withdrawn` also rows that were taken back, without a value."""
    rows = postings[(postings["form"] == "quarterly_result") & (postings["period"] == period)]
    rows = rows if withdrawn else rows[~rows["blank"].astype(bool)]
    rows = rows.assign(who=[who(p) for p in rows.to_dict("records")])
    given = facts[(facts["form"] == "quarterly_result") & (facts["scenario"] == "actual") & (facts["period"] == period)]
    wanted = [*_KEY, "file", "received_at", "state", "who"]
    return rows[wanted].merge(given[[*_KEY, *_FIGURE]], on=_KEY, how="left").fillna(dict.fromkeys(_FIGURE, ""))


def who(posting: Mapping[str, Any]) -> str:
    """By whom a row is known to come: the role that signed it and the way it came. No address: reports name no persons."""
    words = json.loads(posting["entries"])
    role = ROLES.get(words.get("signed_by", ""))
    way = PROOFS[words.get("proof", "")].th
    return f"{role.th} · {way}" if role else way


def listed(
    closed: Mapping[str, tuple[str, pd.DataFrame]], now: Mapping[str, pd.DataFrame], late: pd.DataFrame | None = None
) -> pd.DataFrame:
    """The changes without their effect, and beside each the old numerator and denominator.

    `closed`: quarter -> (ISO day it closed, its figures then); `now`: quarter -> its figures now (see `figures`); `late`:
    `pipeline.ledger.changes.late_changes`. A figure that came only after the closing is late, not restated.
    """
    parts = []
    for period, (day, then) in closed.items():
        then = _changed_early(then, late, period)
        both = then.merge(now[period], on=_KEY, how="left", suffixes=("_old", "_new")).fillna("")
        pairs = zip(both["value_old"], both["value_new"], strict=True)
        both = both[np.array([_differs(a, b) for a, b in pairs], dtype=bool)].assign(period=period, closed=day)
        parts.append(both)
    columns = {"value_old": "old", "value_new": "new", "file_old": "old_file", "file_new": "new_file",
               "received_at_new": "received_at", "state_old": "state", "who_new": "who",
               "numerator_old": "old_numerator", "denominator_old": "old_denominator"}  # fmt: skip
    found = pd.concat(parts, ignore_index=True).rename(columns=columns) if parts else pd.DataFrame()
    found = found.reindex(columns=[*_TEXTS, "old_numerator", "old_denominator"]).astype(object)
    found = _with_memos(found.where(found.notna(), "").astype("str"), late)
    return found.sort_values(["period", *_KEY], ignore_index=True)


def _changed_early(then: pd.DataFrame, late: pd.DataFrame | None, period: str) -> pd.DataFrame:
    """The closing picture with what was changed under an unlock before the closing put back to what it had been."""
    if late is None or not len(late):
        return then
    own = late[(late["row_period"] == period) & (late["period"] == period) & (late["scenario"] == "actual")]
    first = own.drop_duplicates(_KEY, keep="first")
    if not len(first):
        return then
    put_back = first.rename(columns={"old": "value", "old_numerator": "numerator", "old_denominator": "denominator"})
    put_back = put_back[[*_KEY, *_FIGURE]].assign(file="", received_at="", state="confirmed", who="")
    known = pd.MultiIndex.from_frame(then[_KEY])
    missing = put_back[~pd.MultiIndex.from_frame(put_back[_KEY]).isin(known)]
    changed = then.merge(put_back[[*_KEY, *_FIGURE]], on=_KEY, how="left", suffixes=("", "_was"))
    for column in _FIGURE:
        changed[column] = changed[f"{column}_was"].where(changed["value_was"].notna(), changed.get(column, ""))
    return pd.concat([changed[[c for c in then.columns]], missing], ignore_index=True).fillna("")


def _with_memos(found: pd.DataFrame, late: pd.DataFrame | None) -> pd.DataFrame:
    """Every memo and reason under which a figure was changed, in order."""
    if late is None or not len(late) or not len(found):
        return found
    for column in ("memo", "reason"):
        said = late.groupby(["unit", "indicator", "row_period"])[column].agg(lambda t: " | ".join(dict.fromkeys(t)))
        keys = pd.MultiIndex.from_frame(found[["unit", "indicator", "period"]])
        found[column] = said.reindex(keys).fillna("").to_numpy(dtype=object)
    return found.astype("str")


def _differs(old: str, new: str) -> bool:
    """Figures differ as numbers, so 88 and 88.0 are the same."""
    return old != new and (not old or not new or Fraction(old) != Fraction(new))


# -- the effect --------------------------------------------------------------------------------------------------------


def with_effect(found: pd.DataFrame, wide: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """The changes with what each did to score and rank in its own quarter: computed once as everything stands, and once
    with this one figure as it was. Units do not depend on each other but for the rank, so one figure of each unit is
    put back at a time, for all units together."""
    if not len(found):
        return none_restated()
    found = found.assign(**{c: np.nan for c in _FLOATS})
    turn = found.groupby(["period", "unit"]).cumcount()
    for (period, _), part in found.groupby([found["period"], turn], sort=True):
        _effect(found, part, wide, plan, int(str(period)[-1]))
    return found[[*RestatedRow.to_schema().columns]]


def _effect(found: pd.DataFrame, part: pd.DataFrame, wide: pd.DataFrame, plan: Plan, q: int) -> None:
    """Fill in the effect of one change each of some units."""
    scores, totals = at_quarter(wide, plan, q)
    at = {key: n for n, key in enumerate(zip(wide["unit"], wide["indicator"], strict=True))}
    own = wide["unit"].isin(part["unit"]).to_numpy()
    before = wide.copy()
    for change in part.itertuples():
        n = at.get((change.unit, change.indicator))
        if n is not None:
            _put_back(before, n, q, change)
    scores_then, totals_then = at_quarter(before[own].reset_index(drop=True), plan, q)
    place = {int(n): k for k, n in enumerate(np.flatnonzero(own))}
    for index, change in zip(part.index, part.itertuples(), strict=True):
        n = at.get((change.unit, change.indicator))
        if n is None:  # an indicator that the plan has retired since
            continue
        others = pd.concat([totals.drop(index=change.unit), totals_then.loc[[change.unit]]])
        rank_then = ranks(others, plan)[change.unit]
        values = (scores_then[place[n]], scores[n], totals_then.loc[change.unit, "headline"],
                  totals.loc[change.unit, "headline"], rank_then, totals.loc[change.unit, "rank"])  # fmt: skip
        found.loc[index, list(_FLOATS)] = values


def _put_back(wide: pd.DataFrame, n: int, q: int, change: Any) -> None:
    """One row as it was: its figure, reported in time, or "cannot report yet" where it had none."""
    was = {f"x{q}": change.old, f"n{q}": change.old_numerator, f"d{q}": change.old_denominator}
    was |= {f"said{q}": "reported" if change.old else "cannot", f"late{q}": False}
    was |= {f"v{q}": float(change.old) if change.old else np.nan}
    for column, value in was.items():
        wide.iat[n, wide.columns.get_loc(column)] = value
