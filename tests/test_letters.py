"""Reminders: who gets one and when, what it says, how it goes away; the same bytes at any hour between two reminders."""

from __future__ import annotations

import zipfile
from copy import deepcopy
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from docx import Document
from staff import CONFIRMED, Place, fill, plan_book, result, small_plan

from pipeline import run
from pipeline.letters.due import write_letters
from pipeline.opening import open_office

pytestmark = pytest.mark.long

ROUND = "letters/2567/2567-Q1"
BEFORE, AFTER, SAME_WEEK, NEXT_WEEK = "2024-01-15T23:00", "2024-01-16T00:05", "2024-01-22T18:00", "2024-01-23T09:00"
CODES = ("สนย.1", "กพร.9", "ศท.4", "P1", "อปท.1")
Q1 = {k: v for c in CODES for k, v in result("q1", c, "5", state=CONFIRMED).items()}
PLANS = {("plan", c, "total"): "5" for c in (*CODES, "ปศ.1")}


def publish(office: Place, now: str) -> list[str]:
    """The letters that lie ready after what follows a publication."""
    opened = open_office(office.root, datetime.fromisoformat(f"{now}+07:00"))
    assert run.follow_up(opened)[1] is None
    return sorted(p.relative_to(office.outbox("letters")).as_posix() for p in office.outbox("letters").rglob("*.docx"))


def send(
    office: Place, tmp_path: Path, unit: str, entries: Any, form: str = "quarterly_result", now: str = BEFORE
) -> str:
    path = fill(office.template(unit, form), tmp_path / f"{form}_{unit}.xlsx", entries)
    return str(office.take(path, path.name, now=now)["state"])


def text_of(path: Path) -> str:
    document = Document(str(path))
    cells = [c.text for t in document.tables for row in t.rows for c in row.cells]
    return "\n".join([*(p.text for p in document.paragraphs), *cells])


@pytest.fixture
def quiet(office: Place, tmp_path: Path) -> Place:
    """The small office in which plans are not owed: their deadline lies far ahead."""
    content = deepcopy(small_plan())
    content["calendar"] = [{"period": "2567", "form": "monthly_plan", "deadline": "2024-12-31"}]
    content["units"][2]["addressee"] = "ผู้อำนวยการกองแผนงาน"
    content["settings"] += [{"key": "letter_number", "value": "กค 0201/"}]
    assert office.take(plan_book(tmp_path / "again.xlsx", content), "again.xlsx")["state"] == "accepted"
    return office


def test_letters_are_drawn_after_the_deadline_for_whoever_owes_something(quiet: Place, tmp_path: Path) -> None:
    assert send(quiet, tmp_path, "01101", Q1) == "accepted"
    some = {k: v for k, v in Q1.items() if k[1] in ("สนย.1", "P1")}
    assert send(quiet, tmp_path, "01102", {**some, ("q1", "P1", "value"): "9x"}) == "returned"
    assert publish(quiet, BEFORE) == []
    answer = quiet.call("publish", now=AFTER)  # the command says what it drew
    assert answer.code == 0 and f"outbox/{ROUND}/ (หนังสือเตือน 2 ฉบับ)" in answer.out
    assert publish(quiet, AFTER) == [f"2567/2567-Q1/{u}.docx" for u in ("01102", "01103")]
    said = text_of(quiet.outbox(f"{ROUND}/01102.docx"))
    for words in ("บันทึกข้อความ", "กค 0201/", "วันที่  16 มกราคม 2567", "หัวหน้าหน่วยงาน กองคลัง", "15 ม.ค. 2567",
                  "ส่งกลับให้แก้ 1 ตัวชี้วัด: P1 และยังขาด กพร.9, ศท.4, อปท.1", "ผู้อำนวยการกองนโยบายและแผน"):  # fmt: skip
        assert words in said, words
    assert "เตือนครั้งที่" not in said and "กองกฎหมาย" not in said and "กองแผนงาน" not in said
    assert "ยังไม่ได้รับ" in text_of(quiet.outbox(f"{ROUND}/01103.docx"))


def test_a_letter_is_the_same_until_the_next_reminder_and_goes_to_done_when_settled(
    quiet: Place, tmp_path: Path
) -> None:
    letter = quiet.outbox(f"{ROUND}/01101.docx")
    publish(quiet, AFTER)
    first, when = letter.read_bytes(), letter.stat().st_mtime_ns
    publish(quiet, SAME_WEEK)
    assert letter.stat().st_mtime_ns == when  # not even written again
    (quiet.root / "var" / "letters.json").unlink()
    publish(quiet, SAME_WEEK)
    assert letter.read_bytes() == first
    publish(quiet, NEXT_WEEK)
    assert "(เตือนครั้งที่ 2)" in text_of(letter) and "8" in text_of(letter).split("\n")[-1]
    done = letter.parent / "done"
    assert (done / "01101-2024-01-16.docx").read_bytes() == first
    assert send(quiet, tmp_path, "01101", Q1, now=NEXT_WEEK) == "accepted"
    publish(quiet, NEXT_WEEK)
    assert not letter.exists() and (done / "01101-2024-01-23.docx").is_file()


def test_an_officer_s_changes_stay_until_there_is_something_new_to_say(quiet: Place) -> None:
    letter = quiet.outbox(f"{ROUND}/01101.docx")
    publish(quiet, AFTER)
    letter.write_bytes(b"numbered by hand")
    publish(quiet, SAME_WEEK)
    assert letter.read_bytes() == b"numbered by hand"
    publish(quiet, NEXT_WEEK)
    assert (letter.parent / "done" / "01101-2024-01-16.docx").read_bytes() == b"numbered by hand"


def test_an_old_plan_is_asked_for_with_the_round_of_the_year(office: Place, tmp_path: Path) -> None:
    assert send(office, tmp_path, "01101", PLANS, "monthly_plan", "2023-10-10T09:00") == "accepted"
    assert publish(office, "2023-10-20T09:00") == ["2567/2567/01102.docx", "2567/2567/01103.docx"]
    found = publish(office, AFTER)
    assert [p for p in found if "/done/" not in p] == [f"2567/2567-Q1/{u}.docx" for u in ("01101", "01102", "01103")]
    assert "92" in text_of(office.outbox(f"{ROUND}/01102.docx")).split("\n")


@pytest.mark.parametrize("how", ["reminder_days", "closed"])
def test_no_letter_where_the_office_wants_none_or_nothing_is_taken_any_more(
    quiet: Place, tmp_path: Path, how: str
) -> None:
    content = deepcopy(small_plan())
    content["calendar"] = [{"period": "2567", "form": "monthly_plan", "deadline": "2024-12-31"}]
    if how == "closed":
        content["calendar"] += [{"period": "2567-Q1", "form": "quarterly_result", "closed": "yes"}]
    else:
        content["settings"] += [{"key": "reminder_days", "value": "0"}]
    quiet.take(plan_book(tmp_path / "off.xlsx", content), "off.xlsx")
    assert publish(quiet, AFTER) == []


def test_drafts_are_owed_where_the_office_settles_by_confirmation(quiet: Place, tmp_path: Path) -> None:
    drafts = {k: v for c in CODES for k, v in result("q1", c, "5").items()}
    assert send(quiet, tmp_path, "01101", drafts) == "accepted"
    content = deepcopy(small_plan())
    content["calendar"] = [{"period": "2567", "form": "monthly_plan", "deadline": "2024-12-31"}]
    content["settings"] += [{"key": "settled_by", "value": "confirmed"}]
    assert f"2567/{ROUND[-7:]}/01101.docx" not in publish(quiet, AFTER)
    quiet.take(plan_book(tmp_path / "firm.xlsx", content), "firm.xlsx")
    assert "2567/2567-Q1/01101.docx" in publish(quiet, AFTER)
    assert "ยังไม่ยืนยัน" in text_of(quiet.outbox(f"{ROUND}/01101.docx"))


def test_other_debts_such_as_evidence_stand_in_the_same_letter(quiet: Place, tmp_path: Path) -> None:
    assert send(quiet, tmp_path, "01101", Q1) == "accepted"
    opened = open_office(quiet.root, datetime.fromisoformat(f"{AFTER}+07:00"))
    lacking = {"unit": "01101", "fiscal_year": 2567, "late": True, "deadline": "2024-01-12", "kind": "evidence"}
    more = pd.DataFrame([{**lacking, "report": "หลักฐานของ สนย.1", "said": "ยังไม่ได้รับ คำสั่ง.pdf"}])
    assert f"{ROUND}/01101.docx" in write_letters(opened, more=more)
    said = text_of(quiet.outbox(f"{ROUND}/01101.docx"))
    assert "ยังไม่ได้รับ คำสั่ง.pdf" in said and "1.  หลักฐานที่ยังไม่ได้รับ" in said
    assert write_letters(opened, more=more) == []


def test_counts_are_whole_where_debts_of_another_kind_stand_beside_them(quiet: Place) -> None:
    fill_one = result("q1", "สนย.1", "91", plan_status="เป็นไปตามแผน", state=CONFIRMED)
    path = fill(quiet.template("01102", "quarterly_result"), quiet.root / "one.xlsx", fill_one)
    assert quiet.take(path, "one.xlsx")["state"] == "accepted"
    opened = open_office(quiet.root, datetime.fromisoformat(f"{AFTER}+07:00"))
    lacking = {"unit": "01102", "fiscal_year": 2567, "late": True, "deadline": "2024-01-12", "kind": "evidence"}
    write_letters(opened, more=pd.DataFrame([{**lacking, "report": "หลักฐาน", "said": "ยังไม่ได้รับ คำสั่ง.pdf"}]))
    assert "ได้รับ 1 จาก 5 ตัวชี้วัด" in text_of(quiet.outbox(f"{ROUND}/01102.docx"))


def test_every_text_of_a_letter_is_in_the_thai_font(quiet: Place) -> None:
    publish(quiet, AFTER)
    with zipfile.ZipFile(quiet.outbox(f"{ROUND}/01101.docx")) as package:
        body, shapes = package.read("word/document.xml").decode(), package.read("word/styles.xml").decode()
        assert not [
            n for n in package.namelist() if n.endswith(".rels") and b'TargetMode="External"' in package.read(n)
        ]
    assert body.count("<w:szCs") >= body.count("<w:sz ") > 10 and 'w:cs="TH SarabunPSK"' in shapes
