"""The ledger: nothing is overwritten, the newest valid row counts, every figure keeps its file, sheet and cell."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import load_workbook
from sqlalchemy import Connection, create_engine
from staff import CONFIRMED, UNITS, YEAR, Place, fill, plan_book, result, small_plan

from pipeline import intake
from pipeline.ledger import book

UNIT = UNITS[0]
STORY = (  # when, file, what is typed
    ("2024-01-05T09:00:00", "one.xlsx", {**result("q1", "สนย.1", "88.50"), **result("q1", "ศท.4", "1,234.0"), **result("q1", "P1", "9")}),
    ("2024-01-06T09:00:00", "two.xlsx", {**result("q1", "สนย.1", "1/3", state=CONFIRMED), **result("q1", "ศท.4", "สิบ"), **result("q1", "P1", "9")}),
    ("2024-01-07T09:00:00", "three.xlsx", {**result("q1", "สนย.1", "1/3", state=CONFIRMED), **result("q1", "ศท.4", "1,500")}),
)  # fmt: skip


@pytest.fixture(scope="module")
def told(small_office: Place, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """One unit sends three versions: the second has a fault, the third leaves a row blank."""
    folder = tmp_path_factory.mktemp("ledger")
    office = small_office.copy_to(folder / "office")
    before, intake.LOOKS_APART = intake.LOOKS_APART, 0.0
    try:
        for when, name, entries in STORY:
            office.take(fill(office.template(UNIT, "quarterly_result"), folder / name, entries), name, now=when)
    finally:
        intake.LOOKS_APART = before
    return office


@pytest.fixture
def ledger(told: Place) -> Iterator[Connection]:
    engine = create_engine(f"sqlite:///{told.root / 'var' / 'ledger.sqlite'}")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def standing(ledger: Connection, **more: Any) -> dict[str, Any]:
    """Standing postings of quarter 1 by indicator."""
    frame = book.standing_postings(ledger, YEAR, **more)
    return {r["indicator"]: r for r in frame[frame["period"] == "2567-Q1"].to_dict("records")}


def figures(ledger: Connection, **more: Any) -> dict[str, str]:
    facts = book.facts_of(ledger, book.standing_postings(ledger, YEAR, **more), YEAR)
    return dict(zip(facts["indicator"], facts["value"], strict=True))


def test_the_newest_valid_row_counts_and_a_blank_one_retracts(ledger: Connection) -> None:
    rows = standing(ledger)
    assert {c: (r["file"], bool(r["blank"])) for c, r in rows.items()} == {
        "สนย.1": ("two.xlsx", False), "ศท.4": ("three.xlsx", False), "P1": ("three.xlsx", True),
    }  # fmt: skip
    assert set(figures(ledger)) == {"สนย.1", "ศท.4"}
    assert rows["สนย.1"]["state"] == "confirmed" and rows["ศท.4"]["state"] == "draft"


def test_what_stood_at_an_earlier_moment_can_be_asked(ledger: Connection) -> None:
    """As of the second version: its held row leaves the first one's standing."""
    at = {"as_of": "2024-01-06T12:00:00+00:00"}
    assert {c: r["file"] for c, r in standing(ledger, **at).items()} == {
        "สนย.1": "two.xlsx",
        "ศท.4": "one.xlsx",
        "P1": "two.xlsx",
    }
    assert figures(ledger, **at)["ศท.4"] == "1234"
    assert figures(ledger, as_of="2024-01-05T02:00:00+00:00")["สนย.1"] == "88.5"
    assert figures(ledger, as_of="2024-01-05T01:59:59+00:00") == {}
    held = standing(ledger, held=True, **at)
    assert (held["ศท.4"]["state"], held["ศท.4"]["file"]) == ("held", "two.xlsx")


def test_older_facts_stay_in_the_ledger(told: Place) -> None:
    assert told.facts(UNIT, "สนย.1", "2567-Q1")[:2] == ["88.5", told.facts(UNIT, "สนย.1", "2567-Q1")[1]]
    assert told.facts(UNIT, "ศท.4", "2567-Q1") == ["1234", "1500"]
    assert told.facts(UNIT, "P1", "2567-Q1") == ["9", "9"]


def test_a_fact_keeps_what_was_typed_and_an_exact_ratio(told: Place) -> None:
    [ratio] = told.rows("SELECT * FROM fact WHERE indicator='สนย.1' AND typed='1/3'")
    assert (ratio["numerator"], ratio["denominator"], ratio["value"][:8]) == ("1", "3", "33.33333")
    assert [r["typed"] for r in told.rows("SELECT typed FROM fact WHERE indicator='ศท.4' ORDER BY submission")] == [
        "1,234.0",
        "1,500",
    ]


def test_every_fact_names_the_cell_of_a_stored_original_that_holds_it(told: Place, tmp_path: Path) -> None:
    facts = told.rows("SELECT f.*, s.sha256, s.path FROM fact f JOIN submission s ON s.number = f.submission")
    assert len(facts) >= 6
    books = {}
    for fact in facts:
        path = tmp_path / f"{fact['sha256']}.xlsx"
        path.write_bytes((told.root / "var" / fact["path"]).read_bytes())
        book_of = books.setdefault(path, load_workbook(path))
        assert book_of[fact["sheet"]][fact["cell"]].value == fact["typed"]


def test_the_words_of_a_row_are_kept_with_choices_as_codes(told: Place) -> None:
    entries = json.loads(
        told.rows("SELECT entries FROM posting WHERE indicator='สนย.1' ORDER BY submission")[-1]["entries"]
    )
    assert entries["reportable"] == "can" and entries["state"] == "confirmed" and entries["details"] == "ดำเนินการแล้ว"


def test_arrivals_are_numbered_once_and_times_are_kept_in_utc(told: Place) -> None:
    rows = told.rows("SELECT number, name, received_at, state, unit, form, fiscal_year FROM submission ORDER BY number")
    assert [r["name"] for r in rows] == ["plan.xlsx", "one.xlsx", "two.xlsx", "three.xlsx"]
    assert [r["state"] for r in rows] == ["accepted", "accepted", "returned", "accepted"]
    assert rows[1]["received_at"] == "2024-01-05T02:00:00+00:00"
    assert {(r["unit"], r["form"], r["fiscal_year"]) for r in rows[1:]} == {(UNIT, "quarterly_result", YEAR)}
    assert len({r["number"] for r in rows}) == 4


def test_earlier_arrivals_of_a_unit_and_of_the_same_bytes_are_found(told: Place, ledger: Connection) -> None:
    numbers = {r["name"]: r for r in told.rows("SELECT * FROM submission")}
    last = book.last_of(ledger, UNIT, "quarterly_result", YEAR, numbers["three.xlsx"]["number"])
    assert last is not None and last["name"] == "two.xlsx"
    assert book.last_of(ledger, UNITS[1], "quarterly_result", YEAR, 99) is None
    same = book.same_bytes(ledger, numbers["one.xlsx"]["sha256"], 99)
    assert same is not None and same["name"] == "one.xlsx"
    assert book.same_bytes(ledger, numbers["one.xlsx"]["sha256"], numbers["one.xlsx"]["number"]) is None
    assert book.same_bytes(ledger, "0" * 64, 99) is None


def test_an_empty_ledger_is_empty(new_office: Place, ledger: Connection) -> None:
    assert not book.is_empty(ledger) and book.plan_years(ledger) == [YEAR]
    new_office.call("status")
    engine = create_engine(f"sqlite:///{new_office.root / 'var' / 'ledger.sqlite'}")
    with engine.connect() as connection:
        assert book.is_empty(connection) and book.plan_years(connection) == []
        assert book.plan_of(connection, YEAR) is None
        frame = book.standing_postings(connection, YEAR)
        assert isinstance(frame, pd.DataFrame) and frame.empty and "held" not in frame
    engine.dispose()


def test_plan_revisions_say_which_definition_of_which_unit_changed_when(office: Place, tmp_path: Path) -> None:
    second, third = deepcopy(small_plan()), deepcopy(small_plan())
    second["indicators"][0]["target"] = "99"
    third["indicators"][0]["target"] = "99"
    third["assignments"].append({"indicator": "กพร.9", "unit": UNITS[1], "weight": "30", "target": "4"})
    for n, content in enumerate((second, third), 2):
        file = office.take(plan_book(tmp_path / f"{n}.xlsx", content), f"{n}.xlsx", now=f"2024-01-0{n}T09:00:00")
        assert file["state"] == "accepted"
    engine = create_engine(f"sqlite:///{office.root / 'var' / 'ledger.sqlite'}")
    with engine.connect() as connection:
        newest, old = book.plan_of(connection, YEAR), book.plan_of(connection, YEAR, 1)
        assert newest is not None and old is not None and newest.revision == 3
        assert [newest.revision_of(u, "สนย.1") for u in UNITS] == [2, 2, 2]
        assert [newest.revision_of(u, "กพร.9") for u in UNITS] == [1, 3, 1]
        assert [newest.revision_of(u, "P1") for u in UNITS] == [1, 1, 1]
        assert [p.assigned(UNIT)[0]["target"] for p in (old, newest)] == ["100", "99"]
        then = book.plan_of(connection, YEAR, as_of="2024-01-02T12:00:00+00:00")
        assert then is not None and then.revision == 2
    engine.dispose()
