"""The register's figures: each state of a duty, what is late and what is not, and shares that say whom they speak of."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from openpyxl import load_workbook
from staff import Place, small_plan

from pipeline.register import words
from pipeline.register.duties import duties
from pipeline.register.quality import above_of, files_of, levels, quality
from schemas.plan import Plan

ZONE = ZoneInfo("Asia/Bangkok")
DUE = ("สนย.1", "กพร.9", "ศท.4", "P1", "อปท.1")
Line = tuple[str, str, str, str]  # indicator, state ("" = blank), received, state of its file


def plan(**settings: str) -> Plan:
    content = small_plan()
    content["settings"] += [{"key": k, "value": v} for k, v in settings.items()]
    return Plan(1, 2567, content)


def posted(lines: list[Line], unit: str = "01101") -> pd.DataFrame:
    rows = [
        {"unit": unit, "form": "quarterly_result", "indicator": i, "period": "2567-Q1", "state": s or "draft",
         "blank": not s, "submission": n, "received_at": at, "file_state": file, "unlocked": False}
        for n, (i, s, at, file) in enumerate(lines)
    ]  # fmt: skip
    columns = ["unit", "form", "indicator", "period", "state", "blank", "submission", "received_at", "file_state"]
    return pd.DataFrame(rows, columns=[*columns, "unlocked"]).astype({"blank": bool, "unlocked": bool})


def q1(lines: list[Line], today: date = date(2024, 1, 20), **settings: str) -> dict[str, Any]:
    found = duties(plan(**settings), posted(lines), today, ZONE)
    return dict(found[(found["unit"] == "01101") & (found["period"] == "2567-Q1")].iloc[0])


def all_of(state: str, at: str = "2024-01-10T03:00:00+00:00") -> list[Line]:
    return [(i, state, at, "accepted") for i in DUE]


LATER = "2024-01-18T03:00:00+00:00"


@pytest.mark.parametrize(
    ("lines", "state", "rows_in", "held"),
    [
        ([], "missing", 0, 0),
        (all_of("draft"), "received", 5, 0),
        (all_of("confirmed"), "confirmed", 5, 0),
        (all_of("signed_off"), "signed_off", 5, 0),
        (all_of("confirmed")[:2], "partial", 2, 0),
        ([*all_of("draft"), ("P1", "", LATER, "accepted")], "partial", 4, 0),  # taken back
        ([*all_of("draft"), ("P1", "held", LATER, "returned")], "returned", 5, 1),
        ([*all_of("confirmed"), ("P1", "held", LATER, "returned")], "confirmed", 5, 0),  # what is confirmed stands
        ([*all_of("draft"), ("P1", "held", LATER, "refused")], "received", 5, 0),  # nothing of that file was wanted
        ([("P1", "held", LATER, "returned"), *all_of("draft", LATER)], "received", 5, 0),  # put right
        ([("ปศ.1", "draft", LATER, "accepted")], "missing", 0, 0),  # half-yearly: not asked for in Q1
    ],
)
def test_the_state_of_a_duty(lines: list[Line], state: str, rows_in: int, held: int) -> None:
    found = q1(lines)
    assert (found["state"], found["rows_in"], found["rows_held"], found["rows_due"]) == (state, rows_in, held, 5)
    assert found["owed"] == (state in ("missing", "partial", "returned")) == found["late"]


def test_before_its_end_a_quarter_is_not_due_and_before_its_deadline_not_late() -> None:
    assert q1([], date(2023, 12, 31))["state"] == "not due"
    begun, due = q1([], date(2024, 1, 1)), q1([], date(2024, 1, 15))
    assert (begun["state"], begun["owed"], begun["late"], due["late"]) == ("missing", True, False, False)
    assert (q1([], date(2024, 1, 16))["days"], q1([], date(2024, 1, 16))["late"]) == (1, True)


@pytest.mark.parametrize(
    ("at", "on_time"),
    [("2024-01-15T16:59:59+00:00", 1), ("2024-01-15T17:00:00+00:00", 0), ("2024-01-15T16:59:59.500000+00:00", 1)],
)
def test_on_time_is_the_office_s_day_and_the_first_time_a_row_was_taken(at: str, on_time: int) -> None:
    assert q1([("P1", "draft", at, "accepted")])["rows_on_time"] == on_time
    again = [("P1", "draft", at, "accepted"), ("P1", "confirmed", "2024-02-01T03:00:00+00:00", "accepted")]
    found = q1(again)
    assert (found["rows_on_time"], found["rows_confirmed"], found["first_at"]) == (on_time, 1, at)
    wrong = [("P1", "held", "2024-01-02T03:00:00+00:00", "returned"), ("P1", "draft", LATER, "accepted")]
    assert q1(wrong)["rows_on_time"] == 0  # what was sent back was not taken


def test_what_is_lacking_and_what_to_correct_is_named() -> None:
    found = q1([("P1", "held", LATER, "returned"), ("กพร.9", "draft", LATER, "accepted")])
    assert (found["lacking"], found["to_correct"]) == ("สนย.1, ศท.4, อปท.1", "P1")
    assert q1([])["lacking"] == ""  # nothing came: all of it is, and nobody needs the list


def test_a_level_says_how_many_units_stand_behind_it_and_shares_of_nothing_are_missing() -> None:
    own, moment = plan(), date(2024, 1, 20)
    found = duties(own, posted(all_of("draft")), moment, ZONE)
    arrivals = pd.DataFrame(
        {"number": [1, 2, 3], "unit": ["01101", "01101", None], "fiscal_year": [2567, 2567, 2567], "form": ["monthly_plan"] * 3,
         "state": ["returned", "accepted", "quarantined"], "received_at": ["2024-01-10T03:00:00+00:00"] * 3}
    )  # fmt: skip
    files = files_of(arrivals, pd.DataFrame({"submission": [1], "errors": [3], "queries": [1]}), ZONE)
    assert above_of(own)["01101"] == ("0110", "0100")
    by = quality(levels(own, found), levels(own, files), ["level"]).set_index("level")
    assert list(by["units"]) == [3, 2, 3] and list(by.index) == ["", "0110", "0100"]
    assert by.at["", "completeness"] == pytest.approx(100 * 5 / (3 * 5 + 3 * 6))
    assert by.at["0110", "timeliness"] == pytest.approx(100 * 5 / (2 * 5 + 2 * 6))
    assert (by.at["", "files"], by.at["", "correctness"], by.at["", "errors"]) == (2, 50, 3)
    units = quality(found, files, ["unit"]).set_index("unit")
    assert pd.isna(units.at["01102", "correctness"]) and units.at["01101", "correctness"] == 50


def test_an_office_without_anything_has_a_register(new_office: Place) -> None:
    assert new_office.call("status").code == 0
    said = new_office.call("status", "--json").json
    assert said["owed"] == [] and said["duties"] == [] and said["levels"] == []
    new_office.receive()
    assert load_workbook(new_office.outbox("register.xlsx")).sheetnames == ["ทะเบียนไฟล์", "ยอดไฟล์", "หลักฐาน", "คำอธิบาย"]


def test_every_formula_of_the_register_stands_on_its_last_sheet(office: Place) -> None:
    office.receive()
    book = load_workbook(office.outbox("register.xlsx"))
    told = {row[1].value: row[3].value for row in book["คำอธิบาย"].iter_rows(min_row=2)}
    for key in ("completeness", "timeliness", "correctness"):
        column = next(c for c in words.LEVELS if c.key == key)
        assert told[column.label.th] == column.note.th and "÷" in column.note.th
    heads = [c.value.split("\n")[0] for c in book["สรุป"][3]]
    assert heads == [c.label.th for c in words.LEVELS] and "หน่วยงานที่นับ" in heads
    states = [row[4].value for row in book["ค้างส่ง"].iter_rows(min_row=2)]
    assert states == ["■ ยังไม่ส่ง"] * 6
