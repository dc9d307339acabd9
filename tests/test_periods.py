"""The B.E. fiscal calendar: years, quarters, periods, ranges, dates as people write them."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.forms.monthly_plan import estimate_keys, sheets
from schemas.periods import (
    end_of,
    first_day,
    fiscal_year,
    is_period,
    last_quarter_ended,
    months_of,
    name_of,
    order,
    quarter,
    quarters_up_to,
    ranges,
    short_thai_date,
    thai_date,
    two_digit_year,
)
from schemas.plan_book.cells import parse_day

DAYS = st.dates(min_value=date(1970, 1, 1), max_value=date(2036, 12, 31))


@pytest.mark.parametrize(
    ("day", "year", "q"),
    [
        ("2020-09-30", 2563, 4), ("2020-10-01", 2564, 1), ("2021-01-01", 2564, 2), ("2021-09-30", 2564, 4),
        ("2015-03-16", 2558, 2), ("2021-04-01", 2564, 3), ("2021-07-01", 2564, 4), ("2020-12-31", 2564, 1),
    ],
)  # fmt: skip
def test_the_fiscal_year_begins_in_october_and_is_named_by_its_end(day: str, year: int, q: int) -> None:
    assert (fiscal_year(date.fromisoformat(day)), quarter(date.fromisoformat(day))) == (year, q)


def test_the_date_of_the_source_is_the_monday_it_says() -> None:
    assert date(2558 - 543, 3, 16).strftime("%A") == "Monday"
    assert thai_date(date(2015, 3, 16)) == "16 มีนาคม 2558"


def test_the_quarters_hold_the_months_of_the_calendar() -> None:
    assert [months_of(q) for q in (1, 2, 3, 4)] == [(10, 11, 12), (1, 2, 3), (4, 5, 6), (7, 8, 9)]
    assert first_day(2564) == date(2020, 10, 1)


@pytest.mark.parametrize(
    ("fy", "expected"),
    [
        (2564, ("2568..2572", "2573..2577", "2578..2580")),
        (2567, ("2571..2575", "2576..2580")),
        (2566, ("2570..2574", "2575..2579", "2580")),
        (2568, ("2572..2576", "2577..2580")),
        (2572, ("2576..2580",)),
        (2573, ("2577..2580",)),
        (2576, ("2580",)),
        (2577, ()),
        (2580, ()),
    ],
)
def test_estimate_ranges_roll_to_the_end_of_the_strategy_and_empty_ones_drop(
    fy: int, expected: tuple[str, ...]
) -> None:
    assert ranges(fy) == expected


def test_the_form_of_2564_has_the_years_of_the_source() -> None:
    (sheet,) = sheets(2564)
    plans = [f.period(2564) for f in sheet.fields if f.scenario == "estimate" and f.period]
    results = [f.period(2564) for f in sheet.fields if f.scenario == "actual" and f.period]
    assert plans == [*map(str, range(2561, 2568)), "2568..2572", "2573..2577", "2578..2580"]
    assert results == ["2561", "2562", "2563"]
    assert len(estimate_keys(2564)) == 10 and len(estimate_keys(2580)) == 7
    assert "แผนปี 2568 - 2572" in [f.label.th for f in sheet.fields]


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("61", 2561), ("64", 2564), ("80", 2580), ("60", None), ("81", None), ("2564", 2564), ("2021", 2564), ("2400", 2400),
        ("2399", 2942), ("", None), ("256", None), ("๖๔", None), ("6 4", None),
    ],
)  # fmt: skip
def test_year_labels_of_two_or_four_digits(text: str, year: int | None) -> None:
    assert two_digit_year(text) == year


@pytest.mark.parametrize(
    ("period", "last_day"),
    [
        ("2567", "2024-09-30"), ("2567-H1", "2024-03-31"), ("2567-H2", "2024-09-30"), ("2567-Q1", "2023-12-31"),
        ("2567-Q2", "2024-03-31"), ("2567-Q3", "2024-06-30"), ("2567-Q4", "2024-09-30"), ("2567-10", "2023-10-31"),
        ("2567-02", "2024-02-29"), ("2566-02", "2023-02-28"), ("2567-09", "2024-09-30"), ("2568..2572", "2029-09-30"),
    ],
)  # fmt: skip
def test_a_period_ends_on_its_last_day(period: str, last_day: str) -> None:
    assert is_period(period)
    assert end_of(period) == date.fromisoformat(last_day)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2567-Q5",
        "2567-Q0",
        "2567-13",
        "2567-1",
        "67-Q1",
        "2567Q1",
        "2567-H3",
        "2567-q1",
        "2024-Q1",
        "๒๕๖๗",
        "2567 ",
    ],
)
def test_other_texts_are_no_periods(text: str) -> None:
    assert not is_period(text)
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        end_of(text)


def test_periods_are_ordered_by_their_last_day_and_the_longer_comes_after() -> None:
    shuffled = [
        "2568..2572",
        "2567",
        "2567-Q4",
        "2567-09",
        "2567-10",
        "2567-Q1",
        "2567-12",
        "2567-H2",
        "2567-H1",
        "2567-Q2",
    ]
    assert sorted(shuffled, key=order) == [
        "2567-10", "2567-12", "2567-Q1", "2567-Q2", "2567-H1", "2567-09", "2567-Q4", "2567-H2", "2567", "2568..2572",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2024-02-01", "2567-Q1"), ("2023-12-31", "2566-Q4"), ("2024-01-01", "2567-Q1"), ("2024-10-01", "2567-Q4")],
)
def test_the_last_quarter_ended_lies_wholly_before_the_day(day: str, expected: str) -> None:
    assert last_quarter_ended(date.fromisoformat(day)) == expected


def test_quarters_up_to_a_quarter_of_the_same_year() -> None:
    assert quarters_up_to("2567-Q3") == ["2567-Q1", "2567-Q2", "2567-Q3"]


@pytest.mark.parametrize(
    ("period", "th"),
    [
        ("2567", "ปีงบประมาณ 2567"), ("2567-Q2", "ไตรมาส 2/2567"), ("2558-H1", "รอบที่ 1/2558"), ("2564-10", "ต.ค.63"),
        ("2564-09", "ก.ย.64"), ("2568..2572", "ปี 68 - 72"),
    ],
)  # fmt: skip
def test_a_period_is_named_as_people_say_it(period: str, th: str) -> None:
    assert name_of(period).th == th


def test_dates_are_written_in_thai_with_the_buddhist_year() -> None:
    assert thai_date(date(2021, 9, 30)) == "30 กันยายน 2564"
    assert short_thai_date(date(2021, 9, 30)) == "30 ก.ย. 2564"
    assert [short_thai_date(date(2020, m, 1)).split()[1] for m in range(1, 13)] == (
        ["ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค."]
    )


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-01-15", "2024-01-15"), ("15/1/2567", "2024-01-15"), ("15/01/2024", "2024-01-15"), ("2567-01-15", "2024-01-15"),
        ("2024-01-15T00:00:00", "2024-01-15"), (" 1/10/2566 ", "2023-10-01"),
    ],
)  # fmt: skip
def test_days_of_the_plan_are_read_in_either_calendar(text: str, day: str) -> None:
    assert parse_day(text) == date.fromisoformat(day)


@pytest.mark.parametrize("text", ["", "31/2/2567", "15 มกราคม 2567", "2024", "2024-13-01", "๑๕/๑/๒๕๖๗", "15-1-2567"])
def test_what_is_no_day_is_none(text: str) -> None:
    assert parse_day(text) is None


@given(DAYS)
def test_every_day_lies_in_the_quarter_it_is_said_to_lie_in(day: date) -> None:
    this = f"{fiscal_year(day)}-Q{quarter(day)}"
    assert day <= end_of(this)
    assert end_of(last_quarter_ended(day)) < day
    assert fiscal_year(end_of(this)) == fiscal_year(day) and quarter(end_of(this)) == quarter(day)
    assert first_day(fiscal_year(day)) <= day < first_day(fiscal_year(day) + 1)
    if end_of(this) != day:
        assert last_quarter_ended(end_of(this) + timedelta(days=1)) == this
