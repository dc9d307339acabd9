"""`opsbook unlock`: the same way back as a row of the plan workbook's unlock sheet, checked and handed in as an arrival."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

from pipeline import commanded, intake, lock, receive, trouble
from pipeline.issue import issue
from pipeline.ledger import book
from pipeline.model import OfficeError, Outcome
from pipeline.office.reader import Reader
from pipeline.opening import Office
from pipeline.template import unit_forms
from schemas.periods import thai_date
from schemas.plan import Plan, code_finder
from schemas.plan_book.cells import parse_day

LOG = logging.getLogger("opsbook")
EVERY = "*"


def unlock(
    office: Office, unit: str, form: str, period: str, indicator: str, memo: str, reason: str, until: str
) -> Outcome:
    """Let a unit change what it confirmed, until the end of the day `until`; OfficeError where a word of it is wrong.

    The unit's templates are issued anew with the rows open; its next file is judged with the unlock in force, even one
    of the same bytes that was refused before.
    """
    wanted = {"unit": unit, "form": form, "period": period, "indicator": indicator or EVERY}
    checked = _checked(office, {**wanted, "memo": memo.strip(), "reason": reason.strip(), "until": until})
    now = office.clock.now()
    with lock.only_receiver(office.settings.var, now), Reader(1) as reader:
        with office.engine.connect() as connection:
            last = book.last_number(connection)
        claimed = intake.claims(office.settings, now, last)
        number = max([last, *(content["number"] for _, content in claimed)]) + 1
        name = f"unlock-{number}.json"
        intake.hand_in(office.settings, number, name, commanded.document(checked), now, commanded.CHANNEL)
        outcomes = receive.take(office, reader, (), again=False)
        _issue_again(office, checked)
    return next(o for o in outcomes if o.submission.number == number)


def _issue_again(office: Office, given: dict[str, Any]) -> None:
    """The unit's templates anew, in which the rows are open; a machine in trouble does that at the next revision."""
    with office.engine.connect() as connection:
        plan = book.plan_of(connection, given["fiscal_year"])
    assert plan is not None
    try:
        issue(office, plan.fiscal_year, replace(plan, given=plan.given[:-1]))
    except Exception as error:
        if trouble.of(error) is None:
            raise
        LOG.warning("templates wait: %s", error)


def _checked(office: Office, said: dict[str, str]) -> dict[str, Any]:
    """The unlock with codes as the plan has them and the day as ISO."""
    plan = _plan(office, said["period"])
    code = code_finder(plan.reporting_units)(said["unit"])
    if code is None:
        raise OfficeError(
            f"ไม่มีหน่วยงานที่รายงานรหัส {said['unit']} ในแผนปี {plan.fiscal_year}",
            f"no reporting unit {said['unit']} in the plan of {plan.fiscal_year}",
        )
    form = _form(plan, said["form"], said["period"])
    indicator = said["indicator"]
    if indicator != EVERY:
        found = code_finder(i["code"] for i in plan.assigned(code))(indicator)
        if found is None:
            raise OfficeError(f"หน่วยงาน {code} ไม่มีตัวชี้วัด {indicator}", f"unit {code} has no indicator {indicator}")
        indicator = found
    for key, th, en in (("memo", "เลขที่หนังสือ", "memo number"), ("reason", "เหตุผล", "reason")):
        if not said[key]:
            raise OfficeError(f"ต้องระบุ{th} (--{key})", f"give a {en} (--{key})")
    row = {**said, "unit": code, "form": form, "indicator": indicator, "until": _until(office, said["until"])}
    return {**row, "fiscal_year": plan.fiscal_year}


def _plan(office: Office, period: str) -> Plan:
    with office.engine.connect() as connection:
        years = book.plan_years(connection)
        year = next((y for y in years if period == str(y) or period.startswith(f"{y}-")), None)
        plan = book.plan_of(connection, year) if year is not None else None
    if plan is None:
        raise OfficeError(f"ไม่มีแผนของงวด {period}", f"there is no plan for {period}")
    return plan


def _form(plan: Plan, name: str, period: str) -> str:
    """The form's name, where the period is one that its rows have."""
    form = next((f for f in unit_forms() if f.name == name), None)
    if form is None:
        known = ", ".join(f.name for f in unit_forms())
        raise OfficeError(f"ไม่มีแบบฟอร์ม {name} (มี {known})", f"there is no form {name}: {known}")
    periods = [
        f"{plan.fiscal_year}-{s.period}" if s.period else str(plan.fiscal_year) for s in form.sheets(plan.fiscal_year)
    ]
    if period not in periods:
        listed = ", ".join(periods)
        raise OfficeError(f"{name} ไม่มีงวด {period} (มี {listed})", f"{name} has no period {period}: {listed}")
    return form.name


def _until(office: Office, text: str) -> str:
    day, today = parse_day(text), office.clock.now().date()
    if day is None:
        raise OfficeError(f"“{text}” ไม่ใช่วันที่ (--until)", f"“{text}” is not a date (--until): 2024-01-15 or 15/1/2567")
    if day < today:
        raise OfficeError(f"วันที่ {thai_date(day)} ผ่านไปแล้ว (--until)", f"{day} has passed already (--until)")
    return day.isoformat()
