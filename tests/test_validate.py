"""What a unit's file is told: whose it is, which rows it has, what the centre owns, what follows from the ledger."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from staff import CAN, CANNOT, CONFIRMED, SHEETS, UNITS, Place, cell_of, fill, keys_of, plan_book, result, small_plan

UNIT = UNITS[0]
GOOD = {**result("q1", "สนย.1", "88"), **result("q1", "กพร.9", "3")}
Edit = Callable[[Workbook], None]


def judge(
    place: Place, folder: Path, entries: Any, edit: Edit | None = None, form: str = "quarterly_result"
) -> dict[str, Any]:
    """One file through `check`: nothing is stored, so the office can be shared."""
    path = fill(place.template(UNIT, form), folder / "file.xlsx", entries)
    if edit:
        book = load_workbook(path)
        edit(book)
        book.save(path)
    return place.call("check", path, "--json").json["files"][0]  # type: ignore[no-any-return]


def said(file: dict[str, Any], *severities: str) -> list[str]:
    return sorted(f["rule"] for f in file["findings"] if f["severity"] in (severities or ("error",)))


def only(file: dict[str, Any], rule: str) -> dict[str, Any]:
    [found] = [f for f in file["findings"] if f["rule"] == rule]
    return found  # type: ignore[no-any-return]


def test_a_right_file_is_accepted_without_a_word(small_office: Place, tmp_path: Path) -> None:
    file = judge(small_office, tmp_path, GOOD)
    assert (file["state"], file["findings"], file["rows_taken"], file["rows_held"]) == ("accepted", [], 2, 0)
    assert (file["unit"], file["form"], file["fiscal_year"]) == (UNIT, "quarterly_result", 2567)


@pytest.mark.parametrize("form", ["monthly_plan", "quarterly_result"])
def test_an_untouched_template_is_accepted_and_called_empty(small_office: Place, tmp_path: Path, form: str) -> None:
    file = judge(small_office, tmp_path, {}, form=form)
    assert (file["state"], said(file, "warning"), file["rows_taken"]) == ("accepted", ["W_EMPTY"], 0)


@pytest.mark.parametrize(
    ("field", "typed"), [("name", "ชื่ออื่น"), ("unit_of_measure", "คน"), ("weight", "99"), ("target", "1")]
)
def test_what_the_centre_owns_cannot_be_changed_by_a_unit(
    small_office: Place, tmp_path: Path, field: str, typed: str
) -> None:
    file = judge(small_office, tmp_path, {**GOOD, ("q1", "สนย.1", field): typed})
    assert (file["state"], said(file), file["rows_taken"]) == ("returned", ["E_OWNER"], 1)
    found = only(file, "E_OWNER")
    assert found["value"] == typed and found["sheet"] == SHEETS["q1"]
    book = load_workbook(tmp_path / "file.xlsx")
    assert found["cell"] == cell_of(book, "q1", "สนย.1", field).coordinate
    assert (
        found["proposal"]
        == cell_of(load_workbook(small_office.template(UNIT, "quarterly_result")), "q1", "สนย.1", field).value
    )


def test_a_number_retyped_as_the_same_number_is_no_change(small_office: Place, tmp_path: Path) -> None:
    assert (
        judge(small_office, tmp_path, {**GOOD, ("q1", "สนย.1", "weight"): 40, ("q1", "สนย.1", "target"): "100.0"})[
            "findings"
        ]
        == []
    )


def _row_of(book: Workbook, code: str) -> int:
    return int(cell_of(book, "q1", code, "indicator").row)


def _delete(code: str) -> Edit:
    return lambda book: book[SHEETS["q1"]].delete_rows(_row_of(book, code))


def _double(book: Workbook) -> None:
    sheet, row = book[SHEETS["q1"]], _row_of(book, "สนย.1")
    for cell in list(sheet[row]):
        sheet.cell(sheet.max_row + (0 if cell.column > 1 else 1), cell.column).value = cell.value


def _rename(book: Workbook) -> None:
    cell_of(book, "q1", "กพร.9", "indicator").value = "ใหม่.1"


def test_a_missing_row_is_named_and_the_others_count(small_office: Place, tmp_path: Path) -> None:
    file = judge(small_office, tmp_path, GOOD, _delete("กพร.9"))
    assert (file["state"], said(file), file["rows_taken"]) == ("returned", ["E_MISSING_INDICATOR"], 1)
    assert only(file, "E_MISSING_INDICATOR")["value"] == "กพร.9"


def test_a_doubled_row_is_held_with_its_cell(small_office: Place, tmp_path: Path) -> None:
    file = judge(small_office, tmp_path, GOOD, _double)
    assert (file["state"], said(file), file["rows_taken"]) == ("returned", ["E_DOUBLE_INDICATOR"], 1)
    assert only(file, "E_DOUBLE_INDICATOR")["value"] == "สนย.1"


def test_an_unknown_indicator_is_named(small_office: Place, tmp_path: Path) -> None:
    file = judge(small_office, tmp_path, GOOD, _rename)
    assert {"E_UNKNOWN_INDICATOR", "E_MISSING_INDICATOR"} >= set(said(file)) >= {"E_UNKNOWN_INDICATOR"}
    assert only(file, "E_UNKNOWN_INDICATOR")["value"] == "ใหม่.1"
    assert file["rows_taken"] == 1


def _identity(key: str, value: str | None) -> Edit:
    def edit(book: Workbook) -> None:
        for row in book["_opsbook"].iter_rows():
            if row[0].value == key:
                row[1].value = value

    return edit


def test_another_version_of_the_form_is_returned_whole(small_office: Place, tmp_path: Path) -> None:
    file = judge(small_office, tmp_path, GOOD, _identity("version", "99"))
    assert (file["state"], said(file), file["rows_taken"]) == ("returned", ["E_VERSION"], 0)


def test_a_form_whose_head_and_identity_name_different_units_is_returned(small_office: Place, tmp_path: Path) -> None:
    file = judge(small_office, tmp_path, GOOD, _identity("unit", UNITS[1]))
    assert (file["state"], said(file), file["rows_taken"]) == ("returned", ["E_UNIT"], 0)


def test_a_form_of_a_year_without_a_plan_waits(small_office: Place, tmp_path: Path) -> None:
    def later(book: Workbook) -> None:
        _identity("fiscal_year", "2570")(book)
        for sheet in book:
            for row in sheet.iter_rows(max_row=8):
                for cell in row:
                    if isinstance(cell.value, str):
                        cell.value = cell.value.replace("2567", "2570")

    file = judge(small_office, tmp_path, GOOD, later)
    assert (file["state"], file["fiscal_year"]) == ("pending", 2570)


def test_a_form_without_its_hidden_sheet_is_known_by_its_headings(small_office: Place, tmp_path: Path) -> None:
    def drop(book: Workbook) -> None:
        del book["_opsbook"]

    file = judge(small_office, tmp_path, GOOD, drop)
    assert (file["state"], file["unit"], file["form"], file["fiscal_year"]) == (
        "accepted",
        UNIT,
        "quarterly_result",
        2567,
    )


def _thai_headings_only(book: Workbook) -> None:
    """The row of keys is gone, the English of the headings too."""
    for name in book.sheetnames:
        if name not in SHEETS.values():
            continue
        head, _ = keys_of(book[name])
        for cell in book[name][head + 1]:
            cell.value = str(cell.value or "").split("\n")[0]
        book[name].delete_rows(head)


def test_january_and_march_are_told_apart_without_keys_and_without_english(small_office: Place, tmp_path: Path) -> None:
    """ม.ค. and มี.ค. differ in one mark, which heading skeletons do not see."""
    entries = {
        ("plan", "ศท.4", k): t for k, t in {"m01": "1", "m02": "2", "m03": "4", "q2": "7", "total": "20"}.items()
    }
    file = judge(small_office, tmp_path, entries, _thai_headings_only, "monthly_plan")
    assert [r for r in said(file) if r != "E_SUM"] == []
    assert (file["state"], said(file)) == ("returned", ["E_SUM"])  # 7 is not 20: the quarter itself is right
    wrong = judge(
        small_office, tmp_path, {**entries, ("plan", "ศท.4", "m03"): "5"}, _thai_headings_only, "monthly_plan"
    )
    assert len(said(wrong)) == 2


def test_codes_that_differ_only_in_their_dots_are_different_indicators(small_office: Place, tmp_path: Path) -> None:
    content = deepcopy(small_plan())
    for old, new in (("สนย.1", "1.11"), ("กพร.9", "11.1")):
        for table in ("indicators", "assignments"):
            for row in content[table]:
                for key in ("code", "indicator"):
                    if row.get(key) == old:
                        row[key] = new
    office = small_office.copy_to(tmp_path / "office")
    assert office.take(plan_book(tmp_path / "p.xlsx", content), "p.xlsx")["state"] == "accepted"
    entries = {**result("q1", "1.11", "88"), **result("q1", "11.1", "3")}
    file = judge(office, tmp_path, entries)
    assert (file["state"], file["rows_taken"], said(file)) == ("accepted", 2, [])


# -- what follows from other rows and from the ledger ------------------------------------------------------------------


def test_behind_plan_is_computed_from_the_plan_in_the_ledger(office: Place, tmp_path: Path) -> None:
    months = {("plan", "สนย.1", "q1"): "90", ("plan", "สนย.1", "total"): "100"}
    office.take(fill(office.template(UNIT, "monthly_plan"), tmp_path / "m.xlsx", months), "m.xlsx")
    on = {**result("q1", "สนย.1", "50", plan_status="เป็นไปตามแผน")}
    file = judge(office, tmp_path, on)
    assert (file["state"], said(file, "query", "warning")) == ("accepted", ["Q_STATUS", "W_EXPLAIN"])
    confirmed = judge(office, tmp_path, {**on, ("q1", "สนย.1", "state"): CONFIRMED})
    assert said(confirmed) == ["E_EXPLAIN"] and len(only(confirmed, "E_EXPLAIN")["cells"]) == 2
    why = {
        ("q1", "สนย.1", "problem"): "จัดซื้อล่าช้า",
        ("q1", "สนย.1", "remedy"): "เร่งรัด",
        ("q1", "สนย.1", "plan_status"): "ล่าช้ากว่าแผน",
    }
    assert judge(office, tmp_path, {**on, ("q1", "สนย.1", "state"): CONFIRMED, **why})["findings"] == []


def test_a_plan_and_a_result_of_one_batch_are_held_against_each_other(office: Place, tmp_path: Path) -> None:
    months = {("plan", "สนย.1", "q1"): "90", ("plan", "สนย.1", "total"): "100"}
    office.send(
        fill(office.template(UNIT, "quarterly_result"), tmp_path / "r.xlsx", result("q1", "สนย.1", "50")), "r.xlsx", 900
    )
    office.send(fill(office.template(UNIT, "monthly_plan"), tmp_path / "m.xlsx", months), "m.xlsx", 60)
    assert said(office.receive()["by"]["r.xlsx"], "warning") == ["W_EXPLAIN"]


def test_quarter_4_needs_evidence_to_be_confirmed(small_office: Place, tmp_path: Path) -> None:
    q4 = {**result("q4", "สนย.1", "88"), ("q4", "สนย.1", "state"): CONFIRMED}
    assert said(judge(small_office, tmp_path, q4)) == ["E_EVIDENCE"]
    assert said(judge(small_office, tmp_path, {**q4, ("q4", "สนย.1", "evidence"): "รายงาน.pdf"})) == []


@pytest.mark.parametrize(
    ("typed", "rules", "value"),
    [
        ("1/2", ["I_RATIO"], "50"),
        ("88", [], "88"),
        ("1,234", [], "1234"),
        (88, [], "88"),
        (0.5, [], "0.5"),
        ("0", [], "0"),
    ],
)
def test_values_reach_the_ledger_as_they_are_read(
    office: Place, tmp_path: Path, typed: Any, rules: list[str], value: str
) -> None:
    path = fill(
        office.template(UNIT, "quarterly_result"),
        tmp_path / "a.xlsx",
        {**result("q1", "สนย.1", "1"), ("q1", "สนย.1", "value"): typed},
    )
    file = office.take(path, "a.xlsx")
    assert (file["state"], said(file, "info", "warning", "error")) == ("accepted", rules)
    assert office.facts(UNIT, "สนย.1", "2567-Q1") == [value]


def test_cannot_report_yet_is_an_answer_without_a_value(office: Place, tmp_path: Path) -> None:
    file = office.take(
        fill(office.template(UNIT, "quarterly_result"), tmp_path / "a.xlsx", result("q1", "สนย.1")), "a.xlsx"
    )
    assert (file["state"], file["rows_taken"]) == ("accepted", 1)
    assert office.call("trace", UNIT, "สนย.1", "2567-Q1", "--json").json["steps"][0]["reported"] == "cannot"
    forbidden = judge(office, tmp_path, {**result("q1", "สนย.1", "88"), ("q1", "สนย.1", "reportable"): CANNOT})
    assert said(forbidden) == ["E_VALUE_FORBIDDEN"]
    assert said(judge(office, tmp_path, {("q1", "สนย.1", "reportable"): CAN})) == ["E_VALUE"]


def test_the_same_fault_in_many_cells_of_a_row_is_one_finding_with_all_cells(
    small_office: Place, tmp_path: Path
) -> None:
    entries = {("plan", "ศท.4", k): "5 เรื่อง" for k in ("m10", "m11", "m12")} | {
        ("plan", "ศท.4", "q1"): "15",
        ("plan", "ศท.4", "total"): "15",
    }
    file = judge(small_office, tmp_path, entries, form="monthly_plan")
    found = only(file, "E_CHAR")
    book = load_workbook(tmp_path / "file.xlsx")
    assert found["cells"] == [cell_of(book, "plan", "ศท.4", k).coordinate for k in ("m10", "m11", "m12")]
    assert found["proposal"] == "5"


def test_all_faults_are_told_in_one_pass(small_office: Place, tmp_path: Path) -> None:
    entries = {**result("q1", "สนย.1", "๘๘"), **result("q2", "กพร.9", "9"), ("q3", "P1", "value"): "5"}
    assert said(judge(small_office, tmp_path, entries)) == sorted(["E_CHAR", "E_LEVEL", "E_REPORTABLE"])


def test_files_judged_together_are_judged_as_each_alone(office: Place, tmp_path: Path) -> None:
    typed = [
        GOOD,
        {**GOOD, ("q1", "กพร.9", "value"): "7"},
        {**result("q1", "สนย.1", "1,5"), **result("q1", "ศท.4", "1/2")},
    ]
    paths = [
        fill(office.template(u, "quarterly_result"), tmp_path / f"{u}.xlsx", t)
        for u, t in zip(UNITS, typed, strict=True)
    ]
    alone = {f["name"]: f for p in paths for f in office.call("check", p, "--json").json["files"]}
    for p in paths:
        office.send(p, p.name)
    together = office.receive()["by"]
    for name, file in alone.items():
        assert {k: together[name][k] for k in ("state", "findings", "rows_taken", "rows_held")} == {
            k: file[k] for k in ("state", "findings", "rows_taken", "rows_held")
        }
    assert [together[p.name]["state"] for p in paths] == ["accepted", "returned", "returned"]
