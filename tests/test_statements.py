"""How often the ledger is asked: not more for a ledger full of arrivals, and hardly more for a batch full of files."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from proofs import pdf
from sqlalchemy import Engine, event
from staff import UNITS, YEAR, Place, fill, result

EARLIER = 40
FILE_COSTS = 1  # statements that one more file of a batch may cost


@contextmanager
def counted() -> Iterator[list[str]]:
    """Every statement that reaches a database meanwhile."""
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        said.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def received(office: Place, folder: Path, units: tuple[str, ...], evidence: int = 1) -> int:
    """Statements that taking in a form of each unit and so many proofs needs."""
    named = {**result("q1", "สนย.1", "88", evidence="proof0.pdf\nproof1.pdf")}
    for unit in units:
        source = office.template(unit, "quarterly_result")
        office.send(fill(source, folder / f"{office.root.name}-{unit}.xlsx", named), f"{unit}/form.xlsx")
    for n in range(evidence):
        office.send(pdf(), f"{units[0]}/proof{n}.pdf")
    with counted() as said:
        files = office.receive()["files"]
    assert [f["state"] for f in files] == ["accepted"] * (len(units) + evidence), files
    return len(said)


def crowded(office: Place) -> None:
    """Earlier arrivals in the ledger: forms of other units and files that are named nowhere."""
    with sqlite3.connect(office.root / "var" / "ledger.sqlite") as ledger:
        for n in range(1000, 1000 + EARLIER):
            form = "evidence" if n % 2 else "quarterly_result"
            ledger.execute(
                "INSERT INTO submission (number, claim, sha256, received_at, name, channel, sender, path, size, state,"
                " reason_th, reason_en, form, unit, fiscal_year, answer, previous, rows_taken, rows_held)"
                " VALUES (?, ?, ?, '2023-12-01T00:00:00+00:00', ?, 'folder', '', '', 1, 'accepted',"
                " '', '', ?, ?, ?, '', '', 0, 0)",
                (n, f"claim{n}", f"{n:064x}", f"old/file{n}.pdf", form, f"X{n}", YEAR),
            )
            if n % 2:
                ledger.execute("INSERT INTO evidence VALUES (?, 'old', ?, 'pdf', '.pdf')", (n, f"file{n}.pdf"))
    ledger.close()


@pytest.fixture
def offices(office: Place, tmp_path: Path) -> tuple[Place, Place]:
    return office, office.copy_to(tmp_path / "other")


def test_a_full_ledger_is_asked_no_more_often(offices: tuple[Place, Place], tmp_path: Path) -> None:
    one, other = offices
    crowded(other)
    assert received(other, tmp_path, UNITS) == received(one, tmp_path, UNITS)


def test_one_more_file_of_a_batch_costs_hardly_a_statement(offices: tuple[Place, Place], tmp_path: Path) -> None:
    one, other = offices
    few = received(one, tmp_path, UNITS[:1], evidence=1)
    many = received(other, tmp_path, UNITS, evidence=2)
    assert many - few <= FILE_COSTS * 3, (few, many)
