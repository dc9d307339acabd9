"""Offices that tests begin with: built once, whichever worker asks first, and copied for each test that changes one."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from staff import NOW, Place, plan_book

from pipeline import intake
from pipeline.office import printing

settings.register_profile("here", deadline=None, database=None, print_blob=True)
settings.load_profile("here")


@pytest.fixture(autouse=True)
def no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two looks at the inbox without the seconds between them: tests send files that have stood still long enough."""
    monkeypatch.setattr(intake, "LOOKS_APART", 0.0)


@pytest.fixture(scope="session", autouse=True)
def no_printing() -> Iterator[None]:
    """A machine without LibreOffice: tests that want it printed say so, the others need not wait for it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(printing, "version", lambda: "")
        yield


Build = Callable[[Path], Any]
Shared = Callable[[str, Build], tuple[Path, Any]]


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("a") as handle:
        if os.name == "posix":
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Shared:
    """`shared(name, build)` -> (folder, what build said): built once for all workers of this session, never changed."""
    base = tmp_path_factory.getbasetemp()
    if hasattr(request.config, "workerinput"):
        base = base.parent if os.name == "posix" else base

    def get(name: str, build: Build) -> tuple[Path, Any]:
        folder, note = base / f"shared-{name}", base / f"shared-{name}.json"
        with _alone(base / f"shared-{name}.lock"):
            if not note.exists():
                before, intake.LOOKS_APART = intake.LOOKS_APART, 0.0
                try:
                    said = build(folder)
                finally:
                    intake.LOOKS_APART = before
                note.write_text(json.dumps(said))
        return folder, json.loads(note.read_text())

    return get


@pytest.fixture(scope="session")
def small_office(shared: Shared) -> Place:
    """The small office with its plan accepted; never changed, copied by `office`."""

    def build(folder: Path) -> None:
        place = Place(folder)
        assert place.call("init", place.root).code == 0
        place.send(plan_book(place.root / "plan.xlsx"), "plan.xlsx")
        assert place.call("receive", now="2023-10-01T08:00:00").code == 0

    return Place(shared("small", build)[0])


@pytest.fixture
def office(small_office: Place, tmp_path: Path) -> Place:
    """A small office of the test's own: plan accepted, templates issued."""
    return small_office.copy_to(tmp_path / "office")


@pytest.fixture
def new_office(tmp_path: Path) -> Place:
    """An office without a plan."""
    place = Place(tmp_path / "new")
    assert place.call("init", place.root).code == 0
    return place


@pytest.fixture(scope="session")
def ministry(shared: Shared) -> Place:
    """The ministry demo, its thirty files waiting in inbox/; never changed."""
    return Place(shared("ministry", _demo)[0])


@pytest.fixture(scope="session")
def clean_ministry(shared: Shared) -> Place:
    """The same demo without damage: a file that differs from it was damaged."""
    return Place(shared("clean-ministry", lambda folder: _demo(folder, "--wrong", "0"))[0])


def _demo(folder: Path, *words: str) -> None:
    assert Place(folder).call("demo", folder, *words, now=NOW).code == 0


@pytest.fixture(scope="session")
def ministry_year(ministry: Place, shared: Shared) -> tuple[Place, Any]:
    """The ministry after its first run, and what `run --json` said; never changed."""

    def build(folder: Path) -> Any:
        office = ministry.copy_to(folder)
        for path in (office.root / "inbox").glob("*.xlsx"):
            os.utime(path, (1e9, 1e9))
        answer = office.call("run", "--json", now="2024-10-20T09:00:00")
        assert answer.code == 1, answer.err
        return answer.json

    folder, said = shared("ministry-year", build)
    return Place(folder), said
