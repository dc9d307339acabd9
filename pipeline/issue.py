"""A plan (and the one before it) -> the templates it changes, written into outbox/templates, in parallel where many."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from multiprocessing import get_context
from typing import Any

import pandas as pd

from pipeline import trouble
from pipeline.ledger import book
from pipeline.model import OfficeError
from pipeline.opening import Office, Progress, default_as_of, quiet
from pipeline.reply import place, unit_folder
from pipeline.settings import Settings
from pipeline.template import template, unit_forms, write_template
from schemas.plan import Plan, definition

LOG = logging.getLogger("opsbook")
_PARALLEL_FROM = 60


def changed_units(plan: Plan, before: Plan | None) -> list[str]:
    """Units whose templates differ between two revisions: indicators, definitions, name, head lines, deadlines or unlocks."""
    return [u for u in plan.reporting_units if before is None or _signature(plan, u) != _signature(before, u)]


def _signature(plan: Plan, unit: str) -> tuple[Any, ...]:
    if unit not in plan.units:
        return ()
    deadlines = [str(plan.deadline(f"{plan.fiscal_year}-Q{q}", "quarterly_result")) for q in (1, 2, 3, 4)]
    own = [(i["code"], definition(i)) for i in plan.assigned(unit)]
    return (
        plan.units[unit]["name"],
        own,
        deadlines,
        plan.deadline(str(plan.fiscal_year), "monthly_plan"),
        plan.settings["office_name"],
        plan.settings["stage"],
        plan.settings["centre_contact"],
        [tuple(sorted(r.items())) for r in plan.unlocks if r["unit"] == unit],
    )


def issue_templates(
    settings: Settings,
    plan: Plan,
    before: Plan | None,
    postings: pd.DataFrame,
    facts: pd.DataFrame,
    as_of: datetime,
    progress: Callable[[str, int, int], None],
) -> list[str]:
    """Write the changed units' templates -> their paths in outbox."""
    units = changed_units(plan, before)
    jobs = list(_jobs(units, postings, facts))
    written: list[str] = []
    if len(units) < _PARALLEL_FROM:
        for done, job in enumerate(jobs):
            written += _one(settings, plan, as_of, *job)
            progress("issue", done + 1, len(jobs))
        return written
    with ProcessPoolExecutor(
        mp_context=get_context("spawn"), initializer=_begin, initargs=(settings, plan, as_of)
    ) as pool:
        for done, paths in enumerate(pool.map(_work, jobs, chunksize=16)):
            written += paths
            progress("issue", done + 1, len(jobs))
    return written


def _jobs(
    units: list[str], postings: pd.DataFrame, facts: pd.DataFrame
) -> Iterator[tuple[str, pd.DataFrame, pd.DataFrame]]:
    by_unit = dict(tuple(postings.groupby("unit"))) if len(postings) else {}
    facts_by_unit = dict(tuple(facts.groupby("unit"))) if len(facts) else {}
    for unit in units:
        yield unit, by_unit.get(unit, postings.iloc[:0]), facts_by_unit.get(unit, facts.iloc[:0])


def _one(
    settings: Settings, plan: Plan, as_of: datetime, unit: str, postings: pd.DataFrame, facts: pd.DataFrame
) -> list[str]:
    written = []
    for form in unit_forms():
        copy = template(form, plan, unit, postings, facts, as_of)
        where = f"templates/{plan.fiscal_year}/{unit_folder(unit)}/{form.name}.xlsx"
        written.append(place(settings, where, lambda path, copy=copy: write_template(copy, path)))  # type: ignore[misc]
    return written


_SHARED: list[Any] = []


def _begin(*shared: Any) -> None:
    _SHARED[:] = shared


def _work(job: tuple[str, pd.DataFrame, pd.DataFrame]) -> list[str]:
    settings, plan, as_of = _SHARED
    return _one(settings, plan, as_of, *job)


def issue_due(office: Office, progress: Progress = quiet) -> list[str]:
    """Issue what plan revisions changed and no run has issued yet -> the templates written, [] where none was due."""
    written: list[str] = []
    try:
        with office.engine.connect() as connection:
            due = [(y, book.plan_of(connection, y), book.issued(connection, y)) for y in book.plan_years(connection)]
            work = [(y, p, book.plan_of(connection, y, n) if n else None) for y, p, n in due if p and p.revision > n]
        for year, plan, before in work:
            written += issue(office, year, before, progress)
            with office.engine.begin() as connection:
                book.add_issued(connection, year, plan.revision)
    except Exception as error:
        if trouble.of(error) is None:
            raise
        LOG.warning("templates wait: %s", error)
    return written


def issue(office: Office, year: int | None = None, before: Plan | None = None, progress: Progress = quiet) -> list[str]:
    """Templates of a year's plan -> outbox/templates: all, or where `before` is the plan before, those it changes."""
    written: list[str] = []
    with office.engine.connect() as connection:
        years = [year] if year else book.plan_years(connection)
        if not years:
            raise OfficeError(
                "ยังไม่มีแผนที่รับแล้ว วางสมุดแผนกลางใน inbox ก่อน",
                "no plan has been accepted: drop the central plan workbook into inbox first",
            )
        for each in years:
            plan = book.plan_of(connection, each)
            assert plan is not None
            postings = book.standing_postings(connection, each)
            facts = book.facts_of(connection, postings, each)
            as_of = default_as_of(connection, plan, office)
            written += issue_templates(office.settings, plan, before, postings, facts, as_of, progress)
    return written
