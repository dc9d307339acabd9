"""`opsbook unlock`: the same way back as a row of the plan workbook; it survives a rebuild, and what it changed is told."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook
from staff import CONFIRMED, YEAR, Place, fill, plan_book, result, small_plan

from pipeline import begin
from pipeline.ledger import changes
from pipeline.opening import open_office

pytestmark = pytest.mark.long

UNIT, Q1 = "01101", f"{YEAR}-Q1"
ON_PLAN = {"plan_status": "เป็นไปตามแผน", "state": CONFIRMED}
GIVE = ("--form", "quarterly_result", "--period", Q1, "--memo", "กค 0201/9", "--reason", "คลาดเคลื่อน")


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """An office in which 01101 and 01102 confirmed their first figure of Q1."""
    place = Place(tmp_path_factory.mktemp("office"))
    begin.make_office(place.root)
    content = small_plan()
    content["settings"].append({"key": "ranking_coverage", "value": "30"})
    place.take(plan_book(place.root / "p.xlsx", content), "plan.xlsx")
    for unit, value in ((UNIT, "91"), ("01102", "94")):
        taken = place.take(form(place, unit, value), f"{unit}.xlsx")
        assert taken["state"] == "accepted", taken
    return place


@pytest.fixture
def office(started: Place, tmp_path: Path) -> Place:
    return started.copy_to(tmp_path / "office")


def form(place: Place, unit: str, value: str) -> Path:
    typed = result("q1", "สนย.1", value, **ON_PLAN)
    return fill(place.template(unit, "quarterly_result"), place.root / f"{unit}-{value}.xlsx", typed)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("01199", *GIVE, "--until", "2024-02-15"), "no reporting unit 01199"),
        ((UNIT, "--form", "evidence", *GIVE[2:], "--until", "2024-02-15"), "no form evidence"),
        ((UNIT, *GIVE[:2], "--period", "2567", *GIVE[4:], "--until", "2024-02-15"), "no period 2567"),
        ((UNIT, *GIVE[:2], "--period", "2599-Q1", *GIVE[4:], "--until", "2024-02-15"), "no plan for 2599-Q1"),
        ((UNIT, *GIVE, "--until", "31/2/2567"), "not a date"),
        ((UNIT, *GIVE, "--until", "2024-01-09"), "passed already"),
        ((UNIT, *GIVE, "--indicator", "X9", "--until", "2024-02-15"), "no indicator X9"),
        ((UNIT, *GIVE[:5], " ", *GIVE[6:], "--until", "2024-02-15"), "give a memo number"),
    ],
)
def test_a_wrong_word_is_one_clear_line(started: Place, words: tuple[str, ...], said: str) -> None:
    answer = started.call("unlock", *words)
    assert answer.code == 2 and said in answer.err and len(answer.err.strip().splitlines()) == 1
    assert not started.rows('SELECT * FROM "unlock"')


def test_the_same_file_is_taken_after_the_unlock_and_the_change_is_told_everywhere(office: Place) -> None:
    changed = form(office, UNIT, "100").read_bytes()
    assert office.take(changed, "again.xlsx")["state"] == "refused"
    answer = office.call("unlock", UNIT, *GIVE, "--until", "15/2/2567")
    assert answer.code == 0 and UNIT in answer.out
    assert office.take(changed, "again.xlsx")["state"] == "accepted"
    assert office.facts(UNIT, "สนย.1", Q1) == ["91", "100"]
    office.call("publish", "--period", Q1)
    texts = _texts(office.outbox(f"reports/{YEAR}/{Q1}/executive.xlsx"), "สิ่งที่เปลี่ยนไป")
    line = next(row for row in texts if any("กค 0201/9: คลาดเคลื่อน" in t for t in row))
    assert "91" in line and "100" in line and "ยืนยัน" not in line[0]
    # 91 of 88 91 94 97 100 is level 2, 100 level 5; before, 01102 with 94 was first and 01101 second
    assert "คะแนน 2.0000 → 5.0000 · คะแนนหน่วยงาน 2.0000 → 5.0000 · อันดับ 2 → 1" in "\n".join(line)
    marked = [t for row in _texts(office.outbox(f"reports/{YEAR}/{Q1}/master.xlsx"), "ข้อมูล") for t in row]
    assert "ยืนยันโดยไฟล์ ยังไม่ลงนาม · แก้ไขหลังปลดล็อก" in marked and "แก้ไขหลังปลดล็อก กค 0201/9: คลาดเคลื่อน" in marked


def _texts(path: Path, sheet: str) -> list[list[str]]:
    return [[str(c.value) for c in row if c.value is not None] for row in load_workbook(path)[sheet].iter_rows()]


def test_an_unlock_opens_the_template_and_ends_by_itself(office: Place) -> None:
    office.call("unlock", UNIT, *GIVE, "--indicator", "สนย.1", "--until", "2024-01-20")
    assert not load_workbook(office.template(UNIT, "quarterly_result"))["ไตรมาส 1"]["I8"].protection.locked
    changed = form(office, UNIT, "97").read_bytes()
    assert office.take(changed, "late.xlsx", now="2024-01-21T00:30:00")["state"] == "refused"
    assert office.take(changed, "in time.xlsx", now="2024-01-20T23:30:00")["state"] == "accepted"


def test_it_is_rebuilt_from_the_store_and_listed(office: Place) -> None:
    office.call("unlock", UNIT, *GIVE, "--until", "2024-01-20")
    office.take(form(office, UNIT, "97"), "changed.xlsx")
    before = {t: office.rows(f'SELECT * FROM "{t}"') for t in ("unlock", "posting", "fact", "submission")}
    for path in (office.root / "var").glob("ledger.sqlite*"):
        path.unlink()
    assert office.call("verify", "--repair").code == 0
    assert {t: office.rows(f'SELECT * FROM "{t}"') for t in before} == before and before["unlock"]
    opened = open_office(office.root)
    with opened.engine.connect() as connection:
        (now,) = changes.unlocks(connection, YEAR, date(2024, 1, 20)).to_dict("records")
        (ended,) = changes.unlocks(connection, YEAR, date(2024, 1, 21)).to_dict("records")
        (change,) = changes.late_changes(connection, YEAR).to_dict("records")
    assert (now["source"], now["in_force"], ended["in_force"]) == ("command", True, False)
    assert [change[k] for k in ("old", "new", "memo", "reason", "file")] == [
        "91", "97", "กค 0201/9", "คลาดเคลื่อน", "changed.xlsx"
    ]  # fmt: skip
    assert office.call("verify").code == 0 and office.receive()["files"] == []
