"""Evidence through the command line: before its form, after it, in folders and by name; wrong, missing, late, unnamed."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from openpyxl import load_workbook
from proofs import docx, exe, pdf, png
from staff import CONFIRMED, NOW, UNITS, Place, fill, result

from pipeline.evidence.debts import overdue
from pipeline.ledger import book
from pipeline.opening import open_office

pytestmark = pytest.mark.long

UNIT, OTHER = UNITS[0], UNITS[1]
Q1 = "2567-Q1"
NAMED = {
    **result("q1", "สนย.1", "88", evidence="รายงาน 1/2567.pdf\nภาพกิจกรรม"),
    **result("q1", "กพร.9", "5", evidence="รายงาน 1/2567.pdf"),
}


@pytest.fixture
def form(office: Place, tmp_path: Path) -> Path:
    """A result form of UNIT that names a report for two indicators and a picture for one."""
    return fill(office.template(UNIT, "quarterly_result"), tmp_path / "form.xlsx", NAMED)


def rules_of(line: dict[str, Any]) -> list[str]:
    return [f["rule"] for f in line["findings"]]


def sheet(office: Place, name: str = "หลักฐาน") -> list[dict[str, Any]]:
    """A sheet of the register as rows by Thai heading, with where its link leads under "link"."""
    assert office.call("receive").code in (0, 1)
    page = load_workbook(office.outbox("register.xlsx"))[name]
    heads = [str(c.value).split("\n")[0] for c in page[1]]
    rows = []
    for line in page.iter_rows(min_row=2):
        links = [c.hyperlink.target for c in line if c.hyperlink]
        rows.append(
            {
                **dict(zip(heads, (c.value or "" for c in line), strict=True)),
                "link": links[0].replace("\\", "/") if links else "",
            }
        )
    return rows


def states(office: Place) -> dict[tuple[str, str], str]:
    return {(r["ตัวชี้วัด"], r["ชื่อไฟล์ที่ระบุ"]): r["สถานะ"] for r in sheet(office)}


ALL_THERE = {
    ("สนย.1", "รายงาน 1/2567.pdf"): "ได้รับแล้ว",
    ("สนย.1", "ภาพกิจกรรม"): "ได้รับแล้ว",
    ("กพร.9", "รายงาน 1/2567.pdf"): "ได้รับแล้ว",
}


FOLDERS = ("", f"{UNIT}/", "ส่งครั้งที่ 1/", f"{UNIT}/หลักฐาน.zip/")
USUAL = (("", "together"), (f"{UNIT}/", "before"), ("ส่งครั้งที่ 1/", "after"))
OTHERS = [
    pytest.param(f, o, marks=pytest.mark.long)
    for f in FOLDERS
    for o in ("before", "after", "together")
    if (f, o) not in USUAL
]


@pytest.mark.parametrize(("folder", "order"), [*USUAL, *OTHERS])
def test_evidence_finds_its_figures_whenever_it_comes(office: Place, form: Path, folder: str, order: str) -> None:
    def send_form() -> None:
        office.send(form, f"{folder}ผลไตรมาส 1.xlsx")

    def send_evidence() -> None:
        office.send(pdf(), f"{folder}รายงาน_1_2567.PDF")
        office.send(png(), f"{folder}ภาพกิจกรรม.png")

    first, second = (send_form, send_evidence) if order == "after" else (send_evidence, send_form)
    first()
    if order != "together":
        assert office.receive()["quarantined"] == 0
    second()
    assert office.receive()["quarantined"] == 0
    assert states(office) == ALL_THERE
    for row in sheet(office):
        assert row["link"].startswith(f"evidence/2567/{UNIT}/")
        assert office.outbox(row["link"]).read_bytes() in (pdf(), png())
    assert len(list(office.outbox("evidence").rglob("*.*"))) == 2


def test_the_receipt_of_a_form_says_what_is_missing_and_until_when(office: Place, form: Path) -> None:
    line = office.take(form, "ผล.xlsx")
    assert (line["state"], rules_of(line)) == ("accepted", ["I_EVIDENCE_DUE"])
    said = line["findings"][0]["message"]
    assert "รายงาน 1/2567.pdf, ภาพกิจกรรม" in said and "19 ม.ค. 2567" in said
    assert "19 ม.ค. 2567" in office.outbox(line["answer"]).read_text(encoding="utf-8")


def test_what_came_beside_the_form_is_not_called_missing(office: Place, form: Path) -> None:
    office.send(form, "ผล.xlsx")
    office.send(pdf(), "รายงาน 1_2567.pdf")
    line = office.receive()["by"]["ผล.xlsx"]
    assert "ภาพกิจกรรม" in line["findings"][0]["message"] and "รายงาน" not in line["findings"][0]["message"]


def test_named_evidence_is_missing_until_its_deadline_and_overdue_after_it(office: Place, form: Path) -> None:
    office.take(form, "ผล.xlsx")
    assert set(states(office).values()) == {"ยังไม่ได้รับ"}
    office.call("receive", now="2024-01-20T09:00:00")
    page = load_workbook(office.outbox("register.xlsx"))["หลักฐาน"]
    assert {page.cell(r, 5).value for r in range(2, 5)} == {"ยังไม่ได้รับ เกินกำหนด"}
    again = office.take(fill(form, form, result("q1", "P1", "80")), "ผล 2.xlsx", now="2024-01-20T09:00:00")
    assert "W_EVIDENCE_OVERDUE" in rules_of(again)
    late = office.take(pdf(), f"{UNIT}/รายงาน 1 2567.pdf", now="2024-01-25T09:00:00")
    assert (late["state"], rules_of(late)) == ("accepted", ["W_EVIDENCE_LATE"])
    assert [r["ล่าช้า"] for r in sheet(office)] == ["ล่าช้า", "", "ล่าช้า"]


@pytest.mark.parametrize(
    "name", [f"{UNIT}.สนย.1.2567-Q1.pdf", f"{UNIT}.สนย.1.Q1.รายงาน 1_2567.pdf", f"{UNIT}.สนย.1.67-q1.รายงาน 1 2567.pdf"]
)
def test_a_file_may_say_itself_where_it_belongs(office: Place, tmp_path: Path, name: str) -> None:
    typed = result("q1", "สนย.1", "88", evidence="รายงาน 1/2567.pdf")
    office.take(fill(office.template(UNIT, "quarterly_result"), tmp_path / "f.xlsx", typed), "ผล.xlsx")
    line = office.take(pdf(), name)
    assert (line["state"], line["unit"], line["fiscal_year"], line["form"]) == ("accepted", UNIT, 2567, "evidence")
    assert "สนย.1" in line["reason"] and "ไตรมาส 1/2567" in line["reason"] and rules_of(line) == []
    assert states(office) == {("สนย.1", "รายงาน 1/2567.pdf"): "ได้รับแล้ว"}


def test_a_file_named_in_no_form_is_asked_about(office: Place, form: Path) -> None:
    office.take(form, "ผล.xlsx")
    own = office.take(pdf("a"), f"{UNIT}/อื่น.pdf")
    assert (own["state"], own["unit"], rules_of(own)) == ("accepted", UNIT, ["Q_EVIDENCE_UNNAMED"])
    assert own["answer"].startswith(f"receipts/{UNIT}/")
    nobody = office.take(pdf("b"), "ไม่ทราบ.pdf")
    assert (nobody["state"], nobody["unit"], rules_of(nobody)) == ("accepted", None, ["Q_EVIDENCE_UNIT"])
    assert {r["เหตุที่ถาม"] for r in sheet(office, "หลักฐานที่ต้องถาม")} == {"ไม่มีแบบฟอร์มระบุชื่อ", "ไม่ทราบหน่วยงาน"}


def test_nothing_is_guessed_where_two_units_name_the_same_file(office: Place, form: Path, tmp_path: Path) -> None:
    office.take(form, "ผล.xlsx")
    other = fill(office.template(OTHER, "quarterly_result"), tmp_path / "other.xlsx", NAMED)
    office.take(other, "ผลอีกหน่วย.xlsx")
    line = office.take(pdf(), "รายงาน 1 2567.pdf")
    assert rules_of(line) == ["Q_EVIDENCE_TWO"]
    assert "ได้รับแล้ว" not in {r["สถานะ"] for r in sheet(office)}
    put_right = office.take(pdf(), f"{OTHER}/รายงาน 1 2567.pdf")
    assert (put_right["state"], put_right["unit"]) == ("accepted", OTHER)
    found = {(r["หน่วยงาน"], r["สถานะ"]) for r in sheet(office) if "รายงาน" in r["ชื่อไฟล์ที่ระบุ"]}
    assert found == {(UNIT, "ยังไม่ได้รับ"), (OTHER, "ได้รับแล้ว")}


def test_the_same_bytes_in_the_same_place_are_a_duplicate_and_a_newer_version_counts(office: Place, form: Path) -> None:
    office.take(form, "ผล.xlsx")
    name = f"{UNIT}/รายงาน 1 2567.pdf"
    assert office.take(pdf("one"), name)["state"] == "accepted"
    assert office.take(pdf("one"), name)["state"] == "duplicate"
    assert office.take(pdf("two"), name, now="2024-01-11T09:00:00")["state"] == "accepted"
    assert office.outbox(sheet(office)[0]["link"]).read_bytes() == pdf("two")
    assert office.take(pdf("one"), name, now="2024-01-12T09:00:00")["state"] == "accepted"
    assert office.outbox(sheet(office)[0]["link"]).read_bytes() == pdf("one")


BAD = {
    "รายงาน 1 2567.pdf": (exe(), "E_EVIDENCE_REFUSED"),
    "โปรแกรม.exe": (exe(), "E_EVIDENCE_REFUSED"),
    "หน้าเว็บ.html": (b"<html><script>x</script></html>", "E_EVIDENCE_REFUSED"),
    "ภาพ.svg": (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "E_EVIDENCE_REFUSED"),
    "คำสั่ง.bat": (b"@echo off\r\ndel *\r\n", "E_EVIDENCE_REFUSED"),
    "สคริปต์.pdf": (pdf(objects=b"3 0 obj << /S /JavaScript /JS (x) >> endobj\n"), "E_EVIDENCE_ACTIVE"),
    "ขาด.pdf": (pdf()[:-20], "E_EVIDENCE_BROKEN"),
    "ภาพ.docx": (png(), "E_EVIDENCE_KIND"),
    "กรอกแล้ว.xlsx": (pdf(), "E_UNSAFE_NOT_XLSX"),
}


def test_what_must_not_be_kept_as_evidence_is_told(office: Place) -> None:
    for name, (data, _) in BAD.items():
        office.send(data, f"{UNIT}/{name}")
    by = office.receive()["by"]
    for name, (_, code) in BAD.items():
        line = by[f"{UNIT}/{name}"]
        assert (name, line["state"], rules_of(line)) == (name, "quarantined", [code])
        assert "{" not in line["findings"][0]["message"]
    assert not list(office.outbox("evidence").rglob("*.*"))


def stranger(path: Path) -> Path:
    with xlsxwriter.Workbook(str(path)) as made:
        made.add_worksheet().write_string(0, 0, "ตารางประกอบ")
    return path


def test_a_stranger_workbook_is_evidence_only_where_somebody_stands_behind_it(office: Place, tmp_path: Path) -> None:
    book = stranger(tmp_path / "s.xlsx")
    lost = office.take(book, "ตาราง.xlsx")
    assert (lost["state"], rules_of(lost)) == ("quarantined", ["E_NOT_OURS"])
    assert office.take(book, f"{UNIT}/ตาราง.xlsx")["state"] == "accepted"
    assert office.take(book, f"{OTHER}.สนย.1.2567-Q1.xlsx")["reason"].startswith(f"หลักฐานของ {OTHER}")


def test_a_stranger_workbook_that_came_first_is_found_once_a_form_names_it(office: Place, tmp_path: Path) -> None:
    office.take(stranger(tmp_path / "s.xlsx"), "ตาราง.xlsx")
    typed = result("q1", "สนย.1", "88", evidence="ตาราง.xlsx")
    line = office.take(fill(office.template(UNIT, "quarterly_result"), tmp_path / "f.xlsx", typed), "ผล.xlsx")
    assert rules_of(line) == []
    assert states(office) == {("สนย.1", "ตาราง.xlsx"): "ได้รับแล้ว"}


def test_strategy_maps_travel_the_same_way_and_the_newest_counts(office: Place) -> None:
    first = office.take(pdf("1"), f"{UNIT}.strategy_map.2567.pdf")
    assert (first["state"], rules_of(first)) == ("accepted", []) and "แผนที่ยุทธศาสตร์" in first["reason"]
    office.take(pdf("2"), f"{UNIT}/แผนที่ยุทธศาสตร์ ปี 2567.pdf", now="2024-01-11T09:00:00")
    assert [r["ฉบับ"] for r in sheet(office, "แผนที่ยุทธศาสตร์")] == ["ฉบับก่อนหน้า", "ฉบับปัจจุบัน"]


@pytest.mark.long
def test_the_master_says_which_evidence_came_and_is_published_again_when_it_comes(office: Place, form: Path) -> None:
    office.take(form, "ผล.xlsx")
    office.call("run", now="2024-01-16T09:00:00")

    def told() -> str:
        master = load_workbook(office.outbox("reports/2567/2567-Q1/master.xlsx")).worksheets[0]
        return "\n".join(str(c.value) for row in master.iter_rows() for c in row if "รายงาน 1/2567" in str(c.value))

    assert "รายงาน 1/2567.pdf (ยังไม่ได้รับ)" in told()
    office.take(pdf(), f"{UNIT}/รายงาน 1_2567.pdf", now="2024-01-16T10:00:00")
    office.call("run", now="2024-01-16T10:00:00")
    assert "รายงาน 1/2567.pdf (ได้รับแล้ว)" in told() and "ภาพกิจกรรม (ยังไม่ได้รับ)" in told()


def test_the_ledger_is_rebuilt_with_its_evidence(office: Place, form: Path) -> None:
    office.send(form, f"{UNIT}/ผล.xlsx")
    for name, data in {"รายงาน 1_2567.pdf": pdf(), "ภาพกิจกรรม.docx": docx(), "แปลก.pdf": exe()}.items():
        office.send(data, f"{UNIT}/{name}")
    office.receive()
    before, rows = states(office), office.rows("SELECT * FROM evidence ORDER BY submission")
    assert len(rows) == 2 and office.call("verify").code == 0
    (office.root / "var" / "ledger.sqlite").unlink()
    for left in (office.root / "var").glob("ledger.sqlite-*"):
        left.unlink()
    for receipt in office.outbox("receipts").rglob("*.html"):
        receipt.unlink()
    assert office.call("verify", "--repair").code == 0
    assert office.rows("SELECT * FROM evidence ORDER BY submission") == rows
    assert office.call("verify").code == 0 and states(office) == before


def test_confirming_quarter_4_needs_a_name_and_not_a_dash(office: Place, tmp_path: Path) -> None:
    for typed, wanted in (("-", ["E_EVIDENCE"]), ("รายงาน.pdf", ["I_EVIDENCE_DUE"])):
        done = result("q4", "สนย.1", "88", evidence=typed, state=CONFIRMED)
        line = office.take(
            fill(office.template(UNIT, "quarterly_result"), tmp_path / "f.xlsx", done),
            "f.xlsx",
            now="2024-10-05T09:00:00",
        )
        assert rules_of(line) == wanted


def test_evidence_that_comes_before_any_plan_waits(new_office: Place) -> None:
    assert new_office.take(pdf(), "รายงาน.pdf", now=NOW)["state"] == "pending"


def test_a_file_that_cannot_be_kept_is_answered_to_the_unit_in_whose_folder_it_lay(office: Place) -> None:
    line = office.take(exe(), f"{UNIT}/หลักฐาน.pdf")
    assert line["state"] == "quarantined" and line["answer"].startswith(f"returned/{UNIT}/")
    assert office.outbox(line["answer"]).is_file()
    assert office.take(exe() + b" ", "หลักฐาน.pdf")["answer"].startswith("returned/_unidentified/")


def test_overdue_evidence_is_asked_for_once_however_many_indicators_name_it(office: Place, tmp_path: Path) -> None:
    same = {
        **result("q1", "สนย.1", "88", evidence="รายงาน.pdf"),
        **result("q1", "กพร.9", "5", evidence="รายงาน.pdf"),
    }
    office.take(fill(office.template(UNIT, "quarterly_result"), tmp_path / "form.xlsx", same), "form.xlsx")
    opened = open_office(office.root, datetime.fromisoformat("2024-02-20T09:00:00+07:00"))
    with opened.engine.connect() as connection:
        plan = book.plan_of(connection, 2567)
    assert plan is not None
    lines = overdue(opened, [plan], date(2024, 2, 20))
    assert list(lines["report"]) == ["หลักฐานของ สนย.1, กพร.9\nไตรมาส 1/2567"]
    assert list(lines["said"]) == ["ยังไม่ได้รับไฟล์: รายงาน.pdf"]
