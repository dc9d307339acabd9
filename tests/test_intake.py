"""The inbox: what is taken, when, and that its original is safe before anything is decided."""

from __future__ import annotations

import os
import shutil
import threading
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from staff import NOW, UNITS, Place, fill, result

from pipeline import intake
from pipeline import receive as receiving
from pipeline.opening import Office, open_office
from pipeline.settings import parse_time

UNIT = UNITS[0]


@pytest.fixture
def form(office: Place, tmp_path: Path) -> Path:
    return fill(office.template(UNIT, "quarterly_result"), tmp_path / "form.xlsx", result("q1", "สนย.1", "88"))


def opened(office: Place) -> Office:
    at = open_office(office.root)
    return open_office(office.root, parse_time(NOW, at.settings.zone))


def inbox(office: Place) -> set[str]:
    root = office.root / "inbox"
    return {p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file() and ".taking" not in p.parts}


@pytest.mark.parametrize(
    "name",
    ["~$form.xlsx", ".form.xlsx", ".DS_Store", "Thumbs.db", "desktop.ini", "README.md", "form.xlsx.tmp", "form.xlsx.part", "form.xlsx.crdownload",
     "form.xlsx~", "form.lnk", ".~lock.other.xlsx#"],
)  # fmt: skip
def test_lock_temporary_hidden_and_system_files_are_left_alone(office: Place, name: str) -> None:
    office.send(b"something", name)
    assert office.receive()["files"] == []
    assert name in inbox(office)


@pytest.mark.parametrize(
    "name", ["form.xlsx", "FORM.XLSX", "แบบ รายงาน (1).xlsx", "form", "report.pdf", "-form.xlsx", "$form.xlsx"]
)
def test_everything_else_is_taken_whatever_its_name(office: Place, form: Path, name: str) -> None:
    file = office.take(form, name)
    assert (file["name"], file["state"]) == (name, "accepted")
    assert name not in inbox(office)


def test_sub_folders_are_taken_and_named(office: Place, form: Path) -> None:
    assert office.take(form, "กอง ก/ไตรมาส 1/form.xlsx")["state"] == "accepted"
    assert inbox(office) == {n for n in inbox(office) if not n.endswith(".xlsx")}


def test_links_are_not_followed(office: Place, form: Path, tmp_path: Path) -> None:
    (office.root / "inbox" / "link.xlsx").symlink_to(form)
    (office.root / "inbox" / "folder").symlink_to(tmp_path, target_is_directory=True)
    assert {(f["name"], f["state"]) for f in office.receive()["files"]} <= {
        ("link.xlsx", "pending"),
        ("folder", "pending"),
    }
    assert form.exists() and not office.rows("SELECT 1 FROM submission WHERE name LIKE '%link%'")


@pytest.mark.parametrize("lock", ["~$form.xlsx", "~$rm.xlsx", ".~lock.form.xlsx#"])
def test_a_file_that_a_program_holds_open_is_pending_until_it_lets_go(office: Place, form: Path, lock: str) -> None:
    office.send(form, "form.xlsx")
    held = office.send(b"somebody", lock)
    answer = office.call("receive", "--json")
    assert answer.code == 0
    assert [(f["name"], f["state"]) for f in answer.json["files"]] == [("form.xlsx", "pending")]
    assert "form.xlsx" in inbox(office) and office.rows("SELECT count(*) n FROM submission")[0]["n"] == 1
    held.unlink()
    assert office.receive()["by"]["form.xlsx"]["state"] == "accepted"


@pytest.mark.parametrize("change", ["grows", "is replaced", "is touched", "vanishes"])
def test_a_file_that_changes_between_looks_is_not_judged(
    office: Place, form: Path, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "LOOKS_APART", 2.0)
    path = office.send(form, "form.xlsx")
    waits: list[float] = []

    def meanwhile(seconds: float) -> None:
        waits.append(seconds)
        if change == "grows":
            with path.open("ab") as handle:
                handle.write(b"more")
        elif change == "is replaced":
            shutil.copy(path, path.with_name("new.tmp"))
            os.replace(path.with_name("new.tmp"), path)
        elif change == "is touched":
            os.utime(path, (1e9 + len(waits), 1e9 + len(waits)))
        else:
            path.unlink(missing_ok=True)

    outcomes = receiving.receive(opened(office), sleep=meanwhile)
    assert waits and sum(waits) >= 2.0
    assert [o.result.state for o in outcomes] == ([] if change == "vanishes" else ["pending"])
    assert office.rows("SELECT count(*) n FROM fact")[0]["n"] == 0


def test_an_unfinished_archive_is_waited_for_and_judged_once_it_stands_still(office: Place, form: Path) -> None:
    whole = form.read_bytes()
    path = office.send(whole[: len(whole) // 2], "form.xlsx", age=0)
    waits: list[float] = []

    def meanwhile(seconds: float) -> None:
        waits.append(seconds)
        if sum(waits) > 5 and path.exists() and path.stat().st_size < len(whole):
            with path.open("ab") as handle:
                handle.write(whole[len(whole) // 2 :])

    first = receiving.receive(opened(office), sleep=meanwhile)
    assert sum(waits) >= 8 and [o.result.state for o in first] in (["pending"], ["accepted"])
    then = time.time() - 60
    if path.exists():
        os.utime(path, (then, then))
        assert office.receive()["by"]["form.xlsx"]["state"] == "accepted"
    assert office.facts(UNIT, "สนย.1", "2567-Q1") == ["88"]


def test_half_a_file_that_stays_half_is_judged_and_kept(office: Place, form: Path) -> None:
    half = form.read_bytes()[:3000]
    file = office.take(half, "form.xlsx")
    assert (file["state"], file["findings"][0]["rule"]) == ("quarantined", "E_UNSAFE_BROKEN")
    assert (office.root / "var" / "originals" / file["sha256"][:2] / file["sha256"] / "original").read_bytes() == half


def test_the_original_is_stored_before_anything_is_judged(
    office: Place, form: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha = sha256(form.read_bytes()).hexdigest()
    office.send(form, "form.xlsx")

    def fail(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt("the power fails while files are judged")

    monkeypatch.setattr(receiving, "_judge_all", fail)
    with pytest.raises(KeyboardInterrupt):
        receiving.receive(opened(office), sleep=lambda _: None)
    original = office.root / "var" / "originals" / sha[:2] / sha / "original"
    assert original.read_bytes() == form.read_bytes()
    monkeypatch.undo()
    monkeypatch.setattr(intake, "LOOKS_APART", 0.0)
    answer = office.receive()
    assert [(f["name"], f["state"]) for f in answer["files"]] == [("form.xlsx", "accepted")]
    assert office.facts(UNIT, "สนย.1", "2567-Q1") == ["88"]
    assert office.receive()["files"] == []


def test_two_files_of_the_same_bytes_are_two_arrivals_and_one_posting(office: Place, form: Path) -> None:
    office.send(form, "a.xlsx", age=200)
    office.send(form, "b.xlsx", age=100)
    by = office.receive()["by"]
    assert {n: f["state"] for n, f in by.items()} == {"a.xlsx": "accepted", "b.xlsx": "duplicate"}
    assert office.facts(UNIT, "สนย.1", "2567-Q1") == ["88"]
    assert len(list((office.root / "var" / "originals").rglob("original"))) == 2  # the plan and this one


@pytest.mark.parametrize(
    "name",
    [
        "รายงาน" * 13 + ".xlsx",
        "a\nb.xlsx",
        "a\u202egpj.xlsx",
        "CON.xlsx",
        "x..xlsx",
        "'; DROP TABLE fact;--.xlsx",
        "<b>x</b>.xlsx",
    ],
)
def test_odd_names_are_kept_as_data_and_never_used_as_paths(office: Place, form: Path, name: str) -> None:
    file = office.take(form, name) if "\u202e" not in name and "\n" not in name else None
    if file is None:  # shown with such characters made visible
        office.send(form, name)
        [file] = office.receive()["files"]
    assert file["state"] == "accepted"
    answer = Path(file["answer"])
    assert office.outbox(file["answer"]).is_file() and answer.parent.as_posix() == f"receipts/{UNIT}"
    assert all(c not in answer.name for c in "\n\u202e<>;'") and len(answer.name.encode()) < 256


def test_a_burst_dropped_while_receiving_is_taken_exactly_once(office: Place, form: Path) -> None:
    names = [f"{n:03d}.xlsx" for n in range(24)]
    dropping = threading.Thread(target=lambda: [office.send(form, n) for n in names])
    dropping.start()
    seen: list[str] = []
    for _ in range(60):
        seen += [f["name"] for f in office.receive()["files"] if f["state"] != "pending"]
        if not dropping.is_alive() and len(seen) >= len(names):
            break
    dropping.join()
    assert sorted(seen) == names
    states = office.rows("SELECT state, count(*) n FROM submission WHERE name LIKE '0%' GROUP BY state")
    assert sorted((r["state"], r["n"]) for r in states) == [("accepted", 1), ("duplicate", 23)]


def test_files_in_equal_files_in_final_states(office: Place, form: Path) -> None:
    sent = {
        "a.xlsx": form.read_bytes(),
        "b.xlsx": b"",
        "c.xlsx": "รหัส".encode(),
        "d.xlsx": form.read_bytes(),
        "e.pdf": b"%PDF-1.4",
    }
    for n, (name, data) in enumerate(sent.items()):
        office.send(data, name, age=600 - n)
    answer = office.receive()
    states = ("accepted", "returned", "refused", "duplicate", "quarantined", "pending")
    assert sum(answer[s] for s in states) == len(answer["files"]) == len(sent)
    assert [answer[s] for s in states] == [1, 0, 0, 1, 3, 0]
    assert office.call("status", "--json").json["files"] == {
        "accepted": 2,
        "returned": 0,
        "refused": 0,
        "duplicate": 1,
        "quarantined": 3,
        "pending": 0,
    }
