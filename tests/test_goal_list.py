"""The list per service goal: the budget bureau's columns, grouped by goal, blank before entry, real numbers in Excel."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import docx
import openpyxl
import pytest
from scorecards import scorecard

from pipeline.model import Scorecard
from pipeline.report import goal_list, goal_list_book
from pipeline.report.digest import digest


@pytest.fixture(scope="module")
def part() -> Scorecard:
    card = scorecard(2, 8)
    goals = [f"G{n % 2 + 1}" if n != 7 else "" for n in range(8)] * 2
    rows = card.rows.assign(goal=goals, goal_name=[f"เป้าหมายที่ {g}" if g else "" for g in goals])
    return next(iter(goal_list.parts(replace(card, rows=rows))))[1]


def test_it_has_the_columns_of_the_bureau_under_each_goal(part: Scorecard, tmp_path: Path) -> None:
    goal_list.draw(part, str(tmp_path / "a.docx"))
    (table,) = docx.Document(str(tmp_path / "a.docx")).tables
    heads = [c.text.replace("\xa0", " ") for c in table.rows[1].cells]
    assert heads == ["รหัส", "ชื่อตัวชี้วัด", "หน่วยนับ", "ประเภทตัวชี้วัด", "รวม", *(f"ไตรมาส {q}" for q in (1, 2, 3, 4))]
    assert table.rows[0].cells[4].text == "ค่าเป้าหมาย"
    rows = [[c.text for c in r.cells] for r in table.rows[2:]]
    bands = [r[0] for r in rows if len(set(r)) == 1]
    assert bands == ["ไม่ระบุเป้าหมายการให้บริการ", *(f"เป้าหมายการให้บริการหน่วยงาน  G{n}  เป้าหมายที่ G{n}" for n in (1, 2))]
    blank = next(r for r in rows if r[0] == "ตช.4")
    assert blank[4:] == [""] * 5 and next(r for r in rows if r[0] == "ตช.1")[4:] == ["100", "25", "50", "75", "100"]
    assert blank[3] == "เชิงปริมาณ" and next(r for r in rows if r[0] == "ตช.1")[1].startswith("(ร่าง) ")


def test_the_workbook_has_real_numbers_and_the_same_lines(part: Scorecard, tmp_path: Path) -> None:
    goal_list_book.draw(part, str(tmp_path / "a.xlsx"))
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0]
    lines = {
        r[0].value: [c.value for c in r[4:9]] for r in sheet.iter_rows(5) if re.fullmatch(r"ตช\.\d", str(r[0].value))
    }
    assert len(lines) == 8 and lines["ตช.1"] == [100, 25, 50, 75, 100] and lines["ตช.4"] == [None] * 5
    assert sheet.print_title_rows == "$3:$4" and sheet.freeze_panes == "C5"


def test_before_anything_is_entered_every_total_is_blank(part: Scorecard) -> None:
    lines = [line for g in goal_list.listing(replace(part, plans=part.plans.iloc[:0])).groups for line in g.lines]
    assert len(lines) == 8 and all(line["total"] == line["q4"] == "" for line in lines)


def test_it_changes_with_the_plan_and_not_with_what_is_reported() -> None:
    first, later = (next(iter(goal_list.parts(scorecard(2, 8, seed=s))))[1] for s in (1, 2))
    assert digest(first) == digest(later)
    assert digest(replace(first, plans=first.plans.assign(total=1.0))) != digest(first)
