"""Offices that tests begin with: built once per worker, copied for each test."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings
from staff import NOW, Place, plan_book

from pipeline import intake

settings.register_profile("here", deadline=None, database=None, print_blob=True)
settings.load_profile("here")


@pytest.fixture(autouse=True)
def no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two looks at the inbox without the seconds between them: tests send files that have stood still long enough."""
    monkeypatch.setattr(intake, "LOOKS_APART", 0.0)


@pytest.fixture(scope="session")
def small_office(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The small office with its plan accepted; never changed, copied by `office`."""
    place = Place(tmp_path_factory.mktemp("small") / "office")
    before, intake.LOOKS_APART = intake.LOOKS_APART, 0.0
    try:
        assert place.call("init", place.root).code == 0
        place.send(plan_book(place.root / "plan.xlsx"), "plan.xlsx")
        assert place.call("receive", now="2023-10-01T08:00:00").code == 0
    finally:
        intake.LOOKS_APART = before
    return place


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
def ministry(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The ministry demo, its thirty files waiting in inbox/; never changed."""
    place = Place(tmp_path_factory.mktemp("ministry") / "office")
    before, intake.LOOKS_APART = intake.LOOKS_APART, 0.0
    try:
        assert place.call("demo", place.root, now=NOW).code == 0
    finally:
        intake.LOOKS_APART = before
    return place
