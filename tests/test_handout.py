"""outbox/units: all that a unit should see and nothing of another; copies that heal, and that never cost anybody's work."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import Any

import pytest
from staff import Place

from pipeline import handout
from pipeline.ledger import book
from pipeline.opening import open_office

pytestmark = pytest.mark.long

NOW = "2024-10-20T09:05:00+07:00"


@pytest.fixture
def year(ministry_year: tuple[Place, Any], tmp_path: Path) -> Place:
    return ministry_year[0].copy_to(tmp_path / "year")


def again(place: Place) -> list[str]:
    from datetime import datetime

    return handout.hand_out(open_office(place.root, datetime.fromisoformat(NOW)))


def content(path: Path) -> str:
    """Everything a file says, as its own XML or HTML."""
    if path.suffix in (".xlsx", ".docx"):
        with zipfile.ZipFile(path) as package:
            return "\n".join(package.read(n).decode("utf-8", "replace") for n in package.namelist())
    return path.read_text(encoding="utf-8")


def files(place: Place, unit: str = "") -> dict[str, Path]:
    room = place.outbox(f"units/{unit}" if unit else "units")
    return {p.relative_to(room).as_posix(): p for p in sorted(room.rglob("*")) if p.is_file()}


def test_a_unit_s_folder_holds_all_that_concerns_it(ministry_year: tuple[Place, Any]) -> None:
    place, answer = ministry_year
    returned = next(f for f in answer["files"] if f["state"] == "returned")
    own = files(place, returned["unit"])
    kinds = {name.split("/")[0] for name in own}
    assert kinds == {"templates", "receipts", "returned", "cards", "lists"}
    assert (
        own[f"returned/{returned['answer'].rpartition('/')[2]}"].read_bytes()
        == place.outbox(returned["answer"]).read_bytes()
    )
    assert {n for n in own if n.startswith(("cards", "lists"))} == {
        f"{k}/2567-Q4.{s}" for k in ("cards", "lists") for s in ("xlsx", "docx")
    }


def test_nothing_of_another_unit_is_in_it(ministry_year: tuple[Place, Any]) -> None:
    place, _ = ministry_year
    with open_office(place.root).engine.connect() as connection:
        plan = book.plan_of(connection, 2567)
    assert plan is not None
    for unit in plan.reporting_units:
        others = {u: plan.units[u]["name"] for u in plan.reporting_units if u != unit}
        for name, path in files(place, unit).items():
            said = content(path)
            assert unit in said or unit in path.as_posix()
            strangers = [u for u, full in others.items() if f">{u}<" in said or f"[{u}]" in said or f">{full}<" in said]
            assert not strangers, (unit, name, strangers)


def test_copies_are_no_links_and_only_changes_are_copied(year: Place) -> None:
    copy, source = files(year, "03003")["templates/2567/monthly_plan.xlsx"], year.template("03003", "monthly_plan")
    assert copy.read_bytes() == source.read_bytes() and copy.stat().st_ino != source.stat().st_ino
    assert again(year) == []
    source.write_bytes(b"a newer template")
    assert again(year) == ["units/03003/templates/2567/monthly_plan.xlsx"]
    assert copy.read_bytes() == b"a newer template" and again(year) == []
    source.unlink()
    assert again(year) == [] and not copy.exists()


def test_what_a_unit_typed_into_its_copy_is_never_written_over(year: Place) -> None:
    copy = files(year, "03003")["templates/2567/monthly_plan.xlsx"]
    copy.write_bytes(b"filled in by the unit")
    assert again(year) == []
    for newer in (b"newer", b"newest one"):
        year.template("03003", "monthly_plan").write_bytes(newer)
        second = "units/03003/templates/2567/monthly_plan (2).xlsx"
        assert again(year) == [second] and year.outbox(second).read_bytes() == newer
    assert copy.read_bytes() == b"filled in by the unit"
    year.template("03003", "monthly_plan").unlink()
    again(year)
    assert copy.exists() and not year.outbox(second).exists()


@pytest.mark.parametrize("lost", ["units", "var/units.json"])
def test_the_folders_are_made_again_whatever_is_lost(year: Place, lost: str) -> None:
    before = {n: p.read_bytes() for n, p in files(year).items()}
    if lost == "units":
        for path in files(year).values():
            path.unlink()
    else:
        (year.root / lost).unlink()
        files(year)["03001/templates/2567/monthly_plan.xlsx"].write_bytes(b"")  # what a power failure leaves
    again(year)
    assert {n: p.read_bytes() for n, p in files(year).items()} == before


def test_a_run_that_was_cut_off_is_finished_by_the_next(year: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {n: p.read_bytes() for n, p in files(year).items()}
    for path in files(year).values():
        path.unlink()
    (year.root / "var" / "units.json").unlink()
    real, left = os.replace, [40]

    def cut(source: Any, target: Any) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        real(source, target)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(os, "replace", cut)
        again(year)
    assert 0 < len(files(year)) < len(before)
    again(year)
    assert {n: p.read_bytes() for n, p in files(year).items()} == before
    assert not list((year.root / "outbox" / ".writing").iterdir())


def test_an_office_may_do_without(year: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    from schemas.plan import Plan

    settings = Plan.settings.func  # type: ignore[attr-defined]
    monkeypatch.setattr(Plan, "settings", property(lambda plan: {**settings(plan), "unit_folders": "no"}))
    again(year)
    assert not files(year)
