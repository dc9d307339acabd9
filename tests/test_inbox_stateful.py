"""Files dropped, replaced, renamed, deleted and re-sent, the clock moved and the ledger lost, in any order: nothing is lost."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import mails
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from staff import Place, fill, result

from pipeline import intake

pytestmark = pytest.mark.long
MAIL = 4  # which of the contents is a mail that carries a form
NAMES = st.sampled_from(["a.xlsx", "ข.xlsx", "sub/c.xlsx", "d (1).xlsx"])


class Inbox(RuleBasedStateMachine):
    """What people and programs do to an office, beside what must always hold."""

    start: Place
    contents: list[bytes]

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.place = self.start.copy_to(self.folder / "office")
        self.now = datetime(2024, 1, 10, 9)
        self.waiting: dict[str, bytes] = {}
        self.taken: list[tuple[str, str]] = []

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    @rule(name=NAMES, which=st.integers(0, MAIL))
    def drop(self, name: str, which: int) -> None:
        self.place.send(self.contents[which], name)
        self.waiting[name] = self.contents[which]

    @rule(name=NAMES)
    def delete(self, name: str) -> None:
        (self.place.root / "inbox" / name).unlink(missing_ok=True)
        self.waiting.pop(name, None)

    @rule(old=NAMES, new=NAMES)
    def rename(self, old: str, new: str) -> None:
        if old in self.waiting and old != new:
            target = self.place.root / "inbox" / new
            target.parent.mkdir(exist_ok=True)
            os.replace(self.place.root / "inbox" / old, target)
            self.waiting[new] = self.waiting.pop(old)

    @rule(days=st.integers(-40, 40))
    def move_the_clock(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule()
    def lose_the_ledger(self) -> None:
        for path in (self.place.root / "var").glob("ledger.sqlite*"):
            path.unlink()
        assert self.place.call("verify", "--repair").code == 0

    @rule()
    def receive(self) -> None:
        said: dict[str, Any] = self.place.receive(self.now.isoformat())
        whole = dict(self.waiting)
        for name, data in whole.items():
            if data == self.contents[MAIL]:
                self.waiting[f"{name}/f.xlsx"] = self.contents[1]
        assert set(said["by"]) == set(self.waiting)
        for name, data in self.waiting.items():
            assert said["by"][name]["sha256"] == hashlib.sha256(data).hexdigest()
            assert said["by"][name]["state"] != "pending"
            self.taken.append((name, said["by"][name]["sha256"]))
        self.waiting.clear()

    @invariant()
    def every_arrival_has_one_state_and_its_original(self) -> None:
        rows = self.place.rows("SELECT name, sha256, state, path FROM submission WHERE number > 1 ORDER BY number")
        assert sorted((r["name"], r["sha256"]) for r in rows) == sorted(self.taken)
        for row in rows:
            assert row["state"] in ("accepted", "returned", "refused", "duplicate", "quarantined")
            data = (self.place.root / "var" / row["path"]).read_bytes()
            assert hashlib.sha256(data).hexdigest() == row["sha256"]
        assert self.place.call("status", "--json").json["balance"]["unexplained"] == 0


def test_nothing_is_lost_whatever_happens_in_whatever_order(
    small_office: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "LOOKS_APART", 0.0)
    form = small_office.template("01101", "quarterly_result")
    Inbox.start = small_office
    Inbox.contents = [
        form.read_bytes(),
        fill(form, tmp_path / "good.xlsx", result("q1", "กพร.9", "4")).read_bytes(),
        fill(form, tmp_path / "wrong.xlsx", result("q1", "กพร.9", "มาก")).read_bytes(),
        b"no workbook",
    ]
    mail = mails.mail(mails.multipart(mails.text(), mails.attached(Inbox.contents[1], "; filename=f.xlsx")))
    Inbox.contents.append(mail)
    Inbox.TestCase.settings = settings(
        max_examples=15, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
    )
    Inbox.TestCase().runTest()
