"""Duties and files -> completeness, timeliness and correctness per unit, parent, month and for all: correct,
complete, on time. Every share is of what is really behind it, and every line says how many units that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from schemas.forms_index import forms
from schemas.periods import fiscal_year
from schemas.plan import Plan

ALL = ""
_JUDGED = ("accepted", "returned")


def files_of(arrivals: pd.DataFrame, found: pd.DataFrame, zone: ZoneInfo) -> pd.DataFrame:
    """Forms that came from known units (evidence is no form) -> unit, fiscal_year, month received (2567-01), files (judged: accepted or returned),
    returned, refused, errors and queries in them; `found` is `ledger.rows.found`."""
    own = arrivals[arrivals["unit"].notna() & arrivals["fiscal_year"].notna() & arrivals["form"].isin(list(forms()))]
    own = own.merge(found, left_on="number", right_on="submission", how="left")
    state = own["state"]
    days = [datetime.fromisoformat(t).astimezone(zone).date() for t in own["received_at"]]
    frame = pd.DataFrame(
        {
            "unit": own["unit"].to_numpy(dtype=object),
            "fiscal_year": own["fiscal_year"].astype(int).to_numpy(),
            "month": [f"{fiscal_year(d)}-{d.month:02d}" for d in days],
            "files": state.isin(_JUDGED).astype(int).to_numpy(),
            "returned": (state == "returned").astype(int).to_numpy(),
            "refused": (state == "refused").astype(int).to_numpy(),
        }
    )
    judged = state.isin(_JUDGED).to_numpy()
    for name in ("errors", "queries"):
        frame[name] = np.where(judged, own[name].fillna(0), 0).astype(int)
    return frame


def quality(duties: pd.DataFrame, files: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """One line per group: how well its units report. `duties` as `duties.duties` gives them, `files` as `files_of`.

    units: units with a duty in the group. reports: their forms and periods that have begun; missing, partial,
    waiting (returned), received (received or more), confirmed (confirmed or more): those in that state; owed, late.
    completeness = 100 x rows in / rows due, over reports that have begun.
    timeliness = 100 x rows first taken by the deadline / rows due, over reports whose deadline has passed.
    files, returned, refused, errors, queries: of its files; changed: rows changed under an unlock.
    correctness = 100 x (1 - returned / files). Shares of nothing are NaN, never 0.
    """
    begun = duties[duties["begun"]]
    passed = begun[begun["passed"]]
    grouped, by = begun.groupby(list(by), sort=False), list(by)
    found = duties.groupby(by, sort=False).agg(units=("unit", "nunique"))
    states = {
        "reports": np.ones(len(begun), dtype=bool),
        "missing": begun["state"] == "missing",
        "partial": begun["state"] == "partial",
        "waiting": begun["state"] == "returned",
        "received": begun["state"].isin(["received", "confirmed", "signed_off"]),
        "confirmed": begun["state"].isin(["confirmed", "signed_off"]),
        "owed": begun["owed"],
        "late": begun["late"],
    }
    counted = begun[by].assign(**{k: np.asarray(v, dtype=int) for k, v in states.items()}).groupby(by, sort=False).sum()
    found = found.join(counted)
    found["completeness"] = _share(grouped["rows_in"].sum(), grouped["rows_due"].sum())
    on_time = passed.groupby(by, sort=False)
    found["timeliness"] = _share(on_time["rows_on_time"].sum(), on_time["rows_due"].sum())
    asked = files.groupby(by, sort=False)[["files", "returned", "refused", "errors", "queries"]].sum()
    found = found.join(asked, how="outer" if "month" in by else "left")
    found["changed"] = duties.groupby(by, sort=False)["rows_changed"].sum()
    found["correctness"] = 100 - _share(found["returned"], found["files"])
    counts = [c for c in found.columns if c not in ("completeness", "timeliness", "correctness")]
    found[counts] = found[counts].fillna(0).astype(int)
    return found.reset_index()


def _share(part: pd.Series, whole: pd.Series) -> pd.Series:
    return 100 * part / whole.where(whole > 0)


def levels(plan: Plan, frame: pd.DataFrame) -> pd.DataFrame:
    """The lines of `frame` once for everybody (level "") and once for each parent above their unit, as column `level`."""
    above = above_of(plan)
    pairs = [(unit, level) for unit in plan.units for level in (ALL, *above[unit])]
    return frame.merge(pd.DataFrame(pairs, columns=["unit", "level"]), on="unit", how="inner")


def above_of(plan: Plan) -> Mapping[str, tuple[str, ...]]:
    """The parents of every unit, nearest first; a parent that itself reports stands among its own."""
    found = {}
    for unit in plan.units:
        chain, at = [unit] if unit in plan.parents else [], plan.units[unit].get("parent", "")
        while at and at in plan.units and at not in chain:
            chain.append(at)
            at = plan.units[at].get("parent", "")
        found[unit] = tuple(chain)
    return found
