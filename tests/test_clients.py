"""LibreOffice as the unit's own program: it fills our forms, corrects our marked copies, and agrees with our formulas."""

from __future__ import annotations

import itertools
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from libreoffice import NEEDS_LIBREOFFICE, disagreements, recalculate, run
from libreoffice import fill as type_in
from openpyxl import load_workbook
from staff import CAN, CANNOT, CONFIRMED, SHEETS, UNITS, YEAR, Place, cell_of, fill, plan_book, result, small_plan

from pipeline.office.compose import unit_copy
from pipeline.office.forms import draw
from schemas.forms_index import forms
from schemas.numbers import judge
from schemas.plan import Plan
from schemas.rows import number_keys

pytestmark = [*NEEDS_LIBREOFFICE, pytest.mark.long]
UNIT = UNITS[0]
CODES = ["สนย.1", "กพร.9", "ปศ.1", "ศท.4", "P1", "อปท.1"]

MONTHLY = {
    ("plan", "ศท.4", "m10"): "1", ("plan", "ศท.4", "m11"): "2.50", ("plan", "ศท.4", "m12"): "-", ("plan", "ศท.4", "q1"): "3.5",
    ("plan", "ศท.4", "q4"): "1,234.50", ("plan", "ศท.4", "total"): "1,238", ("plan", "ศท.4", "est_0"): "1,238.00",
    ("plan", "สนย.1", "q1"): "1/2", ("plan", "สนย.1", "total"): "00050", ("plan", "สนย.1", "est_+1"): ".5",
    ("plan", "สนย.1", "est_r1"): "5.", ("plan", "สนย.1", "res_-3"): "1,000", ("plan", "สนย.1", "res_-1"): "1.000",
    ("plan", "อปท.1", "q1"): "15", ("plan", "อปท.1", "q2"): "25", ("plan", "อปท.1", "q3"): "20", ("plan", "อปท.1", "q4"): "20",
    ("plan", "อปท.1", "total"): "80", ("plan", "กพร.9", "total"): "0", ("plan", "กพร.9", "success_factor"): "=ความร่วมมือ + งบ",
    ("plan", "P1", "remarks"): "-5 คือค่าปรับ",
}  # fmt: skip
QUARTERLY = {
    **result("q1", "สนย.1", "88", plan_status="เป็นไปตามแผน", state=CONFIRMED, evidence="รายงาน 1/2567.pdf"),
    **result("q1", "กพร.9", "2.5", details="@อยู่ระหว่างดำเนินการ"), **result("q1", "ศท.4", "1,234"), **result("q1", "P1"),
    **result("q2", "สนย.1", "1/2", problem="จัดซื้อล่าช้า", remedy="เร่งรัด"), **result("q4", "อปท.1", "0.00"),
}  # fmt: skip


def typing(path: Path, entries: dict[tuple[str, str, str], str]) -> list[list[str]]:
    book = load_workbook(path)
    return [[SHEETS[s], cell_of(book, s, i, f).coordinate, text] for (s, i, f), text in entries.items()]


def in_ledger(office: Place, sheet: str, cell: str) -> list[dict[str, Any]]:
    return office.rows("SELECT * FROM fact WHERE sheet=? AND cell=? ORDER BY submission DESC", sheet, cell)


@pytest.mark.parametrize(
    ("form", "entries", "locale"), [("monthly_plan", MONTHLY, "en-US"), ("quarterly_result", QUARTERLY, "th-TH")]
)
def test_a_template_filled_in_libreoffice_is_accepted_with_each_value_as_typed(
    office: Place, tmp_path: Path, form: str, entries: dict[tuple[str, str, str], str], locale: str
) -> None:
    template, out = office.template(UNIT, form), tmp_path / "กรอกแล้ว.xlsx"
    keys = typing(template, entries)
    [cells] = run(type_in(template, out, keys), locale=locale)
    assert [c.typed for c in cells if c.refused] == []
    file = office.take(out, out.name)
    assert (file["state"], [f for f in file["findings"] if f["severity"] == "error"]) == ("accepted", [])
    sheets = {s.key: s for s in forms()[form].sheets(YEAR)}
    seen = 0
    for (sheet, code, field), (name, cell, text) in zip(entries, keys, strict=True):
        if sheets[sheet].field(field).kind != "number":
            continue
        unit_is_percent = code in ("สนย.1", "ปศ.1", "อปท.1")
        number = judge(text, "text", unit_is_percent, unit_is_percent)
        found = in_ledger(office, name, cell)
        assert [(f["typed"], f["indicator"]) for f in found] == ([(text, code)] if number.given else []), (
            sheet,
            code,
            field,
        )
        if found:
            assert float(found[0]["value"]) == float(number.value)  # type: ignore[arg-type]
            seen += 1
    assert seen >= 5
    assert len(office.rows("SELECT * FROM fact")) == seen
    words = {(r["indicator"], r["period"]): r["entries"] for r in office.rows("SELECT * FROM posting")}
    for (sheet, code, field), text in entries.items():
        if sheets[sheet].field(field).kind == "long":
            period = f"{YEAR}-{sheet.upper()}" if sheet != "plan" else str(YEAR)
            assert text in words[code, period]


def test_a_cell_the_centre_owns_cannot_be_typed_into(office: Place, tmp_path: Path) -> None:
    template = office.template(UNIT, "quarterly_result")
    keys = typing(template, {("q1", "สนย.1", f): "9" for f in ("name", "weight", "target", "indicator", "value")})
    [cells] = run(type_in(template, tmp_path / "out.xlsx", keys))
    assert [c.refused for c in cells] == [True, True, True, True, False]


@pytest.mark.parametrize("form", ["monthly_plan", "quarterly_result"])
def test_a_marked_copy_corrected_in_libreoffice_is_accepted_and_nothing_else_moved(
    office: Place, tmp_path: Path, form: str
) -> None:
    right = MONTHLY if form == "monthly_plan" else QUARTERLY
    slots = (
        [("plan", "ศท.4", "m11"), ("plan", "อปท.1", "q2")]
        if form == "monthly_plan"
        else [("q1", "กพร.9", "value"), ("q2", "สนย.1", "value")]
    )
    wrong = {**right, slots[0]: "๒ เรื่อง", slots[1]: "25 %"}
    sent = fill(office.template(UNIT, form), tmp_path / "sent.xlsx", wrong)
    file = office.take(sent, "sent.xlsx")
    assert file["state"] == "returned" and {f["rule"] for f in file["findings"] if f["severity"] == "error"} >= {
        "E_CHAR"
    }
    before = {(f["sheet"], f["cell"]): f["typed"] for f in office.rows("SELECT * FROM fact")}
    marked = office.outbox(file["answer"])
    run(type_in(marked, tmp_path / "corrected.xlsx", typing(marked, {s: right[s] for s in slots})))
    again = office.take(tmp_path / "corrected.xlsx", "แก้แล้ว.xlsx")
    assert (again["state"], [f for f in again["findings"] if f["severity"] == "error"]) == ("accepted", [])
    newest = max(f["submission"] for f in office.rows("SELECT submission FROM fact"))
    after = {
        (f["indicator"], f["row_period"], f["period"], f["scenario"]): f["typed"]
        for f in office.rows("SELECT * FROM fact WHERE submission=?", newest)
    }
    whole = Place(tmp_path / "whole")
    clean = fill(office.template(UNIT, form), tmp_path / "clean.xlsx", right)
    assert whole.call("init", whole.root).code == 0
    whole.send(plan_book(tmp_path / "plan.xlsx"), "plan.xlsx")
    whole.receive()
    assert whole.take(clean, "clean.xlsx")["state"] == "accepted"
    expected = {
        (f["indicator"], f["row_period"], f["period"], f["scenario"]): f["typed"]
        for f in whole.rows("SELECT * FROM fact")
    }
    locked = {k for k in expected if k not in after}  # confirmed by the first file: already there, so not posted again
    assert {k: v for k, v in expected.items() if k not in locked} == after
    assert {expected[k] for k in locked} <= set(before.values())
    assert len(after) >= 3


# -- our formulas ------------------------------------------------------------------------------------------------------

TEXTS = ["", "0", "12.5", "1,234", "1,234,567.50", ".5", "5.", "-", "-3", "00012", "12 ", " 7", "1/2", "85/100", "1,5", "12,34", "1234,567",
         "--", "1/0", "10-20", "5-", "1..2", "๘๕", "12%", "12 คน", "1 234", "+5", "1e5", "inf", "=1+1", "N/A", "–", "−5", "１２", "(5)", "1O",
         "1\u200b2", "\u00a012", "999999999999", "0.1", "0.2", ".", ",", "/", "-.5", "1,000.", "0,123", "9" * 41, "TRUE", "1.5,000", "'5", "#REF!",
         "1,23", "- 5", "-1,234.5", "0.0", "000", "1-2", "5 - 3", 88, 0.25, -4, datetime(2024, 2, 1)]  # fmt: skip
WORDS = ["", "ทำแล้ว", " ", "=สูตร", "บรรทัดหนึ่ง\nบรรทัดสอง", "x" * 300]


def _plan() -> Plan:
    return Plan(1, YEAR, small_plan())


def _monthly(shift: int) -> dict[tuple[str, str], dict[str, Any]]:
    (sheet,) = forms()["monthly_plan"].sheets(YEAR)
    texts = itertools.cycle([*TEXTS[shift:], *TEXTS[:shift]])
    return {("plan", code): {k: next(texts) for k in number_keys(sheet)} for code in CODES}


def _random_monthly(seed: int) -> dict[tuple[str, str], dict[str, Any]]:
    rng = random.Random(seed)
    (sheet,) = forms()["monthly_plan"].sheets(YEAR)
    usual = ["", "", "1", "2.5", "1,000", "-", "0"]
    return {
        ("plan", code): {k: rng.choice(TEXTS if rng.random() < 0.05 else usual) for k in number_keys(sheet)}
        for code in CODES
    }


def _quarterly(seed: int) -> dict[tuple[str, str], dict[str, Any]]:
    rng = random.Random(seed)
    return {
        (f"q{q}", code): {
            "reportable": rng.choice([CAN, CAN, CANNOT, "", "can", "รายงานได้", " "]), "value": rng.choice(TEXTS),
            "plan_status": rng.choice(["", "ล่าช้ากว่าแผน", "เป็นไปตามแผน", "behind", "ล่าช้า"]),
            **{k: rng.choice(WORDS) for k in ("details", "problem", "remedy", "evidence", "remarks")},
            "state": rng.choice(["", "ร่าง", CONFIRMED]),
        }
        for q in (1, 2, 3, 4) for code in CODES
    }  # fmt: skip


def drawn(folder: Path, form: str, values: Any, name: str) -> Path:
    path = folder / name
    draw(unit_copy(forms()[form], _plan(), UNIT, values, datetime(2024, 1, 1, tzinfo=UTC)), str(path))
    return path


def _agree(paths: list[Path], least: int = 1) -> None:
    """Every formula of every workbook has the value LibreOffice computes for it; together there are at least so many."""
    found = run(*(recalculate(p) for p in paths), seconds=240)
    wrong = [f"{p.name} {line}" for p, formulas in zip(paths, found, strict=True) for line in disagreements(formulas)]
    assert wrong == []
    assert sum(len(cells) for formulas in found for cells in formulas.values()) >= least


@pytest.mark.long
def test_the_formulas_of_filled_forms_have_the_values_libreoffice_computes(tmp_path: Path) -> None:
    paths = [drawn(tmp_path, "monthly_plan", _monthly(shift), f"m{shift}.xlsx") for shift in (0, 7, 13, 29, 41)]
    paths += [drawn(tmp_path, "monthly_plan", _random_monthly(seed), f"r{seed}.xlsx") for seed in range(5)]
    paths += [drawn(tmp_path, "quarterly_result", _quarterly(seed), f"q{seed}.xlsx") for seed in range(6)]
    _agree(paths, 1500)


def _year_of(office: Place, tmp_path: Path) -> list[Path]:
    """Three units send both forms, one with faults; two quarters are published -> every workbook written."""
    for n, unit in enumerate(UNITS):
        plan = {
            ("plan", c, k): t
            for c, t in (("สนย.1", "100"), ("ศท.4", "20"), ("กพร.9", "5"))
            for k in ("q1", "q2", "total")
        }
        office.send(
            fill(
                office.template(unit, "monthly_plan"), tmp_path / f"m{n}.xlsx", plan | {("plan", "P1", "m10"): "9 ข้อ"}
            ),
            f"m{n}.xlsx",
        )
        rows = {
            **result("q1", "สนย.1", f"{88 + 3 * n}"),
            **result("q2", "สนย.1", f"{90 + 4 * n}", plan_status="ล่าช้ากว่าแผน"),
        }
        rows |= {
            **result("q1", "กพร.9", str(n + 3)),
            **result("q2", "ศท.4"),
            **result("q2", "ปศ.1", "25"),
            **result("q2", "P1", "90"),
        }
        if n == 2:
            rows |= result("q1", "P1", "๙๐")
        office.send(fill(office.template(unit, "quarterly_result"), tmp_path / f"q{n}.xlsx", rows), f"q{n}.xlsx")
    answers = [f["answer"] for f in office.receive(now="2024-04-05T09:00:00")["files"] if f["answer"].endswith(".xlsx")]
    assert len(answers) >= 2
    assert office.call("publish", now="2024-04-05T10:00:00").code == 0
    assert office.call("issue").code == 0
    wrong = small_plan()
    wrong["units"][2]["parent"] = "0999"
    answers.append(office.take(plan_book(tmp_path / "wrong.xlsx", wrong), "wrong.xlsx")["answer"])
    return (
        [office.outbox(a) for a in answers]
        + [office.outbox("register.xlsx")]
        + sorted(office.outbox("reports").rglob("*.xlsx"))
        + sorted(office.outbox("templates").rglob("*.xlsx"))
    )


@pytest.mark.long
def test_the_formulas_of_every_workbook_of_an_office_have_the_values_libreoffice_computes(
    office: Place, tmp_path: Path
) -> None:
    paths = [*_year_of(office, tmp_path), office.root / "plan.xlsx", office.root / "central_plan.xlsx"]
    names = {p.name for p in paths}
    assert {"master.xlsx", "executive.xlsx", "monthly_plan.xlsx", "quarterly_result.xlsx"} <= names
    assert sum("marked" in n for n in names) >= 3
    _agree(paths, 1000)


@pytest.mark.long
def test_the_formulas_of_the_ministrys_year_have_the_values_libreoffice_computes(
    ministry_year: tuple[Place, Any],
) -> None:
    office = ministry_year[0]
    paths = sorted(office.outbox("reports").rglob("*.xlsx")) + sorted(office.outbox("returned").rglob("*.xlsx"))
    assert len(paths) >= 11
    for start in range(0, len(paths), 6):
        _agree(paths[start : start + 6], 0)
