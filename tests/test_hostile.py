"""Whatever lands in the inbox ends in a state with the right reason, costs nobody else anything, and is kept."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hostile import corpus, mutant, parts_of
from staff import NOW, Place

from pipeline import trouble
from pipeline.office import reader as readers
from pipeline.office.look import Unsafe
from pipeline.office.reader import Reader

MUTANTS = int(os.environ.get("OPSBOOK_MUTANTS", "1500"))


@pytest.fixture(scope="module")
def good(small_office: Place) -> bytes:
    """A form as it was issued."""
    return small_office.template("01101", "quarterly_result").read_bytes()


def verdict(answer: Any) -> str:
    """The code a file ends with, "" where it was read."""
    if isinstance(answer, Unsafe):
        return answer.code
    assert not isinstance(answer, OSError), answer
    from pipeline.identify import identity_of

    return "" if identity_of(answer[0]).form else "E_NOT_OURS"


def test_every_file_of_the_corpus_gets_the_right_reason(good: bytes, tmp_path: Path) -> None:
    cases = corpus(good)
    assert len(cases) >= 100
    for name, (data, _) in cases.items():
        (tmp_path / name).write_bytes(data)
    with Reader(2) as reader:
        answers = list(reader.read([str(tmp_path / n) for n in cases]))
    found = {n: verdict(a) for n, a in zip(cases, answers, strict=True)}
    assert {n: c for n, c in found.items() if c not in cases[n][1]} == {}


def test_good_forms_between_hostile_ones_are_taken_as_if_alone(office: Place, good: bytes) -> None:
    sample = [(n, d) for n, (d, c) in corpus(good).items() if "" not in c and len(d) < 100_000][::9]
    for name, data in sample:
        office.send(data, f"{name}.xlsx")
    office.send(good, "ของดี.xlsx")
    said = office.receive()
    assert said["by"]["ของดี.xlsx"]["state"] in ("accepted", "returned")
    assert {f["state"] for n, f in said["by"].items() if n != "ของดี.xlsx"} == {"quarantined"}
    for name, data in sample:
        line = said["by"][f"{name}.xlsx"]
        assert line["sha256"] == hashlib.sha256(data).hexdigest()
        assert line["reason"] and office.outbox(line["answer"]).is_file()


NAMES = ("ก" * 80 + ".xlsx", "a\u202egnp.xlsx", "CON.xlsx", "dot..xlsx", "line\nbreak.xlsx", "=cmd|'x'!A1.xlsx", "%2e%2e.xlsx",
         "e\u0301\u0e33\u0e49.xlsx", " space .xlsx", "a;rm -rf.xlsx", "<b>.xlsx", "\x1b[31m.xlsx", ("d/" * 20) + "deep.xlsx")  # fmt: skip


def test_file_names_are_data_and_never_paths(new_office: Place) -> None:
    for n, name in enumerate(NAMES):
        new_office.send(f"text {n}".encode(), name)
    raw = os.fsencode(new_office.root / "inbox") + b"/bad\xff\xfe.xlsx"
    with open(raw, "wb") as handle:
        handle.write(b"text")
    os.utime(raw, (1, 1))
    said = new_office.receive()
    assert set(said["by"]) == {*NAMES, "bad\\xff\\xfe.xlsx"}
    assert {f["state"] for f in said["files"]} == {"quarantined"}
    inside = {p.resolve() for p in new_office.root.rglob("*")}
    assert all(new_office.root.resolve() in p.parents for p in inside)
    assert new_office.call("verify").code == 0


def test_links_and_special_files_are_named_and_left_alone(new_office: Place, tmp_path: Path) -> None:
    secret = tmp_path / "secret.xlsx"
    secret.write_bytes(b"not yours")
    inbox = new_office.root / "inbox"
    (inbox / "link.xlsx").symlink_to(secret)
    (inbox / "folder").symlink_to(tmp_path)
    os.mkfifo(inbox / "pipe.xlsx")
    said = new_office.receive()
    assert {n: f["state"] for n, f in said["by"].items()} == dict.fromkeys(
        ("link.xlsx", "folder", "pipe.xlsx"), "pending"
    )
    assert all(f["reason"] for f in said["files"]) and secret.read_bytes() == b"not yours"


def test_a_child_that_hangs_or_dies_costs_one_file(
    good: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [tmp_path / n for n in ("a.xlsx", "b.xlsx", "c.xlsx")]
    for path in paths:
        path.write_bytes(good)
    real = readers._Child.ask

    def ask(self: readers._Child, path: str) -> dict[str, Any]:
        if path.endswith("b.xlsx"):
            self.process.kill()
        return real(self, path)

    monkeypatch.setattr(readers._Child, "ask", ask)
    with Reader(1) as reader:
        found = [verdict(a) for a in reader.read([str(p) for p in paths])]
    assert found == ["", "E_UNSAFE_READER", ""]


SPIN = """
import pipeline.office.sheets as sheets

def spin(data):
    if b"spin" in data:
        while True:
            pass
    return read(data)

read, sheets.read_workbook = sheets.read_workbook, spin
"""


@pytest.mark.skipif(not readers.LIMITED, reason="this system has no limit of processor time")
def test_a_file_that_takes_too_much_work_is_cut_off_and_no_other(
    good: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text(SPIN)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(readers, "PROCESSOR_SECONDS", 1)
    paths = [tmp_path / n for n in ("a.xlsx", "b.xlsx", "c.xlsx")]
    for path in paths:
        path.write_bytes(b"spin" if path.stem == "b" else good)
    with Reader(1) as reader:
        found = [verdict(a) for a in reader.read([str(p) for p in paths])]
    assert found == ["", "E_UNSAFE_READER", ""]


@pytest.mark.skipif(not readers.LIMITED, reason="this system has no limit of processor time")
def test_a_child_that_was_kept_from_working_is_no_verdict(
    good: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(good)
    real = readers._Child.ask

    def ask(self: readers._Child, asked: str) -> dict[str, Any]:
        os.kill(self.process.pid, signal.SIGSTOP)
        return real(self, asked)

    with monkeypatch.context() as stopped, Reader(1) as reader:
        stopped.setattr(readers, "WALL_SECONDS", 0.3)
        stopped.setattr(readers._Child, "ask", ask)
        (answer,) = reader.read([str(path)])
        assert isinstance(answer, OSError)
        known = trouble.of(answer)
        assert known is not None and not known.stops
        stopped.undo()
        (answer,) = reader.read([str(path)])  # a fresh child, and the file is read as if nothing had been
        assert verdict(answer) == ""


def test_an_original_that_cannot_be_read_is_no_verdict(tmp_path: Path) -> None:
    with Reader(1) as reader:
        (answer,) = reader.read([str(tmp_path / "gone")])
    assert isinstance(answer, OSError)


def strangers(folder: Path) -> list[Path]:
    """Sound workbooks of other people."""
    made = []
    for n in range(6):
        path = folder / f"xlsxwriter{n}.xlsx"
        with xlsxwriter.Workbook(str(path)) as book:
            for m in range(1 + 12 * n):
                sheet = book.add_worksheet()
                sheet.write_row(m * 200, n * 20, ["ก", 1, True, "=1+1"])
                sheet.merge_range(1, 0, 3, 4, "x")
        made.append(path)
    book = openpyxl.Workbook()
    for row in range(250):
        book.active.append([row, str(row), None, row / 3])
    book.active["XFD1"] = "wide"
    book.active["A300"] = "deep"
    book.save(folder / "openpyxl.xlsx")
    with xlsxwriter.Workbook(str(folder / "chart.xlsx")) as charts:
        charts.add_worksheet("data")
        chart = charts.add_chart({"type": "bar"})
        chart.add_series({"values": "=data!$A$1:$A$3"})
        charts.add_chartsheet().set_chart(chart)
    return [*made, folder / "openpyxl.xlsx", folder / "chart.xlsx"]


def test_sound_strangers_are_not_called_unsafe(tmp_path: Path) -> None:
    paths = strangers(tmp_path)
    with Reader(2) as reader:
        assert {verdict(a) for a in reader.read([str(p) for p in paths])} == {"E_NOT_OURS"}


@pytest.mark.long
def test_mutants_end_in_time_and_never_hurt_the_reader(good: bytes, tmp_path: Path) -> None:
    rng, parts = random.Random(7), parts_of(good)
    for n in range(MUTANTS):
        (tmp_path / f"{n}").write_bytes(mutant(good, parts, rng))
    began, last, slowest = time.monotonic(), time.monotonic(), 0.0
    codes: dict[str, int] = {}
    with Reader(2) as reader:
        for answer in reader.read([str(tmp_path / f"{n}") for n in range(MUTANTS)]):
            slowest, last = max(slowest, time.monotonic() - last), time.monotonic()
            code = verdict(answer)
            codes[code] = codes.get(code, 0) + 1
    assert slowest < 20 and time.monotonic() - began < 600
    assert codes.get("E_UNSAFE_READER", 0) == 0, codes
    assert sum(codes.values()) == MUTANTS


@pytest.mark.long
def test_the_whole_corpus_through_one_receiver(office: Place, good: bytes) -> None:
    for name, (data, _) in corpus(good).items():
        office.send(data, f"{name}.xlsx")
    said = office.receive(NOW)
    assert sum(f["container"] is None for f in said["files"]) == len(corpus(good))
    assert sum(said[s] for s in ("accepted", "returned", "refused", "duplicate", "quarantined")) == len(said["files"])
    assert office.call("verify").code == 0
