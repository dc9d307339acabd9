"""Workbooks encrypted with the password that every office program knows open like any other; others are named."""

from __future__ import annotations

import io
from pathlib import Path

import msoffcrypto
import pytest
from hostile import SHEET, packed, parts_of
from staff import Place, fill, plan_book, result

from pipeline import begin
from pipeline.office import locked
from pipeline.office.worker import answer_to

UNIT, INDICATOR = "01101", "สนย.1"


def encrypted(data: bytes, password: str) -> bytes:
    target = io.BytesIO()
    msoffcrypto.OfficeFile(io.BytesIO(data)).encrypt(password, target)
    return target.getvalue()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Place:
    place = Place(tmp_path_factory.mktemp("office"))
    begin.make_office(place.root)
    place.take(plan_book(place.root / "p.xlsx"), "plan.xlsx")
    return place


@pytest.fixture(scope="module")
def form(office: Place) -> bytes:
    filled = fill(office.template(UNIT, "quarterly_result"), office.root / "f.xlsx", result("q1", INDICATOR, "91"))
    return filled.read_bytes()


def test_a_form_that_opens_without_a_question_is_taken(office: Place, form: bytes) -> None:
    taken = office.take(encrypted(form, locked.EVERYBODYS), "ป้องกันโครงสร้าง.xlsx")
    assert taken["form"] == "quarterly_result" and "E_UNSAFE_PASSWORD" not in [f["rule"] for f in taken["findings"]]
    assert office.facts(UNIT, INDICATOR, "2567-Q1") == ["91"]


def test_a_form_with_a_password_is_held_and_the_reason_is_named(office: Place, form: bytes) -> None:
    taken = office.take(encrypted(form, "ลับ1234"), "มีรหัสผ่าน.xlsx")
    assert (taken["state"], [f["rule"] for f in taken["findings"]]) == ("quarantined", ["E_UNSAFE_PASSWORD"])


def test_what_is_inside_is_looked_at_like_any_file(form: bytes, tmp_path: Path) -> None:
    parts = parts_of(form)
    bomb = packed(
        {**parts, SHEET: parts[SHEET].replace(b"<worksheet", b'<!DOCTYPE l [<!ENTITY a "ha">]><worksheet', 1)}
    )
    path = tmp_path / "f"
    path.write_bytes(encrypted(bomb, locked.EVERYBODYS))
    assert answer_to(str(path))["unsafe"][0] == "E_UNSAFE_CONTENT"


@pytest.mark.parametrize("cut", [0.2, 0.6, 0.95])
def test_a_damaged_one_is_an_answer_too(form: bytes, tmp_path: Path, cut: float) -> None:
    data, path = encrypted(form, locked.EVERYBODYS), tmp_path / "f"
    path.write_bytes(data[: int(len(data) * cut)])
    assert answer_to(str(path))["unsafe"][0] in ("E_UNSAFE_PASSWORD", "E_UNSAFE_BROKEN")
