"""A plan and what was posted -> one line per unit, form and period: what is owed, received, returned, confirmed, late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from pipeline.template import unit_forms
from schemas.language import Form, Sheet
from schemas.periods import due_quarters, end_of, fiscal_year
from schemas.plan import Plan

_ROW = ["unit", "form", "period", "indicator"]
_DUTY = ["unit", "form", "period"]
_FIRM = ("confirmed", "signed_off")


def duties(plan: Plan, posted: pd.DataFrame, today: date, zone: ZoneInfo) -> pd.DataFrame:
    """Every report of a plan's year that a unit has to make, in the plan's order; `posted` is `ledger.rows.posted`.

    unit, form, period; opens, deadline (ISO days), month (of the deadline: 2567-01); begun (its period has ended; a plan:
    its year is planned); passed (the deadline is over).
    rows_due: the unit's indicators that report in this period. rows_in: those whose standing row says something.
    rows_held: those whose newest row was sent back to be corrected, unless a confirmed row stands.
    rows_confirmed, rows_signed: those whose standing row is confirmed (or more), signed off.
    rows_on_time: those of rows_in that were first taken at or before the deadline. rows_changed: rows changed under an unlock.
    first_at, last_at: when the first, and the newest standing, row came.
    state: returned (rows_held > 0), missing (rows_in = 0; "not due" before `begun`), partial (rows_in < rows_due),
    signed_off or confirmed (all rows are), else received.
    lacking, to_correct: codes of the indicators of which nothing came though something did of others; of the rows held.
    shut: nothing more is taken of it. owed: begun and not shut, and missing, partial or returned (or received only, where
    the office settles by confirmation).
    late: owed and passed. days: days since the deadline, 0 unless late.
    """
    rows = _rows(plan)
    if not len(rows):
        return _finished(plan, rows.assign(**dict.fromkeys(_COUNTS, 0), **dict.fromkeys(_TEXTS, "")), today)
    _mark(rows, posted)
    ends = {k: _end_of_day(plan.deadline(k[1], k[0]), zone) for k in _windows(rows)}
    limit = pd.Series(list(zip(rows["form"], rows["period"], strict=True))).map(ends)
    taken = pd.to_datetime(rows["first_at"], format="ISO8601", utc=True)
    rows["rows_on_time"] = rows["rows_in"] & (taken <= limit.to_numpy())
    rows["rows_due"] = 1
    grouped = rows.groupby(_DUTY, sort=False, observed=True)
    found = grouped[list(_COUNTS)].sum().astype(int)
    came = rows[rows["rows_in"]]
    for name, which in (("first_at", "first"), ("last_at", "last")):
        ordered = came.sort_values(name, kind="stable").drop_duplicates(_DUTY, keep=which)
        found[name] = ordered.set_index(_DUTY)[name].reindex(found.index).fillna("")
    partly = rows.set_index(_DUTY).index.isin(found.index[found["rows_in"] + found["rows_held"] > 0])
    found["lacking"] = _codes(rows, partly & ~rows["rows_in"] & ~rows["rows_held"], found.index)
    found["to_correct"] = _codes(rows, rows["rows_held"], found.index)
    return _finished(plan, found.reset_index(), today)


def _codes(rows: pd.DataFrame, at: pd.Series, index: pd.Index) -> pd.Series:
    """The codes of the rows chosen by `at`, in the plan's order, by duty."""
    chosen = rows[at]
    named = chosen.groupby(_DUTY, sort=False)["indicator"].agg(", ".join) if len(chosen) else chosen["indicator"]
    return named.reindex(index).fillna("") if len(chosen) else pd.Series("", index=index)


_TEXTS = ("first_at", "last_at", "lacking", "to_correct")
_COUNTS = (
    "rows_due",
    "rows_in",
    "rows_held",
    "rows_confirmed",
    "rows_signed",
    "rows_on_time",
    "rows_changed",
)


def _sheets(plan: Plan) -> Iterator[tuple[Form, Sheet, str]]:
    """(form, sheet, period) of every table with one row per indicator."""
    for form in unit_forms():
        for sheet in form.sheets(plan.fiscal_year):
            if sheet.fixed:
                yield form, sheet, f"{plan.fiscal_year}-{sheet.period}" if sheet.period else str(plan.fiscal_year)


def _rows(plan: Plan) -> pd.DataFrame:
    """The rows expected: unit, form, period, indicator; an indicator owes a quarter as its cycle says."""
    tables = [(f.name, p, int(s.period[1]) if s.period else 0) for f, s, p in _sheets(plan)]
    lines = [
        (unit, form, period, indicator["code"])
        for unit in plan.reporting_units
        for own in (plan.assigned(unit),)
        for form, period, quarter in tables
        for indicator in own
        if not quarter or quarter in due_quarters(indicator["cycle"])
    ]
    return pd.DataFrame(lines, columns=_ROW)


def _windows(rows: pd.DataFrame) -> list[tuple[str, str]]:
    return list(rows[["form", "period"]].drop_duplicates().itertuples(index=False, name=None))


def _end_of_day(day: date, zone: ZoneInfo) -> pd.Timestamp:
    return pd.Timestamp(datetime.combine(day, time(23, 59, 59, 999999), zone)).tz_convert("UTC")


def _mark(rows: pd.DataFrame, posted: pd.DataFrame) -> None:
    """What stands of each expected row, whether a newer one waits for correction, when it first came."""
    keyed = posted.set_index(_key(posted))
    valid = keyed[keyed["state"] != "held"]
    standing = _last(valid)
    first = valid[~valid["blank"]]
    first = first[~first.index.duplicated(keep="first")]
    newest = _last(keyed[keyed["file_state"] != "refused"])
    keys = pd.Index(_key(rows))
    state = standing["state"].where(~standing["blank"], "").reindex(keys).fillna("").to_numpy(dtype=object)
    rows["rows_in"] = state != ""
    rows["rows_confirmed"], rows["rows_signed"] = np.isin(state, _FIRM), state == "signed_off"
    waits = (newest["state"] == "held").reindex(keys, fill_value=False).to_numpy(dtype=bool)
    rows["rows_held"] = waits & ~rows["rows_confirmed"].to_numpy()
    rows["first_at"] = first["received_at"].reindex(keys).to_numpy()
    rows["last_at"] = standing["received_at"].reindex(keys).to_numpy()
    rows["rows_changed"] = standing["unlocked"].reindex(keys, fill_value=False).to_numpy(dtype=bool)


def _last(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[~rows.index.duplicated(keep="last")]


def _key(rows: pd.DataFrame) -> pd.Series:
    return rows["unit"] + "\t" + rows["form"] + "\t" + rows["period"] + "\t" + rows["indicator"]


def _finished(plan: Plan, found: pd.DataFrame, today: date) -> pd.DataFrame:
    """Counts -> states and debts; the calendar's days once per form and period."""
    pairs = list(zip(found["form"], found["period"], strict=True))
    windows = {k: plan.window(k[1], k[0]) for k in set(pairs)}
    deadline = [windows[k].deadline for k in pairs]
    opens = [windows[k].opens for k in pairs]
    begun = {k: "-" not in k[1] or end_of(k[1]) < today for k in windows}
    found["fiscal_year"] = plan.fiscal_year
    found["opens"] = [d.isoformat() if d else "" for d in opens]
    found["deadline"] = [d.isoformat() for d in deadline]
    found["month"] = [f"{fiscal_year(d)}-{d.month:02d}" for d in deadline]
    found["begun"] = np.array([begun[k] for k in pairs], dtype=bool)
    found["passed"] = np.array([d < today for d in deadline], dtype=bool)
    found["state"] = _states(found)
    refuses = plan.severity_of("E_CLOSED", "error") == "error"
    found["shut"] = np.array([refuses and windows[k].place(today) == "closed" for k in pairs], dtype=bool)
    asks = _asks_to_confirm(plan)
    open_states = found["state"].isin(["missing", "partial", "returned"])
    unconfirmed = (found["state"] == "received") & found["form"].isin(asks)
    found["owed"] = found["begun"] & ~found["shut"] & (open_states | unconfirmed)
    found["late"] = found["owed"] & found["passed"]
    over = np.array([(today - d).days for d in deadline], dtype=int)
    found["days"] = np.where(found["late"], over, 0)
    return found


def _states(found: pd.DataFrame) -> np.ndarray:
    due, came = found["rows_due"], found["rows_in"]
    conditions = [
        found["rows_held"] > 0,
        (came == 0) & ~found["begun"],
        came == 0,
        came < due,
        found["rows_signed"] == due,
        found["rows_confirmed"] == due,
    ]
    words = ["returned", "not due", "missing", "partial", "signed_off", "confirmed"]
    return np.select([c.to_numpy(dtype=bool) for c in conditions], words, "received").astype(object)


def _asks_to_confirm(plan: Plan) -> set[str]:
    """Forms that are owed until confirmed: those that can be, where the office settles by confirmation."""
    if plan.settings["settled_by"] != "confirmed":
        return set()
    return {form.name for form, sheet, _ in _sheets(plan) if any(f.key == "state" for f in sheet.fields)}
