"""What the demo's units would type -> Readings as if their workbooks had been read, without drawing a workbook."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pandas as pd

from pipeline.demo import fills, scenarios
from pipeline.model import Cell, Identity, Reading, ReadRow, Submission, ValidationResult
from pipeline.office.reader import address
from pipeline.validate.past import Standing
from pipeline.validate.plans import validate_plan
from pipeline.validate.units import validate
from schemas.forms_index import forms
from schemas.language import Sheet
from schemas.plan import Plan, owned_values

YEAR = 2567
NOW = datetime(2024, 1, 10, 2, 0, tzinfo=UTC)
Rows = Mapping[tuple[str, str], Mapping[str, Any]]  # (sheet key, indicator) -> field key -> text as typed
Typed = dict[tuple[str, str], dict[str, Any]]


def submission(number: int, name: str = "file.xlsx") -> Submission:
    return Submission(number, f"{number:064x}", NOW, name, "folder", "", "", 1)


def plan_of(content: Mapping[str, Sequence[Mapping[str, str]]], revision: int = 1) -> Plan:
    """The plan that a workbook with this content makes, through the rules a workbook goes through."""
    rows = []
    for sheet in forms()["central_plan"].sheets(YEAR):
        for n, line in enumerate(content.get(sheet.key, ())):
            rows.append(_row(sheet, n, {k: str(v) for k, v in line.items()}))
    judged = validate_plan(Reading(submission(1), Identity("central_plan", fiscal_year=YEAR), tuple(rows)))
    assert judged.plan is not None, [f.message.en for f in judged.findings if f.severity == "error"]
    return Plan(revision, YEAR, dict(judged.plan), {})


def _row(sheet: Sheet, n: int, texts: Mapping[str, str]) -> ReadRow:
    cells = {f.key: Cell(str(texts.get(f.key, "")), "text", address(6 + n, c)) for c, f in enumerate(sheet.fields)}
    return ReadRow(sheet.name, sheet.key, 7 + n, cells)


def reading(plan: Plan, unit: str, form: str, typed: Rows, number: int = 10) -> Reading:
    """One file of a unit: every indicator has its row on every sheet, as templates are issued."""
    rows = []
    for sheet in forms()[form].sheets(plan.fiscal_year):
        for n, indicator in enumerate(plan.assigned(unit)):
            owned = {"indicator": indicator["code"], **owned_values(indicator)}
            rows.append(_row(sheet, n, {**owned, **typed.get((sheet.key, indicator["code"]), {})}))
    identity = Identity(form, str(forms()[form].version), unit, plan.fiscal_year, plan.revision)
    return Reading(submission(number, f"{form}_{unit}.xlsx"), identity, tuple(rows))


@cache
def demo_plan(scenario: str, units: int | None) -> Plan:
    return plan_of(scenarios.plan(scenario, units, YEAR))


@cache
def demo(scenario: str, units: int | None, seed: int) -> dict[str, dict[str, Typed]]:
    """Form -> unit -> rows as the demo's units type them; the same figures as `opsbook demo --wrong 0`."""
    plan = demo_plan(scenario, units)
    filled: dict[str, dict[str, Typed]] = {"monthly_plan": {}, "quarterly_result": {}}
    for unit in plan.reporting_units:
        rng, own = random.Random(f"{seed} {unit}"), plan.assigned(unit)
        monthly = fills.monthly(own, plan.fiscal_year, rng)
        quarters = fills.quarterly(own, monthly, plan.fiscal_year, rng)
        filled["monthly_plan"][unit] = {("plan", code): dict(row) for code, row in monthly.items()}
        filled["quarterly_result"][unit] = {
            (sheet, code): dict(row) for sheet, rows in quarters.items() for code, row in rows.items()
        }
    return filled


def copy_of(filled: Mapping[str, Mapping[str, Typed]]) -> dict[str, dict[str, Typed]]:
    return deepcopy({form: dict(units) for form, units in filled.items()})


NOTHING = Standing(
    pd.DataFrame(columns=["unit", "form", "indicator", "period", "state", "blank", "entries"]),
    pd.DataFrame(
        columns=[
            "unit",
            "form",
            "indicator",
            "row_period",
            "period",
            "scenario",
            "value",
            "typed",
            "numerator",
            "denominator",
        ]
    ),
)


def standing_of(results: Sequence[ValidationResult]) -> Standing:
    """What would stand in the ledger after these judgements."""
    import json

    taken = [p for r in results for p in r.postings]
    postings = [
        {"unit": p.unit, "form": p.form, "indicator": p.indicator, "period": p.period, "state": p.state,
         "blank": p.blank, "entries": json.dumps(p.entries, ensure_ascii=False)}
        for p in taken
    ]  # fmt: skip
    facts = [
        {"unit": f.unit, "form": p.form, "indicator": f.indicator, "row_period": p.period, "period": f.period,
         "scenario": f.scenario, "value": f.value, "typed": f.typed, "numerator": f.numerator,
         "denominator": f.denominator}
        for p in taken
        for f in p.facts
    ]  # fmt: skip
    return Standing(
        pd.DataFrame(postings, columns=NOTHING.postings.columns), pd.DataFrame(facts, columns=NOTHING.facts.columns)
    )


def judged(
    plan: Plan, filled: Mapping[str, Mapping[str, Typed]], batch: int = 100, standing: Standing = NOTHING
) -> Iterator[tuple[str, str, ValidationResult]]:
    """(form, unit, judgement) of every file: plans first, then results, in batches as the road takes them."""
    for form in ("monthly_plan", "quarterly_result"):
        units = list(filled.get(form, {}))
        done: list[ValidationResult] = []
        for start in range(0, len(units), batch):
            some = units[start : start + batch]
            files = [reading(plan, u, form, filled[form][u], 100 + start + n) for n, u in enumerate(some)]
            results = validate(files, plan, standing, NOW)
            done += results
            yield from ((form, u, r) for u, r in zip(some, results, strict=True))
        if form == "monthly_plan" and done:
            standing = standing_of(done)
