"""What is confirmed changes only by an unlock, and every change after it is told wherever the figure is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from pipeline import begin, edition
from pipeline import receive as receiving
from pipeline.demo import scenarios
from pipeline.model import Outcome
from pipeline.opening import Office, open_office
from pipeline.template import write_plan

SHEET, ROW = "ไตรมาส 1", 8
THEN = "2024-02-01T09:00+07:00"


def receive(office: Office, name: str, data: bytes) -> Outcome:
    (office.settings.inbox / name).write_bytes(data)
    return next(o for o in receiving.receive(office, sleep=lambda _s: None) if o.submission.name == name)


def plan(office: Office, unlocks: list[Mapping[str, str]]) -> Outcome:
    """Send a plan revision with these unlock rows."""
    content = {**scenarios.plan("ministry", 1, 2567), "unlocks": unlocks}
    path = office.settings.root / "plan.xlsx"
    write_plan(content, str(path), datetime(2023, 10, 1, tzinfo=UTC), 2567)
    return receive(office, f"plan{len(unlocks)}.xlsx", path.read_bytes())


def unlock(**changes: str) -> dict[str, str]:
    row = {
        "unit": "03001",
        "form": "ผลรายไตรมาส",
        "period": "2567-Q1",
        "indicator": "*",
        "memo": "กค 0201/9",
        "reason": "คลาดเคลื่อน",
    }
    return {**row, "until": "2024-02-15", **changes}


def filled(office: Office, value: str) -> bytes:
    """The unit's own template, first indicator of Q1 reported with `value` and confirmed."""
    path = next(office.settings.outbox.glob("templates/2567/03001/quarterly_result.xlsx"))
    book = openpyxl.load_workbook(path)
    sheet = book[SHEET]
    columns = {str(c.value): c.column for c in sheet[6]}
    words = {
        "reportable": "สามารถรายงานผลได้",
        "value": value,
        "details": "ดำเนินการแล้ว",
        "plan_status": "เป็นไปตามแผน",
        "state": "ยืนยัน",
    }
    for key, word in words.items():
        sheet.cell(ROW, columns[key], word)
    target = office.settings.root / "filled.xlsx"
    book.save(target)
    return target.read_bytes()


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """An office in which 03001 has confirmed 90 for Q1."""
    begin.make_office(tmp_path)
    opened = open_office(tmp_path, datetime.fromisoformat(THEN))
    assert plan(opened, []).result.state == "accepted"
    assert receive(opened, "first.xlsx", filled(opened, "90")).result.state == "accepted"
    return opened


def test_a_confirmed_row_is_refused_with_the_confirmed_value_proposed(office: Office) -> None:
    outcome = receive(office, "second.xlsx", filled(office, "91"))
    locked = [f for f in outcome.result.findings if f.rule == "E_LOCKED"]
    assert outcome.result.state == "refused" and len(locked) == 1
    assert locked[0].cells == ("I8",) and locked[0].proposal == "90"


def test_the_same_values_again_are_nothing_new(office: Office) -> None:
    data = filled(office, "90")
    outcome = receive(office, "same.xlsx", data)
    assert outcome.result.state in ("accepted", "duplicate") and not outcome.result.postings


def test_under_an_unlock_the_same_file_is_taken_and_the_change_is_printed(office: Office) -> None:
    changed = filled(office, "91")
    assert receive(office, "second.xlsx", changed).result.state == "refused"
    assert plan(office, [unlock()]).result.state == "accepted"
    outcome = receive(office, "second.xlsx", changed)
    assert outcome.result.state == "accepted", [f.message.en for f in outcome.result.findings]
    assert [p.entries["unlocked"] for p in outcome.result.postings] == ["กค 0201/9: คลาดเคลื่อน"]
    assert "I_UNLOCKED" in {f.rule for f in outcome.result.findings}
    edition.publish(office, "2567-Q1")
    book = openpyxl.load_workbook(office.settings.outbox / "reports" / "2567" / "2567-Q1" / "master.xlsx")
    texts = [str(c.value) for row in book["ข้อมูล"].iter_rows() for c in row if c.value]
    assert any("กค 0201/9" in t for t in texts)


@pytest.mark.parametrize(
    "changes",
    [{"until": "2024-01-31"}, {"period": "2567-Q2"}, {"form": "แผนรายเดือน"}, {"indicator": "กพร.9"}],
    ids=["over", "another period", "another form", "another indicator"],
)
def test_an_unlock_opens_nothing_else(office: Office, changes: dict[str, str]) -> None:
    assert plan(office, [unlock(**changes)]).result.state == "accepted"
    assert receive(office, "second.xlsx", filled(office, "91")).result.state == "refused"


def test_a_row_confirmed_again_under_the_unlock_is_locked_when_it_ends(office: Office) -> None:
    assert plan(office, [unlock()]).result.state == "accepted"
    assert receive(office, "second.xlsx", filled(office, "91")).result.state == "accepted"
    later = open_office(office.settings.root, datetime.fromisoformat("2024-02-16T00:10+07:00"))
    assert receive(later, "third.xlsx", filled(later, "92")).result.state == "refused"
