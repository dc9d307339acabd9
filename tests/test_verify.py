"""What is missing, altered or too many is named; the ledger is rebuilt from the store alone, to the byte of what is published."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from staff import Place, fill, result

from pipeline import intake

TABLES = ("submission", "finding", "plan", "posting", "fact", "issued")


@pytest.fixture(scope="module")
def worked(small_office: Place, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """An office with accepted, returned, quarantined and duplicate files, published once; never changed."""
    tmp_path = tmp_path_factory.mktemp("worked")
    office = small_office.copy_to(tmp_path / "office")
    form = office.template("01101", "quarterly_result")
    good = fill(form, tmp_path / "good.xlsx", result("q1", "กพร.9", "4"))
    wrong = fill(office.template("01102", "quarterly_result"), tmp_path / "wrong.xlsx", result("q1", "กพร.9", "มาก"))
    for name, source in (("good.xlsx", good), ("wrong.xlsx", wrong), ("twin.xlsx", good)):
        office.send(source, name)
    office.send(b"text", "text.xlsx")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake, "LOOKS_APART", 0.0)
        assert office.call("run").code == 1
    return office


@pytest.fixture
def busy(worked: Place, tmp_path: Path) -> Place:
    """Such an office of the test's own."""
    return worked.copy_to(tmp_path / "office")


def ledger(place: Place) -> dict[str, list[dict[str, Any]]]:
    return {t: sorted(place.rows(f"SELECT * FROM {t}"), key=str) for t in TABLES}


def published(place: Place) -> dict[str, str]:
    top = place.root / "outbox" / "reports"
    return {str(p.relative_to(top)): hashlib.sha256(p.read_bytes()).hexdigest() for p in top.rglob("*") if p.is_file()}


def kinds(place: Place) -> set[str]:
    return {f["kind"] for f in place.call("verify", "--json").json["faults"]}


def change(place: Place, statement: str) -> None:
    with closing(sqlite3.connect(place.root / "var" / "ledger.sqlite")) as connection:
        connection.execute(statement)
        connection.commit()


def original(place: Place, name: str) -> Path:
    row = place.rows("SELECT path FROM submission WHERE name=?", name)[0]
    return place.root / "var" / row["path"]


def test_an_office_in_order_has_no_faults(busy: Place) -> None:
    answer = busy.call("verify")
    assert answer.code == 0 and "ตรงกันทั้งหมด" in answer.out


def test_a_flipped_bit_in_an_original_is_found(busy: Place) -> None:
    path = original(busy, "good.xlsx")
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(bytes(data))
    assert kinds(busy) == {"original_altered"}
    assert busy.call("verify", "--repair").code == 1


def test_a_missing_original_is_found(busy: Place) -> None:
    original(busy, "text.xlsx").unlink()
    assert kinds(busy) == {"original_missing"}


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("INSERT INTO submission (number, claim, sha256, received_at, name, channel, sender, path, size, state, reason_th,"
         " reason_en, answer, previous, rows_taken, rows_held) SELECT 99, 'x', sha256, received_at, name, channel, sender,"
         " path, size, state, reason_th, reason_en, answer, previous, rows_taken, rows_held"
         " FROM submission WHERE name='text.xlsx'", "row_too_many"),
        ("DELETE FROM submission WHERE name='text.xlsx'", "row_missing"),
        ("UPDATE submission SET name='other.xlsx' WHERE name='text.xlsx'", "row_altered"),
        ("UPDATE submission SET state='accepted' WHERE name='text.xlsx'", "rows_altered"),
        ("UPDATE fact SET value='5' WHERE scenario='actual'", "rows_altered"),
        ("INSERT INTO posting SELECT 77, form, indicator, period, fiscal_year, unit, state, blank, entries, sheet, cell"
         " FROM posting LIMIT 1", "rows_too_many"),
        ("UPDATE plan SET content='{}'", "rows_altered"),
    ],
)  # fmt: skip
def test_a_ledger_that_was_changed_is_found_and_put_right(busy: Place, statement: str, kind: str) -> None:
    before = ledger(busy)
    change(busy, statement)
    assert kind in kinds(busy)
    assert busy.call("verify", "--repair").code == 0
    assert ledger(busy) == before


def test_a_lost_ledger_is_rebuilt_and_publishes_the_same_bytes(busy: Place) -> None:
    before, reports = ledger(busy), published(busy)
    for path in (busy.root / "var").glob("ledger.sqlite*"):
        path.unlink()
    assert busy.call("verify", "--repair").code == 0
    assert ledger(busy) == before
    for path in (busy.root / "outbox" / "reports").rglob("*.xlsx"):
        path.unlink()
    assert busy.call("publish").code == 0
    assert published(busy) == reports and reports


def test_a_damaged_ledger_file_is_put_aside_and_rebuilt(busy: Place) -> None:
    before = ledger(busy)
    for path in (busy.root / "var").glob("ledger.sqlite-*"):
        path.unlink()
    (busy.root / "var" / "ledger.sqlite").write_bytes(b"SQLite format 3\x00" + b"\xff" * 9000)
    assert busy.call("verify", "--repair").code == 0
    assert ledger(busy) == before
    assert list((busy.root / "var").glob("ledger.sqlite.damaged-*"))


def test_a_missing_answer_is_found_and_written_again_to_the_byte(busy: Place) -> None:
    rows = busy.rows("SELECT answer FROM submission WHERE name IN ('good.xlsx', 'text.xlsx')")
    paths = [busy.outbox(r["answer"]) for r in rows]
    before = [p.read_bytes() for p in paths]
    for path in paths:
        path.unlink()
    assert kinds(busy) == {"answer_missing"}
    assert busy.call("verify", "--repair").code == 0
    assert [p.read_bytes() for p in paths] == before


def test_a_backup_restores_the_office_and_refuses_to_overwrite(busy: Place, tmp_path: Path) -> None:
    file = tmp_path / "opsbook.backup"
    assert busy.call("backup", file).code == 0
    other = Place(tmp_path / "other")
    assert other.call("restore", file).code == 0
    assert {t: r for t, r in ledger(other).items() if t != "issued"} == {
        t: r for t, r in ledger(busy).items() if t != "issued"
    }
    again = other.call("restore", file)
    assert again.code == 2 and "nothing is overwritten" in again.err


def test_a_backup_that_is_not_whole_is_refused(busy: Place, tmp_path: Path) -> None:
    file = tmp_path / "opsbook.backup"
    busy.call("backup", file)
    file.write_bytes(file.read_bytes()[:-500])
    answer = Place(tmp_path / "other").call("restore", file)
    assert answer.code == 2 and "no whole backup" in answer.err


def test_the_doctor_finds_a_healthy_office_healthy(busy: Place) -> None:
    answer = busy.call("doctor", "--json")
    assert answer.code in (0, 2)
    found = {s["subject"]: s["state"] for s in answer.json["symptoms"]}
    assert {found[k] for k in ("inbox", "outbox", "var", "taking", "writing", "clock", "ledger")} == {"ok"}
    assert all(s["remedy_th"] and s["remedy_en"] for s in answer.json["symptoms"] if s["state"] != "ok")
