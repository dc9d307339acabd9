"""What answers say and how: figures in the words of the form, proposals beside their cells, no marks that quote nothing."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from staff import small_plan

from pipeline.model import Fact, Finding, Identity, Place, Posting, Reading, Submission, ValidationResult
from pipeline.office.compose import marked, unit_copy
from pipeline.office.forms import lines_of
from pipeline.reply import receipt
from pipeline.validate.findings import finding, merged
from schemas.forms_index import forms
from schemas.language import Text
from schemas.plan import Plan

PLAN = Plan(1, 2567, small_plan())
NOW = datetime(2024, 1, 10, 9, tzinfo=UTC)


def judged(*findings: Finding, postings: tuple[Posting, ...] = ()) -> ValidationResult:
    submission = Submission(7, "ab" * 32, NOW, "01102/แผน.xlsx", "folder", "", "", 1)
    reading = Reading(submission, Identity("monthly_plan", "1", "01101", 2567))
    return ValidationResult(reading, "accepted", Text("รับแล้ว", "Accepted"), findings, postings)


def test_a_receipt_tells_plan_estimate_and_result_of_one_year_apart_and_names_no_folder() -> None:
    said = [("plan", "2567", "5"), ("estimate", "2567", "6"), ("estimate", "2566", "7"), ("actual", "2566", "8")]
    facts = tuple(Fact("01101", "P1", period, kind, v, "", "", "แผน", "A1", v) for kind, period, v in said)
    posting = Posting("01101", "monthly_plan", "P1", "2567", "draft", {}, facts, "แผน", "A8")
    page = re.sub("<[^>]+>", " ", receipt(judged(postings=(posting,)), PLAN))
    assert [f in page for f in ("รวมทั้งสิ้น = 5", "แผนปี 2567 = 6", "แผนปี 2566 = 7", "ผลปี 2566 = 8")] == [True] * 4
    assert "แผน.xlsx" in page and "01102" not in page


def test_a_line_of_many_values_quotes_each_of_them_and_nothing_else() -> None:
    many = [finding("E_CHAR", "แผน", (f"G{n}",), value=f"{n} คน") for n in range(9)]
    [one] = merged(many)
    for text in (one.message.th, one.message.en):
        assert "“”" not in text and text.startswith("“0 คน”, “1 คน”") and "“5 คน” … (+3)" in text


def test_different_proposals_stand_beside_their_cells_in_a_short_form() -> None:
    codes = [i["code"] for i in PLAN.assigned("01101")][:3]
    places = tuple(
        Place(f"Z{n}", "q1", code, "value", "x", proposal)
        for n, (code, proposal) in enumerate(zip(codes, ("85", "-", "ยาวมาก " * 20), strict=True))
    )
    copy = unit_copy(forms()["quarterly_result"], PLAN, "01101", {}, NOW)
    found = Finding("E_CHAR", "error", Text("ผิด", "wrong"), "ไตรมาส 1", places, advice=Text("แก้", "Correct"))
    [fix] = marked(copy, [found], {}, "").fixes
    assert fix.proposal.split("\n")[:2] == [f"{fix.cells[0]}: 85", f"{fix.cells[1]}: -"]
    assert all(len(line) <= 20 for line in fix.proposal.split("\n"))


def test_a_row_is_high_enough_for_a_file_name_that_breaks_badly() -> None:
    assert lines_of("รายงานการประชุมคณะทำงาน_ไตรมาส1_2567.pdf", 26) >= 3
    assert lines_of("คำสั้น", 26) == 1
