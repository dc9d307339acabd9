"""When a form may come: days of the calendar sheet, else of the settings; and what the office does with other days."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from staff import CONFIRMED, Place, fill, plan_book, result, small_plan

from schemas.periods import end_of, is_period, start_of
from schemas.plan import Plan
from schemas.windows import clipped, working_day

QUARTERS = [f"2567-Q{n}" for n in (1, 2, 3, 4)]


def plan(**content: Any) -> Plan:
    settings = [{"key": k, "value": v} for k, v in content.pop("settings", {}).items()]
    return Plan(1, 2567, {"settings": [{"key": "fiscal_year", "value": "2567"}, *settings], **content})


def row(**more: str) -> dict[str, str]:
    return {"period": "2567-Q1", "form": "quarterly_result", **more}


def test_without_a_calendar_a_quarter_is_due_fifteen_days_after_its_end() -> None:
    days = [plan().deadline(q, "quarterly_result") for q in QUARTERS]
    assert days == [date(2024, 1, 15), date(2024, 4, 15), date(2024, 7, 15), date(2024, 10, 15)]
    assert plan().deadline("2567", "monthly_plan") == date(2023, 10, 16)
    found = plan().window("2567-Q2", "quarterly_result")
    assert (found.opens, found.evidence_deadline, found.closes) == (date(2024, 1, 1), date(2024, 4, 19), None)


def test_the_calendar_says_otherwise() -> None:
    own = plan(
        calendar=[row(opens="20/12/2566", deadline="2024-01-05", evidence_deadline="9/1/2567", closes="2024-02-01")]
    )
    found = own.window("2567-Q1", "quarterly_result")
    assert found.opens == date(2023, 12, 20) and found.deadline == date(2024, 1, 5)
    assert found.evidence_deadline == date(2024, 1, 9) and found.closes == date(2024, 2, 1)
    places = [found.place(date(2023, 12, 19)), found.place(date(2023, 12, 20)), found.place(date(2024, 1, 5))]
    assert places == ["early", "", ""]
    assert [found.place(date(2024, 1, d)) for d in (6, 31)] == ["late", "late"]
    assert found.place(date(2024, 2, 2)) == "closed"


def test_the_livestock_window_from_the_25th_to_the_3rd_of_the_next_month() -> None:
    """The source's own calendar: it clips in February, and a 31st lies inside the window by itself."""
    own = plan(settings={"window_opens_day": "30", "deadline_days": "3"})
    february = own.window("2567-02", "quarterly_result")
    assert (february.opens, february.deadline) == (date(2024, 2, 29), date(2024, 3, 3))
    march = own.window("2567-03", "quarterly_result")
    assert (march.opens, march.deadline) == (date(2024, 3, 30), date(2024, 4, 3))
    assert march.place(date(2024, 3, 31)) == ""


def test_only_a_listed_holiday_moves_a_deadline_and_never_one_that_was_typed() -> None:
    # 15 January 2024 is a Monday, 15 June of no matter; 14 July 2024 is a Sunday.
    assert plan(holidays=[{"day": "15/1/2567"}]).deadline("2567-Q1", "quarterly_result") == date(2024, 1, 16)
    long = [{"day": f"2024-01-{n}"} for n in (15, 16, 17, 18, 19)]
    assert plan(holidays=long).deadline("2567-Q1", "quarterly_result") == date(2024, 1, 22)  # over the weekend too
    sunday = plan(settings={"deadline_days": "14"})
    assert sunday.deadline("2567-Q3", "quarterly_result") == date(2024, 7, 14)  # an unlisted Sunday stays
    typed = plan(calendar=[row(deadline="2024-01-15")], holidays=[{"day": "15/1/2567"}])
    assert typed.deadline("2567-Q1", "quarterly_result") == date(2024, 1, 15)


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.integers(1, 31))
def test_a_day_of_a_month_is_never_in_another_month(month: date, day: int) -> None:
    found = clipped(month, day)
    assert (found.year, found.month) == (month.year, month.month) and found.day <= day
    assert working_day(found, ()) == found


@given(
    st.integers(2560, 2580), st.sampled_from(["", "-Q1", "-Q2", "-Q3", "-Q4", "-H1", "-H2", "-10", "-12", "-01", "-09"])
)
def test_periods_begin_where_the_one_before_ended(year: int, part: str) -> None:
    period = f"{year}{part}"
    assert is_period(period) and start_of(period).day == 1 and start_of(period) < end_of(period)
    months = {"": 12, "Q": 3, "H": 6}.get(part[1:2], 1)
    first, last = start_of(period), end_of(period)
    assert (last.year - first.year) * 12 + last.month - first.month + 1 == months


# -- what the office does with other days -----------------------------------------------------------------------------

Q1 = {**result("q1", "สนย.1", "95"), **result("q1", "ศท.4", "15", state=CONFIRMED)}


def replanned(office: Place, tmp_path: Path, **sheets: list[dict[str, str]]) -> None:
    content = {**deepcopy(small_plan()), **sheets}
    settings = sheets.pop("more_settings", [])
    content["settings"] = [*content["settings"], *settings]
    content.pop("more_settings", None)
    assert office.take(plan_book(tmp_path / "p.xlsx", content), "p.xlsx")["state"] == "accepted"


def sent(office: Place, tmp_path: Path, now: str, entries: Any = Q1, name: str = "f.xlsx") -> dict[str, Any]:
    path = fill(office.template("01101", "quarterly_result"), tmp_path / name, entries)
    return office.take(path, name, now=now)


def rules_of(answer: dict[str, Any]) -> dict[str, str]:
    return {f["rule"]: f["severity"] for f in answer["findings"] if f["rule"] in ("W_LATE", "W_EARLY", "E_CLOSED")}


IN_TIME, LATE, CLOSED, EARLY = "2024-01-10T09:00", "2024-01-16T00:01", "2024-03-01T09:00", "2023-09-30T23:00"


@pytest.mark.parametrize(
    ("severity", "state", "taken"),
    [("", "accepted", 2), ("ขอคำยืนยัน", "accepted", 2), ("แจ้งให้ทราบ", "accepted", 2), ("ต้องแก้", "refused", 0)],
)
def test_late_files_are_taken_asked_about_or_refused(
    office: Place, tmp_path: Path, severity: str, state: str, taken: int
) -> None:
    if severity:
        replanned(office, tmp_path, rules=[{"code": "W_LATE", "severity": severity}])
    answer = sent(office, tmp_path, LATE)
    assert (answer["state"], answer["rows_taken"]) == (state, taken)
    expected = {"": "warning", "ขอคำยืนยัน": "query", "แจ้งให้ทราบ": "info", "ต้องแก้": "error"}[severity]
    assert rules_of(answer) == {"W_LATE": expected}
    assert office.outbox(answer["answer"]).is_file()


def test_refused_late_rows_leave_the_timely_ones_alone(office: Place, tmp_path: Path) -> None:
    """The workbook holds all quarters: Q1 again, unchanged, is no late report; a new row of Q1 is."""
    replanned(office, tmp_path, rules=[{"code": "W_LATE", "severity": "ต้องแก้"}])
    assert sent(office, tmp_path, IN_TIME)["state"] == "accepted"
    again = sent(office, tmp_path, "2024-04-05T09:00", {**Q1, **result("q2", "สนย.1", "96")}, "q2.xlsx")
    assert (again["state"], again["rows_taken"], rules_of(again)) == ("accepted", 1, {})
    late = sent(office, tmp_path, "2024-04-06T09:00", {**Q1, **result("q1", "กพร.9", "3"), **result("q2", "กพร.9", "3")}, "x.xlsx")  # fmt: skip
    assert (late["state"], late["rows_taken"]) == ("returned", 1) and rules_of(late) == {"W_LATE": "error"}
    assert office.facts("01101", "กพร.9", "2567-Q1") == [] and office.facts("01101", "กพร.9", "2567-Q2") == ["3"]


def test_early_files_say_so_and_may_be_refused(office: Place, tmp_path: Path) -> None:
    assert rules_of(sent(office, tmp_path, EARLY)) == {"W_EARLY": "warning"}
    replanned(office, tmp_path, rules=[{"code": "W_EARLY", "severity": "ต้องแก้"}])
    refused = sent(office, tmp_path, EARLY, {**Q1, **result("q1", "กพร.9", "3")}, "g.xlsx")
    assert refused["state"] == "refused" and rules_of(refused) == {"W_EARLY": "error"}
    assert sent(office, tmp_path, IN_TIME, {**Q1, **result("q1", "กพร.9", "3")}, "g.xlsx")["state"] == "accepted"


@pytest.mark.parametrize("how", ["closes", "closes_days", "closed"])
def test_after_the_closing_nothing_is_taken_unless_the_office_says_so(office: Place, tmp_path: Path, how: str) -> None:
    calendar = [row(**({"closed": "yes"} if how == "closed" else {"closes": "2024-02-01"}))]
    shut: dict[str, Any] = {"calendar": [] if how == "closes_days" else calendar}
    if how == "closes_days":
        shut["more_settings"] = [{"key": "closes_days", "value": "10"}]
    replanned(office, tmp_path, **shut)
    refused = sent(office, tmp_path, CLOSED)
    assert refused["state"] == "refused" and rules_of(refused) == {"E_CLOSED": "error"}
    replanned(office, tmp_path, **shut, rules=[{"code": "E_CLOSED", "severity": "ขอคำยืนยัน"}])
    asked = sent(office, tmp_path, CLOSED)
    assert (asked["state"], rules_of(asked)) == ("accepted", {"E_CLOSED": "query"})


def test_a_waiver_covers_a_late_row(office: Place, tmp_path: Path) -> None:
    waived = {"unit": "01101", "indicator": "*", "rule": "W_LATE", "reason": "น้ำท่วม", "approved_by": "ผู้อำนวยการ", "until": "2024-02-01"}  # fmt: skip
    replanned(office, tmp_path, rules=[{"code": "W_LATE", "severity": "ต้องแก้"}], waivers=[waived])
    answer = sent(office, tmp_path, LATE)
    assert (answer["state"], answer["rows_taken"], rules_of(answer)) == ("accepted", 2, {"W_LATE": "info"})
    kept = office.rows("SELECT entries FROM posting WHERE indicator='สนย.1'")
    assert "น้ำท่วม" in kept[0]["entries"]
