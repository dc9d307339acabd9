"""The plan and what stands in the ledger -> templates: one workbook per unit and form, and the empty plan workbook."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from pipeline.office.compose import labels, plan_copy, unit_copy
from pipeline.office.copies import Copy
from pipeline.office.forms import draw
from schemas.forms_index import forms
from schemas.language import Form
from schemas.plan import Plan
from schemas.scoring import resolve_auto, to_date
from schemas.states import LOCKED


def unit_forms() -> list[Form]:
    """The forms that units fill."""
    return [f for f in forms().values() if f.order > 0]


def template(form: Form, plan: Plan, unit: str, postings: pd.DataFrame, facts: pd.DataFrame, as_of: datetime) -> Copy:
    """The unit's template with what the ledger already has; confirmed rows are locked.

    `postings` and `facts` are the unit's standing ones, all forms (the result form shows the plan to date).
    """
    values: dict[tuple[str, str], dict[str, Any]] = {}
    locked = []
    sheets = {s.period or "": s for s in form.sheets(plan.fiscal_year)}
    by_period = {(f.scenario, f.period(plan.fiscal_year)): f.key for s in sheets.values() for f in s.fields if f.period}
    mine = postings[(postings["form"] == form.name) & ~postings["blank"].astype(bool)]
    for p in mine.to_dict("records"):
        sheet = sheets.get(p["period"].partition("-")[2])
        if sheet is None:
            continue
        key = (sheet.key, p["indicator"])
        values[key] = dict(labels(form, sheet.key, plan.fiscal_year, json.loads(p["entries"])))
        if p["state"] in LOCKED and not plan.unlock(unit, form.name, p["period"], p["indicator"], as_of.date()):
            locked.append(key)
    for f in facts[facts["form"] == form.name].to_dict("records"):
        sheet = sheets.get(f["row_period"].partition("-")[2])
        field = by_period.get((f["scenario"], f["period"]))
        if sheet is not None and field:
            values.setdefault((sheet.key, f["indicator"]), {})[field] = f["typed"]
    if form.name == "quarterly_result":
        _add_planned(values, plan, unit, facts)
    return unit_copy(form, plan, unit, values, as_of, locked)


def _add_planned(values: dict[tuple[str, str], dict[str, Any]], plan: Plan, unit: str, facts: pd.DataFrame) -> None:
    """The plan to date of each quarter, beside which the unit reports."""
    planned = facts[(facts["form"] == "monthly_plan") & (facts["scenario"] == "plan")]
    table = {(f["indicator"], f["period"]): float(f["value"]) for f in planned.to_dict("records")}
    fy = plan.fiscal_year
    for indicator in plan.assigned(unit):
        code = indicator["code"]
        line = np.array([[table.get((code, f"{fy}-Q{q}"), np.nan) for q in (1, 2, 3, 4)]])
        way = resolve_auto(
            np.array([indicator["over_time"]], dtype=object),
            np.array([table.get((code, str(fy)), np.nan)]),
            line[:, 3],
            np.array([indicator["basis"]], dtype=object),
        )
        way = np.where(way == "ratio", "last", way)
        for q in (1, 2, 3, 4):
            upto = to_date(np.where(np.arange(4) < q, line, np.nan), way)[0]
            if upto == upto:
                values.setdefault((f"q{q}", code), {})["planned"] = f"{upto:.10g}"


def write_template(copy: Copy, path: str) -> None:
    """Draw a template at `path`."""
    draw(copy, path)


def write_plan(content: Mapping[str, Any], path: str, as_of: datetime, fiscal_year: int = 0) -> None:
    """Draw the central plan workbook with these rows (none: an empty one to fill) at `path`."""
    draw(plan_copy(forms()["central_plan"], content, as_of, fiscal_year), path)
