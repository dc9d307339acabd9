"""Files are taken once they stand still, exactly once and whole; trouble of the machine never becomes a verdict."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from staff import NOW, Place, fill, result

from pipeline import intake, reply, store, trouble
from pipeline.intake import Settling


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "inbox" / ".taking").mkdir(parents=True)
    return tmp_path / "inbox"


@pytest.fixture(autouse=True)
def two_seconds(no_wait: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "LOOKS_APART", 2.0)


@pytest.fixture(scope="module")
def good(small_office: Place) -> bytes:
    return small_office.template("01101", "quarterly_result").read_bytes()


def names(found: tuple[list[intake.Seen], list[intake.Waiting]]) -> tuple[list[str], dict[str, str]]:
    return [s.name for s in found[0]], {w.name: w.why.en for w in found[1]}


# -- settling ----------------------------------------------------------------------------------------------------------


def test_a_whole_file_is_taken_after_two_seconds_of_standing_still(inbox: Path, good: bytes) -> None:
    (inbox / "a.xlsx").write_bytes(good)
    looks = Settling(inbox)
    assert names(looks.look(0.0)) == ([], {"a.xlsx": intake.COPYING.en})
    assert names(looks.look(1.9))[0] == []
    assert names(looks.look(2.0))[0] == ["a.xlsx"]


def test_a_file_that_grows_is_taken_only_when_whole(inbox: Path, good: bytes) -> None:
    looks = Settling(inbox)
    for second in range(0, len(good), 4000):
        with open(inbox / "slow.xlsx", "ab") as handle:
            handle.write(good[second : second + 4000])
        assert names(looks.look(second / 4000))[0] == []
    assert names(looks.look(100.0))[0] == ["slow.xlsx"]


def test_what_is_not_whole_is_judged_after_ten_seconds_without_change(inbox: Path, good: bytes) -> None:
    (inbox / "half.xlsx").write_bytes(good[:5000])
    looks = Settling(inbox)
    assert [names(looks.look(float(t)))[0] for t in (0, 2, 9, 10)] == [[], [], [], ["half.xlsx"]]


def test_a_rename_save_as_excel_does_it_starts_the_wait_anew(inbox: Path, good: bytes) -> None:
    (inbox / "a.xlsx").write_bytes(good)
    looks = Settling(inbox)
    looks.look(0.0)
    (inbox / "5D1E2F00").write_bytes(good)
    os.replace(inbox / "5D1E2F00", inbox / "a.xlsx")
    assert names(looks.look(2.0)) == ([], {"a.xlsx": intake.COPYING.en})
    assert names(looks.look(4.0))[0] == ["a.xlsx"]


@pytest.mark.parametrize("lock", ["~$a.xlsx", ".~lock.a.xlsx#"])
def test_a_file_open_in_an_office_program_waits(inbox: Path, good: bytes, lock: str) -> None:
    (inbox / "a.xlsx").write_bytes(good)
    (inbox / lock).write_bytes(b"x")
    looks = Settling(inbox)
    looks.look(0.0)
    assert names(looks.look(60.0)) == ([], {"a.xlsx": intake.HELD_OPEN.en})
    (inbox / lock).unlink()
    assert names(looks.look(61.0))[0] == ["a.xlsx"]


@pytest.mark.parametrize("lock", ["~$a.xlsx", ".~lock.a.xlsx#"])
def test_a_lock_that_a_crashed_program_left_behind_is_forgotten_after_a_day(
    inbox: Path, good: bytes, lock: str
) -> None:
    (inbox / "a.xlsx").write_bytes(good)
    (inbox / lock).write_bytes(b"x")
    hour = 3600
    for age, taken in ((23 * hour, []), (25 * hour, ["a.xlsx"])):
        then = time.time() - age
        os.utime(inbox / lock, (then, then))
        looks = Settling(inbox)
        looks.look(0.0)
        assert names(looks.look(60.0))[0] == taken


@pytest.mark.parametrize(
    "name", ["~$a.xlsx", ".hidden.xlsx", "a.xlsx.tmp", "a.part", "Thumbs.db", "desktop.ini", "b.crdownload", "c.xlsx~"]
)
def test_lock_temporary_hidden_and_system_files_are_not_ours(inbox: Path, name: str) -> None:
    (inbox / name).write_bytes(b"x")
    looks = Settling(inbox)
    looks.look(0.0)
    assert looks.look(60.0) == ([], [])


def test_sub_folders_are_looked_into_and_oldest_files_come_first(inbox: Path, good: bytes) -> None:
    for n, name in enumerate(("x/y/late.xlsx", "early.xlsx", "x/middle.xlsx")):
        (inbox / name).parent.mkdir(parents=True, exist_ok=True)
        (inbox / name).write_bytes(good)
        then = 1_000_000 + (3, 1, 2)[n]
        os.utime(inbox / name, (then, then))
    looks = Settling(inbox)
    looks.look(0.0)
    assert names(looks.look(2.0))[0] == ["early.xlsx", "x/middle.xlsx", "x/y/late.xlsx"]


# -- claims ------------------------------------------------------------------------------------------------------------


def test_a_program_that_goes_on_writing_gets_its_file_judged_again(office: Place, good: bytes) -> None:
    """Its first bytes are kept as they were taken; what it wrote later comes back as a new file."""
    path = office.send(good[:9000], "slow.xlsx")
    handle = open(path, "ab")  # noqa: SIM115
    real = store.keep

    def keep(*args: object) -> store.Kept:
        kept = real(*args)  # type: ignore[arg-type]
        if handle.closed is False:
            handle.write(good[9000:])
            handle.close()
        return kept

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "keep", keep)
        patch.setattr(intake, "LOOKS_APART", 0.0)
        first = office.receive()["by"]["slow.xlsx"]
        os.utime(path, (1, 1))
        second = office.receive()["by"]["slow.xlsx"]
    assert first["sha256"] == hashlib.sha256(good[:9000]).hexdigest()
    assert second["sha256"] == hashlib.sha256(good).hexdigest() and second["state"] in ("accepted", "returned")


def test_an_envelope_lies_beside_every_original_per_arrival_and_per_decision(office: Place, good: bytes) -> None:
    line = _take(office, good, "a.xlsx")
    folder = office.root / "var" / "originals" / line["sha256"][:2] / line["sha256"]
    assert (folder / "original").read_bytes() == good
    arrival = store.opened(next(folder.glob("arrival-*.json")).read_bytes())
    decision = store.opened(next(folder.glob("decision-*.json")).read_bytes())
    assert arrival is not None and arrival["name"] == "a.xlsx" and arrival["channel"] == "folder"
    assert decision is not None and decision["submission"]["state"] == line["state"]
    assert decision["submission"]["judged_revision"] == 1 and decision["rules"]


def test_an_envelope_somebody_changed_is_not_believed() -> None:
    data = store.sealed({"number": 1, "name": "ก"})
    assert store.opened(data) == {"number": 1, "name": "ก"}
    assert store.opened(data.replace(b'"number": 1', b'"number": 2')) is None


# -- trouble -----------------------------------------------------------------------------------------------------------


def _take(office: Place, data: bytes, name: str) -> dict[str, object]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake, "LOOKS_APART", 0.0)
        office.send(data, name)
        found: dict[str, object] = office.receive()["by"][name]
        return found


@pytest.mark.parametrize(
    "error", [OSError(28, "No space left on device"), PermissionError(13, "denied"), OSError(5, "I/O error")]
)
def test_an_outbox_that_cannot_be_written_leaves_files_pending_and_is_told(
    office: Place, good: bytes, error: OSError, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "LOOKS_APART", 0.0)
    office.send(good, "a.xlsx")
    with monkeypatch.context() as patch:
        patch.setattr(reply, "reply", lambda *_: (_ for _ in ()).throw(error))
        answer = office.call("receive", "--json")
    assert answer.code == 2 and json.loads(answer.out)["files"][0]["state"] == "pending"
    found = trouble.of(error)
    assert found is not None and found.text.en.split("(")[0] in answer.err
    later = office.receive()["files"]
    assert [f["state"] for f in later] == ["returned"] or [f["state"] for f in later] == ["accepted"]
    assert len(office.rows("SELECT * FROM submission")) == 2


def test_a_full_disk_while_storing_stops_cleanly_and_resumes(
    office: Place, good: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "LOOKS_APART", 0.0)
    for n in range(3):
        office.send(good + b"", f"{n}.xlsx")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(store, "keep", full)
        first = office.call("receive", "--json")
    assert first.code == 2 and json.loads(first.out)["pending"] == 3 and "disk is full" in first.err
    states = [f["state"] for f in office.receive()["files"]]
    assert len(states) == 3 and "pending" not in states


def test_a_bug_in_drawing_one_answer_costs_that_file_only(
    office: Place, good: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "LOOKS_APART", 0.0)
    real = reply.reply

    def faulty(settings: object, outcome: object, *rest: object) -> str:
        if outcome.reading.submission.name == "bad.xlsx" and outcome.state != "quarantined":  # type: ignore[attr-defined]
            raise KeyError("a bug")
        return real(settings, outcome, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(reply, "reply", faulty)
    office.send(good, "bad.xlsx")
    office.send(office.template("01102", "quarterly_result"), "fine.xlsx")
    said = office.receive()["by"]
    assert said["bad.xlsx"]["state"] == "quarantined" and said["fine.xlsx"]["state"] in ("accepted", "returned")


def test_an_empty_ledger_beside_a_full_store_is_refused(office: Place, good: bytes) -> None:
    _take(office, good, "a.xlsx")
    for path in (office.root / "var").glob("ledger.sqlite*"):
        path.unlink()
    answer = office.call("receive")
    assert answer.code == 2 and "verify --repair" in answer.err


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """`folder` cannot be written to: by its mode, or for root (whom no mode stops) by a read-only mount upon itself."""
    if os.geteuid() == 0:
        subprocess.run(["mount", "--bind", str(folder), str(folder)], check=True)
        subprocess.run(["mount", "-o", "remount,ro,bind", str(folder)], check=True)
        try:
            yield
        finally:
            subprocess.run(["umount", str(folder)], check=True)
        return
    places = (folder, folder / ".writing")
    modes = [p.stat().st_mode for p in places]
    for place in places:
        place.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        yield
    finally:
        for place, mode in zip(places, modes, strict=True):
            place.chmod(mode)


def test_a_read_only_outbox_loses_nothing_and_resumes(office: Place, good: bytes) -> None:
    with read_only(office.root / "outbox"):
        assert _take(office, good, "a.xlsx")["state"] == "pending"
    assert [f["state"] for f in office.receive()["files"]] in (["returned"], ["accepted"])


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="mounting needs root on Linux")
def test_a_small_disk_that_fills_up_loses_nothing(office: Place, good: bytes, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(disk)], check=False).returncode:
        pytest.skip("tmpfs cannot be mounted here")
    try:
        small = office.copy_to(disk / "office")
        filler = disk / "filler"
        filler.write_bytes(b"x" * (6 * 1024 * 1024 - 2_600_000))
        for n in range(30):
            try:
                small.send(good + b"\x00" * 0, f"{n}.xlsx")
            except OSError:
                break
        sent = len(list((small.root / "inbox").glob("*.xlsx")))
        for path in (small.root / "inbox").glob("*.xlsx"):
            if path.stat().st_size != len(good):
                path.unlink()
                sent -= 1
        small.call("receive", "--json")
        filler.unlink()
        small.call("receive", "--json")
        rows = small.rows("SELECT name, state FROM submission WHERE number > 1")
        assert len(rows) == sent and all(r["state"] in ("accepted", "returned", "duplicate") for r in rows)
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)


# -- many writers ------------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_files_dropped_by_eight_writers_while_receiving_all_get_a_state(
    office: Place, good: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "LOOKS_APART", 0.1)
    count = 25

    def write(writer: int) -> None:
        for n in range(count):
            temporary = office.root / "inbox" / f".{writer}-{n}.tmp"
            temporary.write_bytes(good + (b"" if n % 5 else b"\x00"))
            os.rename(temporary, office.root / "inbox" / f"w{writer}" / f"{n}.xlsx")

    for writer in range(8):
        (office.root / "inbox" / f"w{writer}").mkdir()
    writers = [threading.Thread(target=write, args=(w,)) for w in range(8)]
    for thread in writers:
        thread.start()
    until = time.monotonic() + 120
    while time.monotonic() < until:
        office.call("receive", "--json", now=NOW)
        if not any(t.is_alive() for t in writers) and not list((office.root / "inbox").rglob("*.xlsx")):
            break
    rows = office.rows("SELECT name, state FROM submission WHERE number > 1")
    assert sorted(r["name"] for r in rows) == sorted(f"w{w}/{n}.xlsx" for w in range(8) for n in range(count))
    assert {r["state"] for r in rows} <= {"accepted", "returned", "refused", "duplicate", "quarantined"}


# -- the register ------------------------------------------------------------------------------------------------------


def test_the_register_shows_every_file_and_its_balance(office: Place, good: bytes, tmp_path: Path) -> None:
    import openpyxl

    filled = fill(office.template("01101", "quarterly_result"), tmp_path / "f.xlsx", result("q1", "กพร.9", "5"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake, "LOOKS_APART", 0.0)
        for name, data in (
            ("ดี.xlsx", filled.read_bytes()),
            ("=1+1.xlsx", b"text"),
            ("ดี (2).xlsx", filled.read_bytes()),
        ):
            office.send(data, name)
        office.receive()
    table = office.call("status", "--json").json
    assert table["balance"] == {"in": 4, "final": 4, "waiting": 0, "unexplained": 0}
    book = openpyxl.load_workbook(office.outbox("register.xlsx"))
    files = [[c.value for c in row] for row in book["ทะเบียนไฟล์"].iter_rows(min_row=2)]
    assert {row[2] for row in files} == {"plan.xlsx", "ดี.xlsx", "=1+1.xlsx", "ดี (2).xlsx"}
    links = [c.hyperlink.target for row in book["ทะเบียนไฟล์"].iter_rows(min_row=2) for c in row if c.hyperlink]
    assert links and all(office.outbox(target.replace("\\", "/")).is_file() for target in links)
    lines = {row[0].value: row[2].value for row in book["ยอดไฟล์"].iter_rows(min_row=2)}
    assert lines["ไฟล์ที่เข้ามาทั้งหมด"] == 4 and lines["ไม่มีคำอธิบาย (ต้องเป็น 0)"] == 0
    assert book["ค้างส่ง"].max_row > 1
