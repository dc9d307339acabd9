"""A year of an office, told through the command line."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from copy import deepcopy
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from staff import (
    CAN,
    CONFIRMED,
    NOW,
    SHEETS,
    UNITS,
    YEAR,
    Place,
    address_of,
    cell_of,
    fill,
    keys_of,
    plan_book,
    result,
    small_plan,
)

ROOT = Path(__file__).resolve().parents[1]
UNIT = UNITS[0]
Q1_DONE = {
    **result("q1", "สนย.1", "88"),
    **result("q1", "กพร.9", "3"),
    **result("q1", "ศท.4"),
    **result("q1", "P1", "9"),
}


def filled(office: Place, name: str, entries: Any, unit: str = UNIT, form: str = "quarterly_result") -> Path:
    return fill(office.template(unit, form), office.root / name, entries)


def rules_of(file: dict[str, Any], severity: str = "error") -> list[str]:
    return sorted(f["rule"] for f in file["findings"] if f["severity"] == severity)


def outputs(office: Place) -> dict[str, str]:
    """Hash of every published file."""
    folders = [office.outbox("reports"), office.outbox("data")]
    return {p.relative_to(office.root).as_posix(): sha256(p.read_bytes()).hexdigest()
            for f in folders if f.exists() for p in sorted(f.rglob("*")) if p.is_file()}  # fmt: skip


# -- the demo ----------------------------------------------------------------------------------------------------------


Year = tuple[Place, dict[str, Any], dict[str, bytes]]


def files_of(place: Place) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in (place.root / "inbox").glob("*.xlsx")}


@pytest.fixture
def year(ministry_year: tuple[Place, Any], ministry: Place) -> Year:
    """The ministry after its first run: the office, what `run --json` said, and the files that were sent."""
    return *ministry_year, files_of(ministry)


def test_every_damaged_file_is_returned_and_every_clean_one_accepted_without_error(
    year: Year, clean_ministry: Place
) -> None:
    office, answer, sent = year
    clean = files_of(clean_ministry)
    assert set(clean) == set(sent)
    damaged = {name for name in sent if sent[name] != clean[name]}
    assert len(damaged) == 3 and len(sent) == 30
    for file in answer["files"]:
        state = "returned" if file["name"] in damaged else "accepted"
        assert file["state"] == state, file
        assert bool(rules_of(file)) == (state == "returned")
        assert file["fiscal_year"] == YEAR and file["unit"] in file["name"] and file["form"] in file["name"]
        assert office.outbox(file["answer"]).is_file()
    assert (answer["accepted"], answer["returned"], len(answer["files"])) == (27, 3, 30)
    assert sum(answer[s] for s in ("accepted", "returned", "refused", "duplicate", "quarantined", "pending")) == 30


def test_each_finding_names_a_cell_that_holds_what_it_says(
    year: Year,
) -> None:
    _, answer, sent = year
    seen = 0
    for file in answer["files"]:
        book = None
        for found in file["findings"]:
            if not found["cell"] or not found["value"] or found["severity"] != "error":
                continue
            book = book or load_workbook(io.BytesIO(sent[file["name"]]))
            stored = book[found["sheet"]][found["cell"]].value
            assert str(stored if stored is not None else "").startswith(found["value"][:10]), (file["name"], found)
            assert found["cell"] == found["cells"][0]
            seen += 1
    assert seen


def test_originals_are_kept_byte_for_byte(year: Year) -> None:
    office, answer, sent = year
    for file in answer["files"]:
        data = sent[file["name"]]
        assert file["sha256"] == sha256(data).hexdigest()
        assert (
            office.root / "var" / "originals" / file["sha256"][:2] / file["sha256"] / "original"
        ).read_bytes() == data
    assert not list((office.root / "inbox").glob("*.xlsx")) and not list(
        (office.root / "inbox" / ".taking").glob("*.bin")
    )


def test_the_year_is_published_quarter_by_quarter(year: Year) -> None:
    office, answer, _ = year
    for q in (1, 2, 3, 4):
        for name in ("master", "executive"):
            path = f"reports/{YEAR}/{YEAR}-Q{q}/{name}.xlsx"
            assert path in answer["published"]
            assert load_workbook(office.outbox(path)).sheetnames


def test_a_second_run_takes_nothing_and_publishes_nothing(year: Year, tmp_path: Path) -> None:
    office = year[0].copy_to(tmp_path / "again")
    before = outputs(office)
    answer = office.call("run", "--json", now="2024-10-20T09:05:00")
    assert answer.code == 0
    assert answer.json["files"] == [] and answer.json["published"] == []
    assert outputs(office) == before


def test_the_same_files_again_are_duplicates_and_change_nothing(year: Year, tmp_path: Path) -> None:
    office = year[0].copy_to(tmp_path / "resent")
    facts = office.rows("SELECT count(*) n FROM fact")
    for name, data in year[2].items():
        office.send(data, f"again {name}")
    answer = office.call("receive", "--json", now="2024-10-20T09:10:00")
    assert answer.code == 0
    assert {f["state"] for f in answer.json["files"]} == {"duplicate"} and answer.json["duplicate"] == 30
    assert all(f["previous"] == f["sha256"] for f in answer.json["files"])
    assert office.rows("SELECT count(*) n FROM fact") == facts


def _typed_back(marked: Path, clean: bytes, target: Path) -> Path:
    """The marked copy with every cell that differs from the undamaged file typed as it should be."""
    book, wanted = load_workbook(marked), load_workbook(io.BytesIO(clean))
    for name in SHEETS.values():
        if name not in wanted.sheetnames:
            continue
        head, columns = keys_of(wanted[name])
        for row in range(head + 2, wanted[name].max_row + 1):
            for column in columns.values():
                right = wanted[name].cell(row, column)
                if not str(right.value or "").startswith("=") and book[name].cell(row, column).value != right.value:
                    book[name].cell(row, column).value = right.value
    book.save(target)
    return target


def test_a_corrected_marked_copy_is_accepted_and_only_then_counts(
    year: Year, clean_ministry: Place, tmp_path: Path
) -> None:
    office, answer, _ = year
    office = office.copy_to(tmp_path / "office")
    clean = files_of(clean_ministry)
    for n, file in enumerate(f for f in answer["files"] if f["state"] == "returned"):
        held = office.rows(
            "SELECT indicator, period FROM posting WHERE unit=? AND form=? AND state='held'", file["unit"], file["form"]
        )
        assert held and file["rows_held"] == len(held)
        query = "SELECT count(*) n FROM fact WHERE unit=? AND form=? AND indicator=? AND row_period=?"
        assert all(
            office.rows(query, file["unit"], file["form"], h["indicator"], h["period"])[0]["n"] == 0 for h in held
        )
        corrected = _typed_back(office.outbox(file["answer"]), clean[file["name"]], tmp_path / f"{n}.xlsx")
        again = office.take(corrected, f"แก้แล้ว {n}.xlsx", now="2024-10-21T09:00:00")
        assert (again["state"], rules_of(again), again["rows_held"]) == ("accepted", [], 0), again
        for h in held:
            assert office.rows(query, file["unit"], file["form"], h["indicator"], h["period"])[0]["n"] > 0
        assert not office.outbox(file["answer"]).exists()


def test_the_ministry_demo_is_the_same_twice(ministry: Place, tmp_path: Path) -> None:
    again = Place(tmp_path / "again")
    assert again.call("demo", again.root, now=NOW).code == 0

    def files(place: Place) -> dict[str, str]:
        return {p.name: sha256(p.read_bytes()).hexdigest() for p in (place.root / "inbox").glob("*.xlsx")}

    assert files(again) == files(ministry) and len(files(again)) == 30


@pytest.mark.long
def test_publishing_gives_the_same_bytes_in_a_second_office_with_another_clock(year: Year, tmp_path: Path) -> None:
    office = year[0].copy_to(tmp_path / "elsewhere")
    before = outputs(year[0])
    shutil.rmtree(office.outbox("reports"))
    assert office.call("publish", now="2026-05-05T05:05:05").code == 0
    assert outputs(office) == before and len(before) >= 8


# -- corrections, repeats, order ---------------------------------------------------------------------------------------


def test_a_wrong_row_is_held_while_the_right_ones_count(office: Place) -> None:
    file = office.take(filled(office, "a.xlsx", {**Q1_DONE, **result("q1", "กพร.9", "สาม")}), "a.xlsx")
    assert (file["state"], rules_of(file), file["rows_taken"], file["rows_held"]) == ("returned", ["E_CHAR"], 3, 1)
    assert office.facts(UNIT, "สนย.1", "2567-Q1") == ["88"] and office.facts(UNIT, "กพร.9", "2567-Q1") == []
    [found] = [f for f in file["findings"] if f["severity"] == "error"]
    assert (found["sheet"], found["cell"], found["value"]) == (
        SHEETS["q1"],
        address_of(office.root / "a.xlsx", "q1", "กพร.9", "value"),
        "สาม",
    )


def test_the_marked_copy_itself_can_be_corrected_and_sent_under_any_name(office: Place) -> None:
    file = office.take(filled(office, "a.xlsx", {**Q1_DONE, **result("q1", "กพร.9", "สาม")}), "a.xlsx")
    marked = office.outbox(file["answer"])
    book = load_workbook(marked)
    assert cell_of(book, "q1", "กพร.9", "value").value == "สาม" and cell_of(book, "q1", "สนย.1", "value").value == "88"
    again = office.take(fill(marked, office.root / "b.xlsx", {("q1", "กพร.9", "value"): "3"}), "อะไรก็ได้.xlsx")
    assert (again["state"], rules_of(again)) == ("accepted", [])
    assert office.facts(UNIT, "กพร.9", "2567-Q1") == ["3"]


def test_a_then_b_then_a_again_posts_a_again(office: Place) -> None:
    a = filled(office, "a.xlsx", result("q1", "สนย.1", "88"))
    b = filled(office, "b.xlsx", result("q1", "สนย.1", "91"))
    states = [office.take(p, p.name)["state"] for p in (a, b, a, a)]
    assert states == ["accepted", "accepted", "accepted", "duplicate"]
    assert office.facts(UNIT, "สนย.1", "2567-Q1") == ["88", "91", "88"]
    assert office.call("trace", UNIT, "สนย.1", "2567-Q1", "--json").json["steps"][0]["result"] == 88


def test_two_versions_in_one_batch_count_in_the_order_they_arrived(office: Place) -> None:
    office.send(filled(office, "a.xlsx", result("q1", "สนย.1", "88")), "z-first.xlsx", age=300)
    office.send(filled(office, "b.xlsx", result("q1", "สนย.1", "91")), "a-second.xlsx", age=100)
    assert {f["state"] for f in office.receive()["files"]} == {"accepted"}
    assert office.facts(UNIT, "สนย.1", "2567-Q1") == ["88", "91"]


def test_a_newer_file_replaces_row_by_row_and_blanked_cells_retract(office: Place) -> None:
    office.take(filled(office, "a.xlsx", Q1_DONE), "a.xlsx")
    fewer = {k: v for k, v in Q1_DONE.items() if k[1] != "กพร.9"}
    file = office.take(filled(office, "b.xlsx", {**fewer, **result("q1", "สนย.1", "91")}), "b.xlsx")
    assert file["state"] == "accepted" and rules_of(file, "query") == ["Q_RETRACT"]
    steps = {c: office.call("trace", UNIT, c, "2567-Q1", "--json").json["steps"][0] for c in ("สนย.1", "กพร.9", "P1")}
    assert [steps[c]["result"] for c in steps] == [91, None, 9]
    assert steps["กพร.9"]["reported"] == "blank"


# -- plans -------------------------------------------------------------------------------------------------------------


def test_forms_before_any_plan_wait_and_are_taken_once_it_is_there(office: Place, new_office: Place) -> None:
    form = filled(office, "a.xlsx", Q1_DONE)
    file = new_office.take(form, "a.xlsx")
    assert (file["state"], file["answer"], file["rows_taken"]) == ("pending", "", 0)
    assert new_office.call("receive", "--json").code == 0
    new_office.send(plan_book(new_office.root / "plan.xlsx"), "plan.xlsx")
    by = {f["name"]: f["state"] for f in new_office.receive()["files"]}
    assert by == {"a.xlsx": "accepted", "plan.xlsx": "accepted"}
    assert new_office.facts(UNIT, "สนย.1", "2567-Q1") == ["88"]


def test_a_plan_and_its_forms_in_one_batch_are_taken_plan_first(office: Place, new_office: Place) -> None:
    new_office.send(filled(office, "a.xlsx", Q1_DONE), "a.xlsx", age=900)
    new_office.send(plan_book(new_office.root / "plan.xlsx"), "z-plan.xlsx", age=60)
    assert {f["state"] for f in new_office.receive()["files"]} == {"accepted"}


def test_a_wrong_plan_comes_back_marked_and_the_old_plan_stays(office: Place) -> None:
    content = small_plan()
    content["indicators"][0]["weight"] = "50"
    content["units"][2]["parent"] = "0999"
    file = office.take(plan_book(office.root / "wrong.xlsx", content), "wrong.xlsx")
    assert (file["state"], file["form"], rules_of(file)) == ("returned", "central_plan", ["E_PLAN_REF"])
    assert file["answer"].startswith("returned/_centre/") and file["answer"].endswith(".xlsx")
    marked = load_workbook(office.outbox(file["answer"]))
    assert marked["หน่วยงาน"]["F11"].value == "0999" or "0999" in str([c.value for r in marked["หน่วยงาน"] for c in r])
    assert [r["revision"] for r in office.rows("SELECT revision FROM plan")] == [1]
    assert office.take(filled(office, "a.xlsx", Q1_DONE), "a.xlsx")["state"] == "accepted"


def test_an_empty_plan_workbook_is_returned_in_plain_words(new_office: Place) -> None:
    file = new_office.take(new_office.root / "central_plan.xlsx", "central_plan.xlsx")
    assert file["state"] == "returned" and {"E_PLAN_EMPTY", "E_PLAN_YEAR"} <= {f["rule"] for f in file["findings"]}


def revise(**changes: str) -> dict[str, Any]:
    content = deepcopy(small_plan())
    content["indicators"][0].update(changes)
    return content


def test_a_revision_holds_only_the_rows_it_changed_of_older_forms(office: Place) -> None:
    old = filled(office, "old.xlsx", Q1_DONE)
    plan = office.take(plan_book(office.root / "r2.xlsx", revise(target="99")), "r2.xlsx", now="2023-12-01T08:00:00")
    assert plan["state"] == "accepted"
    file = office.take(old, "old.xlsx")
    assert (file["state"], rules_of(file)) == ("returned", ["E_REVISION"])  # one change, one line for all quarters
    [told] = [f for f in file["findings"] if f["rule"] == "E_REVISION"]
    assert (told["sheet"], len(told["cells"])) == (SHEETS["q1"], 1) and f"{SHEETS['q1']}, {SHEETS['q2']}" in told[
        "message"
    ]
    copy = load_workbook(office.outbox(file["answer"]))
    marked = [cell_of(copy, f"q{q}", "สนย.1", "indicator").comment for q in (1, 2, 3, 4)]
    assert all(marked) and copy.worksheets[0]["C6"].value.startswith(f"{SHEETS['q1']} ")
    assert office.facts(UNIT, "สนย.1", "2567-Q1") == [] and office.facts(UNIT, "กพร.9", "2567-Q1") == ["3"]
    assert file["rows_taken"] == 3
    new = office.take(filled(office, "new.xlsx", Q1_DONE), "new.xlsx")
    assert new["state"] == "accepted" and office.facts(UNIT, "สนย.1", "2567-Q1") == ["88"]


def test_a_plan_copy_sent_back_unread_loses_no_target(office: Place) -> None:
    path = plan_book(office.root / "r2.xlsx", revise(target="99"))
    book = load_workbook(path)
    sheet = book["ตัวชี้วัด"]
    column = next(c.column for c in sheet[6] if c.value == "target")
    cells = [sheet.cell(row, column).coordinate for row in (9, 10)]
    sheet.merge_cells(":".join(cells))
    book.save(path)
    first = office.take(path, "r2.xlsx", now="2023-12-01T08:00:00")
    assert rules_of(first) == ["E_MERGED"]
    second = office.take(office.outbox(first["answer"]), "unread.xlsx", now="2023-12-01T09:00:00")
    assert second["state"] == "returned" and set(rules_of(second)) == {"E_CHOOSE"}
    copy = load_workbook(office.outbox(second["answer"]))
    copy["ตัวชี้วัด"][cells[0]].value, copy["ตัวชี้วัด"][cells[1]].value = "99", "5"
    copy.save(path)
    assert office.take(path, "chosen.xlsx", now="2023-12-01T10:00:00")["state"] == "accepted"


def test_an_older_form_is_fine_where_the_units_own_indicators_did_not_change(office: Place) -> None:
    content = deepcopy(small_plan())
    content["assignments"].append({"indicator": "สนย.1", "unit": UNITS[1], "weight": "40", "target": "90"})
    old = {u: filled(office, f"{u}.xlsx", Q1_DONE, u) for u in UNITS[:2]}
    templates = {u: office.template(u, "quarterly_result").read_bytes() for u in UNITS}
    assert (
        office.take(plan_book(office.root / "r2.xlsx", content), "r2.xlsx", now="2023-12-01T08:00:00")["state"]
        == "accepted"
    )
    changed = [u for u in UNITS if office.template(u, "quarterly_result").read_bytes() != templates[u]]
    assert changed == [UNITS[1]]
    assert office.take(old[UNITS[0]], "one.xlsx")["state"] == "accepted"
    assert office.take(old[UNITS[1]], "two.xlsx")["state"] == "returned"


def test_an_indicator_absent_from_the_new_revision_is_retired_and_its_facts_stay(office: Place) -> None:
    office.take(filled(office, "a.xlsx", Q1_DONE), "a.xlsx")
    content = deepcopy(small_plan())
    content["indicators"] = [i for i in content["indicators"] if i["code"] != "P1"]
    content["assignments"] = [a for a in content["assignments"] if a["indicator"] != "P1"]
    assert office.take(plan_book(office.root / "r2.xlsx", content), "r2.xlsx")["state"] == "accepted"
    assert office.facts(UNIT, "P1", "2567-Q1") == ["9"]
    assert office.call("trace", UNIT, "P1", "2567-Q1").code == 2
    assert office.call("trace", UNIT, "สนย.1", "2567-Q1", "--json").json["steps"][0]["result"] == 88


def test_the_same_plan_workbook_again_is_a_duplicate_and_no_new_revision(office: Place) -> None:
    assert office.take(office.root / "plan.xlsx", "plan again.xlsx")["state"] == "duplicate"
    assert [r["revision"] for r in office.rows("SELECT revision FROM plan")] == [1]


def test_accepting_a_plan_issues_a_template_per_unit_and_form(office: Place) -> None:
    for unit in UNITS:
        for form in ("monthly_plan", "quarterly_result"):
            assert office.template(unit, form).is_file()
    assert len(list(office.outbox("templates").rglob("*.xlsx"))) == 2 * len(UNITS)


def test_an_unknown_unit_code_is_one_clear_line_and_stops_nothing_else(office: Place) -> None:
    stranger = office.root / "stranger.xlsx"
    book = load_workbook(filled(office, "a.xlsx", Q1_DONE))
    for row in book["_opsbook"].iter_rows():
        if row[0].value == "unit":
            row[1].value = "09999"
    for name in SHEETS.values():
        if name in book.sheetnames:
            for row in book[name].iter_rows(max_row=4):
                for cell in row:
                    if isinstance(cell.value, str):
                        cell.value = cell.value.replace(f"[{UNIT}]", "[09999]")
    book.save(stranger)
    office.send(stranger, "stranger.xlsx")
    office.send(filled(office, "b.xlsx", Q1_DONE, UNITS[1]), "b.xlsx")
    answer = office.call("receive", "--json")
    assert answer.code == 1
    by = {f["name"]: f for f in answer.json["files"]}
    assert (by["stranger.xlsx"]["state"], rules_of(by["stranger.xlsx"])) == ("returned", ["E_UNIT"])
    assert "09999" in by["stranger.xlsx"]["reason"]
    assert by["stranger.xlsx"]["answer"].startswith("returned/_unidentified/")
    assert by["b.xlsx"]["state"] == "accepted"


# -- locks and closed periods ------------------------------------------------------------------------------------------

CONFIRMED_Q1 = {**Q1_DONE, ("q1", "สนย.1", "state"): CONFIRMED}


def test_a_confirmed_row_is_locked_and_an_identical_one_ignored(office: Place) -> None:
    assert office.take(filled(office, "a.xlsx", CONFIRMED_Q1), "a.xlsx")["state"] == "accepted"
    changed = office.take(filled(office, "b.xlsx", {**CONFIRMED_Q1, ("q1", "สนย.1", "value"): "97"}), "b.xlsx")
    assert (changed["state"], rules_of(changed), changed["rows_held"]) == ("returned", ["E_LOCKED"], 1)
    assert set(office.facts(UNIT, "สนย.1", "2567-Q1")) == {"88"}
    other = office.take(filled(office, "c.xlsx", {**CONFIRMED_Q1, ("q1", "กพร.9", "value"): "4"}), "c.xlsx")
    assert (other["state"], rules_of(other)) == ("accepted", [])
    assert office.call("trace", UNIT, "กพร.9", "2567-Q1", "--json").json["steps"][0]["result"] == 4


def test_a_file_in_which_nothing_may_be_posted_is_refused(office: Place) -> None:
    only = {**result("q1", "สนย.1", "88"), ("q1", "สนย.1", "state"): CONFIRMED}
    office.take(filled(office, "a.xlsx", only), "a.xlsx")
    office.send(filled(office, "b.xlsx", {**only, ("q1", "สนย.1", "value"): "97"}), "b.xlsx")
    answer = office.call("receive", "--json")
    assert answer.code == 1
    [file] = answer.json["files"]
    assert (file["state"], rules_of(file)) == ("refused", ["E_LOCKED"])


def test_a_page_that_a_newer_file_took_the_place_of_moves_to_done_and_verify_knows_it(office: Place) -> None:
    only = {**result("q1", "สนย.1", "88"), ("q1", "สนย.1", "state"): CONFIRMED}
    office.take(filled(office, "a.xlsx", only), "a.xlsx")
    refused = office.take(filled(office, "b.xlsx", {**only, ("q1", "สนย.1", "value"): "97"}), "b.xlsx")["answer"]
    broken = office.take(b"", f"{UNIT}/ผล.xlsx")["answer"]
    other = office.take(b"", f"{UNIT}/อื่น.xlsx")["answer"]
    lies = sorted(p.name for p in office.outbox(f"returned/{UNIT}").glob("*.html"))
    assert lies == sorted(Path(p).name for p in (refused, broken, other))
    good = office.take(filled(office, "c.xlsx", {**only, **result("q1", "กพร.9", "3")}), f"{UNIT}/ผล.xlsx")
    assert good["state"] == "accepted"
    assert [p.name for p in office.outbox(f"returned/{UNIT}").glob("*.html")] == [Path(other).name]
    assert office.call("verify").code == 0
    done = {p: office.outbox(f"returned/{UNIT}/done/{Path(p).name}") for p in (refused, broken)}
    before = {p: d.read_bytes() for p, d in done.items()}
    for path in (*done.values(), office.outbox(other)):
        path.unlink()
    assert office.call("verify", "--repair").code == 0 and office.call("verify").code == 0
    assert done[refused].read_bytes() == before[refused]  # overtaken: back in done/, not where it would be open again
    assert office.outbox(other).is_file()


def test_templates_issued_later_carry_what_the_ledger_has_and_lock_what_is_confirmed(office: Place) -> None:
    office.take(filled(office, "a.xlsx", CONFIRMED_Q1), "a.xlsx")
    assert office.call("issue").code == 0
    book = load_workbook(office.template(UNIT, "quarterly_result"))
    assert [cell_of(book, "q1", c, "value").value for c in ("สนย.1", "กพร.9", "P1")] == ["88", "3", "9"]
    assert cell_of(book, "q1", "สนย.1", "reportable").value == CAN
    assert [cell_of(book, "q1", c, "value").protection.locked for c in ("สนย.1", "กพร.9")] == [True, False]
    assert book[SHEETS["q1"]].protection.sheet


def test_a_closed_period_refuses_and_an_open_one_after_its_deadline_is_taken_as_late(office: Place) -> None:
    content = deepcopy(small_plan())
    content["calendar"] = [{"period": "2567-Q1", "form": "quarterly_result", "deadline": "2024-01-15", "closed": "yes"}]
    assert office.take(plan_book(office.root / "closed.xlsx", content), "closed.xlsx")["state"] == "accepted"
    file = office.take(filled(office, "a.xlsx", result("q1", "สนย.1", "88")), "a.xlsx")
    assert (file["state"], rules_of(file)) == ("refused", ["E_CLOSED"])
    late = office.take(filled(office, "b.xlsx", result("q2", "สนย.1", "88")), "b.xlsx", now="2024-05-01T09:00:00")
    assert (late["state"], rules_of(late, "warning")) == ("accepted", ["W_LATE"])


@pytest.mark.parametrize(("now", "late"), [("2024-01-15T23:59:59", False), ("2024-01-16T00:00:01", True)])
def test_the_deadline_is_the_end_of_its_day_in_the_offices_zone(office: Place, now: str, late: bool) -> None:
    file = office.take(filled(office, "a.xlsx", Q1_DONE), "a.xlsx", now=now)
    assert (rules_of(file, "warning") == ["W_LATE"]) == late


# -- trace, check, status ----------------------------------------------------------------------------------------------


def test_trace_leads_to_the_cell_of_the_stored_original(office: Place) -> None:
    months = {("plan", "สนย.1", "q1"): "90", ("plan", "สนย.1", "q2"): "95", ("plan", "สนย.1", "total"): "95"}
    office.take(filled(office, "plan.xlsx", months, form="monthly_plan"), "แผน ก.xlsx")
    book = load_workbook(
        filled(office, "a.xlsx", {**result("q1", "สนย.1", "1,234.50"), **result("q2", "สนย.1", "93.5")})
    )
    book[SHEETS["q2"]].insert_cols(1)
    book.save(office.root / "b.xlsx")
    file = office.take(office.root / "b.xlsx", "ผล ก.xlsx", now="2024-04-02T10:20:30")
    assert file["state"] == "accepted", file["findings"]
    steps = office.call("trace", UNIT, "สนย.1", "2567-Q2", "--json", now="2024-05-01").json["steps"]
    assert [s["step"] for s in steps][:3] == ["printed", "score", "aggregation"]
    assert steps[0]["result"] == 93.5 and steps[0]["plan"] == 95
    assert (
        steps[1]["score"] == 2.8333
        and steps[1]["weighted"] == 1.1333
        and steps[1]["criteria"] == ["88", "91", "94", "97", "100"]
    )
    sources = [s for s in steps if s["step"] == "source"]
    assert {(s["scenario"], s["period"], s["value"]) for s in sources} == {
        ("plan", "2567-Q1", "90"), ("plan", "2567-Q2", "95"), ("plan", "2567", "95"), ("actual", "2567-Q1", "1234.5"), ("actual", "2567-Q2", "93.5"),
    }  # fmt: skip
    for source in sources:
        stored = office.root / "var" / "originals" / source["sha256"][:2] / source["sha256"] / "original"
        copy = office.root / "copy.xlsx"
        shutil.copy(stored, copy)
        assert load_workbook(copy)[source["sheet"]][source["cell"]].value == source["typed"]
        assert source["file"] in ("แผน ก.xlsx", "ผล ก.xlsx")
    assert {s["received_at"][:10] for s in sources if s["scenario"] == "actual"} == {"2024-04-02"}


@pytest.mark.parametrize(
    "words",
    [("09999", "สนย.1", "2567-Q1"), (UNIT, "X", "2567-Q1"), (UNIT, "สนย.1", "2567-Q9"), (UNIT, "สนย.1", "2570-Q1")],
)
def test_trace_of_what_is_not_there_is_one_line_and_code_2(office: Place, words: tuple[str, ...]) -> None:
    answer = office.call("trace", *words)
    assert answer.code == 2 and answer.out == "" and len(answer.err.strip().splitlines()) == 1


def _everything(root: Path) -> dict[str, str]:
    return {p.relative_to(root).as_posix(): sha256(p.read_bytes()).hexdigest()
            for p in sorted(root.rglob("*")) if p.is_file() and not p.name.startswith(("ledger.sqlite-", "opsbook.log"))}  # fmt: skip


def test_check_gives_the_same_answers_as_receive_and_stores_nothing(office: Place, tmp_path: Path) -> None:
    good = fill(office.template(UNIT, "quarterly_result"), tmp_path / "good.xlsx", Q1_DONE)
    bad = fill(
        office.template(UNITS[1], "quarterly_result"), tmp_path / "bad.xlsx", {**Q1_DONE, **result("q1", "P1", "9 คน")}
    )
    text = tmp_path / "text.xlsx"
    text.write_text("รหัส,ผล")
    before, rows = _everything(office.root), office.rows("SELECT count(*) n FROM submission")
    answer = office.call("check", good, bad, text, "--json", "--mark", tmp_path / "marked")
    assert answer.code == 1
    assert [f["state"] for f in answer.json["files"]] == ["accepted", "returned", "quarantined"]
    assert _everything(office.root) == before and office.rows("SELECT count(*) n FROM submission") == rows
    assert load_workbook(tmp_path / "marked" / "bad.marked.xlsx").sheetnames
    assert office.call("check", good).code == 0
    received = {n: office.take(p, n) for n, p in (("good.xlsx", good), ("bad.xlsx", bad))}
    for said in answer.json["files"][:2]:
        mine = received[said["name"]]
        assert [(f["rule"], f["cell"], f["message"]) for f in said["findings"]] == [
            (f["rule"], f["cell"], f["message"]) for f in mine["findings"]
        ]
        assert (said["state"], said["rows_taken"], said["rows_held"]) == (
            mine["state"],
            mine["rows_taken"],
            mine["rows_held"],
        )


def test_status_says_who_owes_what(office: Place) -> None:
    table = office.call("status", "--json", now="2024-01-10T09:00:00").json
    assert {(o["unit"], o["form"], o["period"], o["state"]) for o in table["owed"]} == {
        (u, f, p, "missing") for u in UNITS for f, p in (("monthly_plan", "2567"), ("quarterly_result", "2567-Q1"))
    }
    assert {o["late"] for o in table["owed"] if o["form"] == "quarterly_result"} == {False}
    every = {**Q1_DONE, **result("q1", "อปท.1", "90")}  # one row less would be owed still
    office.take(filled(office, "a.xlsx", every), "a.xlsx")
    office.take(filled(office, "b.xlsx", {**Q1_DONE, **result("q1", "P1", "x")}, UNITS[1]), "b.xlsx")
    table = office.call("status", "--json", now="2024-02-10T09:00:00").json
    quarter = {o["unit"]: (o["state"], o["late"]) for o in table["owed"] if o["form"] == "quarterly_result"}
    assert quarter == {UNITS[1]: ("returned", True), UNITS[2]: ("missing", True)}
    assert table["files"]["accepted"] == 2 and table["files"]["returned"] == 1
    assert UNITS[2] in office.call("status").out


# -- publishing --------------------------------------------------------------------------------------------------------


def test_publishing_twice_writes_nothing_new(office: Place) -> None:
    office.take(filled(office, "a.xlsx", Q1_DONE), "a.xlsx")
    assert office.call("publish").code == 0
    before, times = outputs(office), {p: p.stat().st_mtime_ns for p in office.outbox("reports").rglob("*.xlsx")}
    assert before
    assert office.call("publish", now="2024-01-10T15:00:00").code == 0
    assert outputs(office) == before
    assert {p: p.stat().st_mtime_ns for p in office.outbox("reports").rglob("*.xlsx")} == times
    assert office.call("publish", "--period", "2567-Q1", now="2024-01-11T15:00:00").code == 0
    assert outputs(office) == before


def test_as_of_takes_only_what_had_arrived(office: Place) -> None:
    office.take(filled(office, "a.xlsx", result("q1", "สนย.1", "88")), "a.xlsx", now="2024-01-05T09:00:00")
    office.call("publish", "--period", "2567-Q1", "--as-of", "2024-01-06", now="2024-01-08T09:00:00")
    then = outputs(office)
    office.take(filled(office, "b.xlsx", result("q1", "สนย.1", "100")), "b.xlsx", now="2024-01-09T09:00:00")
    office.call("publish", "--period", "2567-Q1", "--as-of", "2024-01-06", now="2024-01-20T09:00:00")
    assert outputs(office) == then
    office.call("publish", "--period", "2567-Q1", "--as-of", "2024-01-09T09:00:00", now="2024-01-20T09:00:00")
    assert outputs(office) != then
    assert office.call("publish", "--period", "2567-Q1", "--as-of", "2020-01-01").code == 2


def test_a_correction_of_an_older_quarter_publishes_that_quarter_anew(office: Place) -> None:
    office.take(
        filled(office, "a.xlsx", {**result("q1", "สนย.1", "88"), **result("q2", "สนย.1", "91")}),
        "a.xlsx",
        now="2024-04-02",
    )
    office.call("publish", now="2024-04-03")
    before = outputs(office)
    office.take(
        filled(office, "b.xlsx", {**result("q1", "สนย.1", "97"), **result("q2", "สนย.1", "91")}),
        "b.xlsx",
        now="2024-04-04",
    )
    office.call("publish", now="2024-04-05")
    after = outputs(office)
    assert {p.split("/")[3] for p in after if after[p] != before.get(p)} == {"2567-Q1", "2567-Q2"}


# -- the call itself ---------------------------------------------------------------------------------------------------


def by_process(*words: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "cp1252"}
    return subprocess.run(
        [sys.executable, "-m", "pipeline", *map(str, words)],
        capture_output=True,
        env=environment,
        cwd=cwd or ROOT,
        timeout=120,
    )


def test_from_init_to_status_by_real_processes(tmp_path: Path) -> None:
    root = tmp_path / "สำนักงาน"
    assert by_process("init", root).returncode == 0
    assert (root / "opsbook.toml").is_file() and (root / "central_plan.xlsx").is_file()
    place = Place(root)
    place.send(plan_book(tmp_path / "plan.xlsx"), "plan.xlsx")
    place.send("รหัส".encode(), "note.xlsx")
    done = by_process("--now", NOW, "run", "--json", cwd=root / "inbox")
    assert done.returncode == 1, done.stderr
    answer = json.loads(done.stdout.decode("utf-8"))
    assert {f["name"]: f["state"] for f in answer["files"]} == {"plan.xlsx": "accepted", "note.xlsx": "quarantined"}
    status = by_process("--office", root, "--lang", "th", "status")
    assert status.returncode == 0 and "กองแผนงาน" in status.stdout.decode("utf-8")


def test_a_second_receiver_ends_with_code_3_and_says_who_holds_the_office(office: Place) -> None:
    from datetime import datetime

    from pipeline.lock import only_receiver

    office.send(filled(office, "a.xlsx", Q1_DONE), "a.xlsx")
    with only_receiver(office.root / "var", datetime(2024, 1, 1)):
        done = by_process("--office", office.root, "receive", "--json")
        assert done.returncode == 3 and done.stdout == b""
        assert str(os.getpid()) in done.stderr.decode() and len(done.stderr.decode().strip().splitlines()) == 1
        assert (office.root / "inbox" / "a.xlsx").exists()
    assert office.receive()["by"]["a.xlsx"]["state"] == "accepted"


@pytest.mark.parametrize(
    "words",
    [("--office", "{}/nowhere", "status"), ("publish",), ("--now", "yesterday", "status"), ("--lang", "fr", "status"),
     ("check", "nothing.xlsx"), ("explain", "E_NOTHING"), ("init", "{}"), ("issue",), ("publish", "--period", "2567-Q1")],
)  # fmt: skip
def test_a_wrong_call_is_one_clear_line_and_code_2(new_office: Place, words: tuple[str, ...]) -> None:
    answer = new_office.call(*(w.format(new_office.root) for w in words))
    assert answer.code == 2
    assert answer.out == "" and len(answer.err.strip().splitlines()) == 1 and "Traceback" not in answer.err


def test_a_broken_settings_file_is_one_clear_line(new_office: Place) -> None:
    for text in ("[office\n", "[office]\ncolour = 'red'\n", "[office]\ntimezone = 'Mars/Base'\n"):
        (new_office.root / "opsbook.toml").write_text(text)
        answer = new_office.call("status")
        assert answer.code == 2 and len(answer.err.strip().splitlines()) == 1


def test_an_empty_inbox_is_fine(office: Place) -> None:
    answer = office.call("receive", "--json")
    assert (answer.code, answer.json["files"], answer.err) == (0, [], "")


def test_the_language_of_what_is_printed_can_be_chosen(office: Place) -> None:
    office.send("รหัส".encode(), "note.xlsx")
    assert "not an Excel workbook" in office.call("--lang", "en", "receive", "--json").json["files"][0]["reason"]
    assert "E_CHAR" in office.call("explain", "e_char").out
