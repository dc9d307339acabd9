"""The inbox, looked at again and again -> files taken in as they settle; templates and reports made in a process of their own."""

from __future__ import annotations

import json
import logging
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline import intake, lock, receive, trouble
from pipeline.ledger import book
from pipeline.model import OfficeError, Outcome
from pipeline.office.reader import Reader
from pipeline.opening import Office
from pipeline.register.sheets import write_register
from schemas.language import Text

LOG = logging.getLogger("opsbook")
HEALTH = "health.json"
SCAN_EVERY = 0.5  # seconds between two looks at the inbox
QUIET = 60.0  # seconds without a new file before reports are published
BATCH, BATCH_SECONDS = 100, 2.0  # a micro-batch: so many files, or about so long
BACK_OFF, BACK_OFF_MOST = 2.0, 60.0
_HEALTH_EVERY, _REGISTER_EVERY = 5.0, 30.0
_BUG = Text("ข้อผิดพลาดของโปรแกรม ดู var/opsbook.log", "a fault of the program: see var/opsbook.log")


def watch(office: Office, stop: threading.Event, say: Callable[[Sequence[Outcome]], None] = lambda _o: None) -> None:
    """Receive until `stop` is set, then end after the micro-batch under way; lock.Held where another receiver is at work."""
    with lock.only_receiver(office.settings.var, office.clock.now()), Reader() as reader:
        receive.tidy(office)
        Watch(office, reader, stop, say).run()


class BackOff:
    """When something that failed is tried again: after 2, 4, 8 … at most 60 seconds."""

    def __init__(self) -> None:
        self._until: dict[str, tuple[float, float]] = {}

    def failed(self, what: str, now: float) -> None:
        """Note a failure at `now`."""
        pause = min(BACK_OFF_MOST, 2 * self._until.get(what, (0.0, BACK_OFF / 2))[1])
        self._until[what] = (now + pause, pause)

    def went_well(self, what: str) -> None:
        """Forget earlier failures."""
        self._until.pop(what, None)

    def rests(self, what: str, now: float) -> bool:
        """Whether it is too early to try again."""
        return now < self._until.get(what, (0.0, 0.0))[0]


class Watch:
    """The loop: look, take in a micro-batch of what has settled, tell how it stands."""

    def __init__(
        self, office: Office, reader: Reader, stop: threading.Event, say: Callable[[Sequence[Outcome]], None]
    ) -> None:
        self.office, self.reader, self.stop, self.say = office, reader, stop, say
        self.settling = intake.Settling(office.settings.inbox)
        self.back_off, self.beside, self.health = BackOff(), Beside(office), Health(office)
        self.size, self.unfinished, self.again = BATCH // 4, True, True
        self.register_due, self.register_at = True, 0.0
        self.waiting: list[intake.Waiting] = []

    def run(self) -> None:
        """Until told to stop; what a crash left unfinished comes first."""
        try:
            while not self.stop.is_set():
                began = time.monotonic()
                more = self._turn(began)
                self.beside.turn(time.monotonic())
                self.health.turn(self.waiting, self.beside.name)
                if not more:
                    self.stop.wait(max(SCAN_EVERY, 10 * (time.monotonic() - began)) if self.waiting else SCAN_EVERY)
        finally:
            self.beside.end()
            self.health.stopped()

    def _turn(self, now: float) -> bool:
        """One look and at most one micro-batch; whether there is more to take at once."""
        ready, self.waiting = self.settling.look(now)
        rested = [s for s in ready if not self.back_off.rests(s.name, now)]
        if self.back_off.rests("", now):
            return False
        if rested or self.unfinished:
            self._take(rested[: self.size])
        elif self.register_due and (not self.waiting or now - self.register_at > _REGISTER_EVERY):
            self._write_register(now)
        return len(rested) > self.size

    def _take(self, files: Sequence[intake.Seen]) -> None:
        began = time.monotonic()
        try:
            outcomes = receive.take(self.office, self.reader, files, again=self.again)
        except OfficeError:
            raise
        except Exception as error:
            found = trouble.of(error)
            LOG.log(logging.WARNING if found else logging.ERROR, "taking in failed: %s", error, exc_info=found is None)
            self._rest(found.text if found else _BUG)
            return
        took = time.monotonic() - began
        self.size = (
            max(5, min(BATCH, int(len(files) * BATCH_SECONDS / max(took, 0.01)))) if len(files) > 4 else self.size
        )
        self.unfinished = self.again = False
        self._note(outcomes)

    def _note(self, outcomes: Sequence[Outcome]) -> None:
        now = time.monotonic()
        left = [o for o in outcomes if not o.submission.number and not o.submission.sha256]
        for outcome in left:
            self.back_off.failed(outcome.submission.name, now)
        stopped = next((o.result.reason for o in outcomes if o.trouble), None)
        if stopped is not None:
            self._rest(stopped)
        else:
            self.back_off.went_well("")
            self.health.trouble = None
        done = [o for o in outcomes if o.result.state != "pending"]
        self.health.taken(done)
        self.register_due = self.register_due or bool(outcomes)
        if any(o.result.state in ("accepted", "returned") for o in done):
            plan = any(o.result.reading.identity.form == "central_plan" for o in done)
            self.beside.changed(now, plan)
        self.say(outcomes)

    def _rest(self, why: Text) -> None:
        """Trouble: nothing is taken in for a while, and the health file says why."""
        self.unfinished = True
        self.back_off.failed("", time.monotonic())
        self.health.trouble = why

    def _write_register(self, now: float) -> None:
        self.register_at = now
        try:
            write_register(self.office)
            self.register_due = False
        except Exception as error:
            if trouble.of(error) is None:
                raise
            LOG.warning("the register waits: %s", error)


class Beside:
    """Templates and reports, made by a process of its own so that they never delay an answer; one at a time."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.process: subprocess.Popen[bytes] | None = None
        self.name = ""
        self.issue_due = self.publish_due = True
        self.last_change = time.monotonic()
        self.day = office.clock.now().date()

    def changed(self, now: float, plan: bool) -> None:
        """Something new is in the ledger; a plan's templates are issued at once."""
        self.publish_due, self.last_change = True, now
        self.issue_due = self.issue_due or plan

    def turn(self, now: float) -> None:
        """Start what is due, note what has ended."""
        if self.process is not None:
            code = self.process.poll()
            if code is None:
                return
            LOG.log(logging.WARNING if code else logging.INFO, "%s ended with %d", self.name, code)
            self.process, self.name = None, ""
        if (today := self.office.clock.now().date()) != self.day:  # a milestone may have passed
            self.day, self.publish_due = today, True
        if self.issue_due:
            self.issue_due = False
            self._start("issue", "--due")
        elif self.publish_due and now - self.last_change >= QUIET:
            self.publish_due = False
            self._start("publish")

    def _start(self, *command: str) -> None:
        with self.office.engine.connect() as connection:
            if not book.plan_years(connection):
                return
        now = ["--now", self.office.clock.fixed.isoformat()] if self.office.clock.fixed else []
        words = [sys.executable, "-m", "pipeline", "--office", str(self.office.settings.root), *now, *command]
        path = os.pathsep.join(filter(None, [str(Path(__file__).resolve().parents[1]), os.environ.get("PYTHONPATH")]))
        quiet: Any = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        try:
            self.process = subprocess.Popen(words, env={**os.environ, "PYTHONPATH": path}, **quiet)
            self.name = command[0]
            if os.name == "posix":
                os.setpriority(os.PRIO_PROCESS, self.process.pid, 10)
        except OSError as error:
            LOG.warning("%s could not be started: %s", command[0], error)

    def end(self) -> None:
        """Stop what is under way: outputs are renamed into place whole, so nothing half-made stays."""
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()


class Health:
    """var/health.json: whether the watcher lives, what it does, what waits and why; for a monitor to read."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.since, self.last, self.count = _now(), "", 0
        self.trouble: Text | None = None
        self._written: tuple[float, str] = (0.0, "")

    def taken(self, outcomes: Sequence[Outcome]) -> None:
        """Note files that reached a final state."""
        if outcomes:
            self.count, self.last = self.count + len(outcomes), _now()

    def turn(self, waiting: Sequence[intake.Waiting], beside: str) -> None:
        """Write the file when something changed, and every few seconds as a sign of life."""
        state = "trouble" if self.trouble else "receiving" if waiting else "idle"
        self._write({
            "state": state,
            "trouble": {"th": self.trouble.th, "en": self.trouble.en} if self.trouble else None,
            "taken": self.count,
            "last_taken_at": self.last or None,
            "waiting": [{"name": intake.printable(w.name), "th": w.why.th, "en": w.why.en} for w in waiting[:50]],
            "waiting_count": len(waiting),
            "beside": beside or None,
        })  # fmt: skip

    def stopped(self) -> None:
        """The last word: stopped on purpose."""
        self._written = (0.0, "")
        self._write({"state": "stopped", "trouble": None, "taken": self.count, "last_taken_at": self.last or None})

    def _write(self, said: dict[str, Any]) -> None:
        text = json.dumps(said, ensure_ascii=False, sort_keys=True)
        if text == self._written[1] and time.monotonic() - self._written[0] < _HEALTH_EVERY:
            return
        who = {"at": _now(), "since": self.since, "host": socket.gethostname(), "process": os.getpid()}
        path = self.office.settings.var / HEALTH
        try:
            aside = path.with_suffix(".new")
            aside.write_text(json.dumps({**said, **who}, ensure_ascii=False, indent=1), encoding="utf-8")
            os.replace(aside, path)
            self._written = (time.monotonic(), text)
        except OSError as error:
            LOG.warning("the health file could not be written: %s", error)


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")
