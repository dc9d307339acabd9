"""A folder -> an office: empty, or with the demo's plan, templates and filled files waiting in its inbox."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pipeline import receive
from pipeline.demo import damages, fills, scenarios
from pipeline.ledger import book
from pipeline.model import OfficeError
from pipeline.office.compose import unit_copy
from pipeline.office.forms import draw
from pipeline.opening import Office, open_office
from pipeline.settings import FILE, load, parse_time
from pipeline.template import unit_forms, write_plan
from schemas.forms_index import forms
from schemas.plan import Plan

PLAN_FILE = "central_plan.xlsx"
DEMO_YEAR = 2567
_TOML = """# Settings of this machine. What an officer decides is in the central plan workbook instead.
[office]
# inbox = "inbox"                  # where files are dropped
# outbox = "outbox"                # where answers and reports are written
# var = "var"                      # ledger and originals: a local disk
# language = "th"                  # what commands print: th or en
# timezone = "Asia/Bangkok"
# pdf = "auto"                     # auto: first page and report, where LibreOffice is; all: every paper; no
# database = "sqlite:///..."       # a SQLAlchemy address; default: var/ledger.sqlite
"""


def make_office(folder: Path) -> Path:
    """opsbook.toml, inbox/, outbox/ and an empty central plan workbook in `folder` -> the workbook's path.

    OfficeError where there is an office already: nothing is overwritten.
    """
    if (folder / FILE).exists():
        raise OfficeError(f"{folder} เป็นสำนักงานอยู่แล้ว", f"{folder} is an office already")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / FILE).write_text(_TOML, encoding="utf-8")
    except OSError as error:
        raise OfficeError(f"สร้างสำนักงานไม่ได้: {error}", f"the office cannot be made: {error}") from error
    load(folder)
    path = folder / PLAN_FILE
    if not path.exists():
        write_plan({}, str(path), datetime(2020, 1, 1, tzinfo=UTC))
    return path


@dataclass(frozen=True)
class Demo:
    """What `make_demo` made."""

    units: int
    files: int
    damaged: int
    fiscal_year: int


def make_demo(
    folder: Path,
    scenario: str,
    units: int | None,
    wrong: float,
    seed: int,
    if_new: bool,
    now: str | None,
    progress: Callable[[str, int, int], None],
) -> Demo | None:
    """A demo office in `folder`: the plan received, templates issued, filled files in inbox/; None where `if_new` and
    the office has a ledger or a plan already. The same arguments give the same files."""
    if scenario not in scenarios.SCENARIOS:
        raise OfficeError(
            f"ไม่มีชุดสาธิต {scenario}: {', '.join(scenarios.SCENARIOS)}",
            f"no scenario {scenario}: {', '.join(scenarios.SCENARIOS)}",
        )
    if not 0 <= wrong <= 1:
        raise OfficeError("--wrong ต้องอยู่ระหว่าง 0 ถึง 1", "--wrong lies between 0 and 1")
    try:
        content = scenarios.plan(scenario, units, DEMO_YEAR)
    except ValueError as error:
        raise OfficeError(f"จำนวนหน่วยงานใช้ไม่ได้: {error}", f"that number of units cannot be had: {error}") from error
    office = _office(folder, now)
    with office.engine.connect() as connection:
        if not book.is_empty(connection):
            if if_new:
                return None
            raise OfficeError("สำนักงานนี้มีข้อมูลอยู่แล้ว", "this office has data already")
    plan = _receive_plan(office, content, progress)
    return _fill(office, plan, wrong, seed, progress)


def _office(folder: Path, now: str | None) -> Office:
    if not (folder / FILE).exists():
        make_office(folder)
    return open_office(folder, parse_time(now, ZoneInfo("Asia/Bangkok")) if now else None)


def _receive_plan(office: Office, content: Mapping[str, Any], progress: Callable[[str, int, int], None]) -> Plan:
    """The plan takes the road every file takes: written into inbox/, received, its templates issued."""
    moment = datetime(DEMO_YEAR - 544, 10, 1, tzinfo=UTC)
    write_plan(content, str(office.settings.root / PLAN_FILE), moment, DEMO_YEAR)
    (office.settings.inbox / PLAN_FILE).write_bytes((office.settings.root / PLAN_FILE).read_bytes())
    outcomes = receive.receive(office, progress)
    with office.engine.connect() as connection:
        plan = book.plan_of(connection, DEMO_YEAR)
    if plan is None:
        raise RuntimeError(
            f"the demo's own plan was not accepted: {[f.message.en for o in outcomes for f in o.result.findings]}"
        )
    return plan


def _fill(office: Office, plan: Plan, wrong: float, seed: int, progress: Callable[[str, int, int], None]) -> Demo:
    units = plan.reporting_units
    files = [(u, f.name) for u in units for f in unit_forms()]
    spoilt = set(random.Random(seed).sample(files, round(wrong * len(files))))
    shared = (office.settings.inbox, plan, spoilt, seed)
    damaged = 0
    if len(units) < 40:
        _begin(*shared)
        for done, unit in enumerate(units):
            damaged += _fill_unit(unit)
            progress("demo", done + 1, len(units))
    else:
        with ProcessPoolExecutor(mp_context=get_context("spawn"), initializer=_begin, initargs=shared) as pool:
            for done, count in enumerate(pool.map(_fill_unit, units, chunksize=16)):
                damaged += count
                progress("demo", done + 1, len(units))
    return Demo(len(units), len(units) * len(unit_forms()), damaged, plan.fiscal_year)


_SHARED: list[Any] = []


def _begin(*shared: Any) -> None:
    _SHARED[:] = shared


def _fill_unit(unit: str) -> int:
    """Fill and drop the two files of one unit -> how many of them were damaged."""
    inbox, plan, spoilt, seed = _SHARED
    rng = random.Random(f"{seed} {unit}")
    indicators = plan.assigned(unit)
    monthly = fills.monthly(indicators, plan.fiscal_year, rng)
    typed: dict[str, Any] = {
        "monthly_plan": monthly,
        "quarterly_result": fills.quarterly(indicators, monthly, plan.fiscal_year, rng),
    }
    damaged = 0
    for name, values in typed.items():
        if (unit, name) in spoilt:
            values, _ = damages.damage(name, values, indicators, rng)
            damaged += 1
        form = forms()[name]
        flat = (
            {("plan", k): v for k, v in values.items()}
            if name == "monthly_plan"
            else {(s, k): v for s, rows in values.items() for k, v in rows.items()}
        )
        draw(
            unit_copy(form, plan, unit, flat, datetime(DEMO_YEAR - 543, 10, 5, tzinfo=UTC)),
            str(inbox / f".{unit}-{name}.tmp"),
        )
        (inbox / f".{unit}-{name}.tmp").rename(inbox / f"{name}_{unit}.xlsx")
    return damaged
