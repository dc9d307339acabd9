"""The watcher answers soon, publishes beside, tells how it is, stops when told, and there is only one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from staff import Place

from pipeline import intake, issue, store, watch
from pipeline import receive as receiving
from pipeline.ledger import book
from pipeline.model import Outcome
from pipeline.opening import open_office
from pipeline.watch import BackOff, Beside, Watch


@contextmanager
def watching(place: Place) -> Iterator[subprocess.Popen[bytes]]:
    """`opsbook watch` as a service would run it."""
    here = Path(__file__).resolve().parents[1]
    words = [sys.executable, "-m", "pipeline", "--office", str(place.root), "--now", "2024-01-10T09:00:00", "watch"]
    process = subprocess.Popen(words, cwd=here, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        until(lambda: health(place).get("state") in ("idle", "receiving"), 30)
        yield process
    finally:
        process.kill()
        process.communicate()


def health(place: Place) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((place.root / "var" / "health.json").read_text(encoding="utf-8"))
        return found
    except FileNotFoundError:
        return {}


def until(done: Callable[[], object], seconds: float) -> float:
    began = time.monotonic()
    while not done():
        assert time.monotonic() - began < seconds, "it took too long"
        time.sleep(0.05)
    return time.monotonic() - began


def states(place: Place) -> list[str]:
    return [r["state"] for r in place.rows("SELECT state FROM submission WHERE number > 1 ORDER BY number")]


@pytest.mark.long
def test_a_file_is_answered_within_seconds_and_the_watcher_stops_cleanly(office: Place) -> None:
    data = office.template("01101", "quarterly_result").read_bytes()
    with watching(office) as process:
        (office.root / "inbox" / "a.xlsx").write_bytes(data)
        took = until(lambda: states(office) and states(office)[0] in ("accepted", "returned"), 20)
        assert took < 8  # 5 s on an idle machine; tests run beside others
        second = office.call("receive")
        assert second.code == 3 and str(process.pid) in second.err
        until(lambda: office.outbox("register.xlsx").is_file(), 20)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert health(office)["state"] == "stopped" and health(office)["taken"] == 1


@pytest.mark.long
def test_many_at_once_do_not_delay_the_first_answer(office: Place) -> None:
    data = office.template("01101", "quarterly_result").read_bytes()
    for n in range(300):
        (office.root / "inbox" / f".{n}.tmp").write_bytes(data + bytes(n % 7))
    with watching(office) as process:
        for n in range(300):
            os.rename(office.root / "inbox" / f".{n}.tmp", office.root / "inbox" / f"{n}.xlsx")
        took = until(lambda: [s for s in states(office) if s != "received"], 40)
        assert took < 15  # 10 s on an idle machine
        process.send_signal(signal.SIGTERM)  # in the middle of a run
        assert process.wait(30) == 0
    office.receive()
    assert len(states(office)) == 300 and "received" not in states(office)


def test_back_off_grows_to_a_minute_and_is_forgotten() -> None:
    back_off = BackOff()
    pauses = []
    for _ in range(8):
        back_off.failed("a", 100.0)
        pauses.append(next(p for p in range(100) if not back_off.rests("a", 100.0 + p)))
    assert pauses == [2, 4, 8, 16, 32, 60, 60, 60]
    assert not back_off.rests("b", 100.0)
    back_off.went_well("a")
    assert not back_off.rests("a", 100.0)


class Scene:
    """A watcher in this process, with a clock of its own and nothing beside it."""

    def __init__(self, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(intake, "LOOKS_APART", 2.0)
        self.office = open_office(place.root)
        self.started: list[tuple[str, ...]] = []
        monkeypatch.setattr(Beside, "_start", lambda _self, *words: self.started.append(words))
        self.reader = receiving.Reader(1)
        self.said: list[Outcome] = []
        self.watch = Watch(self.office, self.reader, threading.Event(), self.said.extend)
        self.watch._turn(0.0)  # what a crash left

    def look(self, *moments: float) -> None:
        for moment in moments:
            self.watch._turn(moment)


@pytest.fixture
def scene(office: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    made = Scene(office, monkeypatch)
    with made.reader:
        yield made


def test_reports_are_published_after_a_minute_of_quiet_and_not_before(scene: Scene, office: Place) -> None:
    beside = scene.watch.beside
    beside.issue_due = beside.publish_due = False
    began = time.monotonic()
    office.send(office.template("01101", "monthly_plan"), "a.xlsx")
    scene.look(0.0, 2.0)
    assert [o.result.state for o in scene.said] in (["accepted"], ["returned"])
    beside.turn(began + 30)
    assert scene.started == []
    beside.turn(time.monotonic() + 61)
    assert scene.started == [("publish",)]
    beside.turn(time.monotonic() + 200)
    assert scene.started == [("publish",)]


def test_a_plan_is_issued_at_once_beside(scene: Scene, office: Place) -> None:
    from staff import plan_book, small_plan

    scene.watch.beside.issue_due = False
    content = small_plan()
    content["indicators"][0]["name"] = "ชื่อใหม่"
    office.send(plan_book(office.root / "p2.xlsx", content), "plan2.xlsx")
    scene.look(0.0, 2.0)
    scene.watch.beside.turn(time.monotonic())
    assert scene.started == [("issue", "--due")]
    with scene.office.engine.connect() as connection:
        assert book.issued(connection, 2567) == 1
    issue.issue_due(scene.office)
    with scene.office.engine.connect() as connection:
        assert book.issued(connection, 2567) == 2


def test_a_full_disk_rests_and_then_goes_on(scene: Scene, office: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    office.send(office.template("01101", "monthly_plan"), "a.xlsx")
    with monkeypatch.context() as patch:
        patch.setattr(store, "keep", lambda *_: (_ for _ in ()).throw(OSError(28, "full")))
        scene.look(0.0, 2.0)
    assert scene.watch.health.trouble is not None and "disk is full" in scene.watch.health.trouble.en
    scene.watch.health.turn([], "")
    assert health(office)["state"] == "trouble"
    scene.said.clear()
    scene.look(time.monotonic() + 61)
    assert scene.watch.health.trouble is None
    assert [o.result.state for o in scene.said] in (["accepted"], ["returned"])


def test_the_health_file_names_what_waits_and_why(scene: Scene, office: Place) -> None:
    office.send(b"PK\x03\x04 half", "half.xlsx", age=0)
    scene.look(0.0, 2.0)
    scene.watch.health.turn(scene.watch.waiting, "")
    found = health(office)
    assert found["state"] == "receiving" and found["waiting"][0]["name"] == "half.xlsx"
    assert found["waiting"][0]["th"] == intake.COPYING.th and watch.HEALTH == "health.json"
