"""Doubts: what units are asked, and what they are not. Figures in a wrong unit, copied figures and words, odd spelling."""

from __future__ import annotations

import random
import sqlite3
import zipfile
from collections import Counter
from copy import deepcopy
from decimal import Decimal
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from readings import NOW, YEAR, Typed, copy_of, demo, demo_plan, judged, plan_of, reading, standing_of
from staff import CAN, CONFIRMED, UNITS, Place, fill, result, small_plan

from pipeline.model import Finding
from pipeline.validate.past import Standing
from pipeline.validate.units import validate
from schemas.doubts import looks_like_thousands, looks_unusual, outliers, telling, typical
from schemas.numbers import parse, plain
from schemas.plan import Plan
from schemas.rules_index import rules

pytestmark = pytest.mark.long

DOUBTS = ("Q_SCALE", "Q_TWIN", "Q_OUTLIER", "Q_SAME_TEXT", "Q_LOOKS", "Q_BASELINE")
OFFICES = (("ministry", 15), ("province", 13), ("local", 103), ("ministry", 100))
UNIT = UNITS[0]


def small(**changes: dict[str, str]) -> Plan:
    """The small office's plan with other words for some indicators: small(P1={"baseline1": "80"})."""
    content = deepcopy(small_plan())
    for row in content["indicators"]:
        row.update(changes.get(row["code"].replace(".", "_"), {}))
    return plan_of(content)


def can(value: str, details: str = "", **more: str) -> dict[str, str]:
    return {"reportable": CAN, "value": value, "details": details or f"ดำเนินการแล้ว ได้ผล {value}", **more}


def ask(
    typed: Typed,
    plan: Plan | None = None,
    form: str = "quarterly_result",
    standing: Standing | None = None,
    unit: str = UNIT,
) -> list[Finding]:
    """The findings on one file of the small office."""
    plan = plan or small()
    [judgement] = validate([reading(plan, unit, form, typed)], plan, standing or standing_of([]), NOW)
    return list(judgement.findings)


def said(findings: list[Finding], *codes: str) -> list[tuple[str, str]]:
    """(rule, fields it blames) of the doubts, or of the rules named."""
    return [
        (f.rule, " ".join(p.field for p in f.places)) for f in findings if f.rule in (codes or (*DOUBTS, "I_ANSWERED"))
    ]


def plan_file(unit: str = UNIT, plan: Plan | None = None, **rows: dict[str, str]) -> Standing:
    """What stands after the unit's monthly plan with these rows was taken: plan_file(ศท_4={"q1": "5", "total": "20"})."""
    plan = plan or small()
    typed: Typed = {("plan", code.replace("_", ".")): dict(row) for code, row in rows.items()}
    return standing_of(validate([reading(plan, unit, "monthly_plan", typed)], plan, standing_of([]), NOW))


# -- what the issue promises ------------------------------------------------------------------------------------------


def asked_in(scenario: str, units: int, seeds: range) -> tuple[int, Counter[str]]:
    """(files, doubts by rule) of clean demo offices."""
    files, asked = 0, Counter[str]()
    for seed in seeds:
        for _, _, judgement in judged(demo_plan(scenario, units), demo(scenario, units, seed)):
            files += 1
            asked.update(f.rule for f in judgement.findings if f.severity == "query")
    return files, asked


@pytest.mark.parametrize(("scenario", "units"), OFFICES)
def test_clean_demo_data_raise_at_most_one_doubt_in_fifty_files(scenario: str, units: int) -> None:
    files, asked = asked_in(scenario, units, range(1, 2 if units > 50 else 4))
    assert files >= 2 * units and asked.total() <= files / 50, asked


@pytest.mark.long
@pytest.mark.parametrize(("scenario", "units"), [*OFFICES, ("province", 100), ("local", 1000)])
def test_clean_demo_data_of_many_seeds_and_sizes_raise_few_doubts(scenario: str, units: int) -> None:
    files, asked = asked_in(scenario, units, range(11, 12 if units > 200 else 17))
    assert asked.total() <= files / 50, asked


def times(text: Any, factor: Decimal) -> str | None:
    """The figure as a slip of the unit types it; None where there is no figure or it is zero."""
    number = parse(text) if isinstance(text, str) else None
    return plain(number.value * factor) if number and number.status == "number" and number.value else None


def plant(rows: Typed, fields: str, factor: Decimal, rng: random.Random) -> tuple[tuple[str, str], str] | None:
    """Multiply one figure in place -> where; None where the file has no figure to multiply."""
    slots = [
        (row, key)
        for row, cells in rows.items()
        for key, text in cells.items()
        if key.startswith(tuple(fields.split())) and times(text, factor)
    ]
    if not slots:
        return None
    row, key = rng.choice(slots)
    rows[row][key] = times(rows[row][key], factor)
    return row, key


def found_share(form: str, fields: str, factor: str) -> tuple[int, float]:
    """(slips planted, share found): asked about in that very cell, or the row held back by an error that names it."""
    planted, found = 0, 0
    for scenario, units in (("ministry", 15), ("province", 13), ("local", 40)):
        filled, rng = copy_of(demo(scenario, units, 7)), random.Random(7)
        where = {u: plant(rows, fields, Decimal(factor), rng) for u, rows in filled[form].items()}
        offered = filled if form == "quarterly_result" else {form: filled[form]}
        for name, unit, judgement in judged(demo_plan(scenario, units), offered):
            if name == form and (at := where[unit]):
                planted += 1
                found += any(
                    (f.rule == "Q_SCALE" or f.severity == "error")
                    and any((p.sheet_key, p.indicator, p.field) == (*at[0], at[1]) for p in f.places)
                    for f in judgement.findings
                )
    return planted, found / planted


@pytest.mark.parametrize("factor", ["1000", "1000000"])
@pytest.mark.parametrize(
    ("form", "fields"),
    [("quarterly_result", "value"), ("monthly_plan", "m0 m1"), ("monthly_plan", "q"), ("monthly_plan", "total"),
     ("monthly_plan", "est_"), ("monthly_plan", "res_")],
)  # fmt: skip
def test_of_planted_slips_by_a_thousand_or_a_million_19_in_20_are_found(form: str, fields: str, factor: str) -> None:
    planted, share = found_share(form, fields, factor)
    assert planted >= 40 and share >= 0.95, (planted, share)


@pytest.mark.parametrize(("form", "fields"), [("monthly_plan", "total"), ("monthly_plan", "res_")])
def test_figures_divided_by_a_thousand_are_found_too(form: str, fields: str) -> None:
    planted, share = found_share(form, fields, "0.001")
    assert planted >= 40 and share >= 0.95, (planted, share)


def test_every_doubt_is_one_thai_question_and_asks_once() -> None:
    for code in DOUBTS:
        rule = rules()[code]
        assert rule.severity == "query" and rule.advice.th and rule.example
        assert rule.text.th.endswith("หรือไม่") and rule.text.th.count("หรือไม่") == 1 and rule.text.en.endswith("?"), code


# -- a figure in a wrong unit -----------------------------------------------------------------------------------------


def test_a_value_a_thousand_times_the_target_is_asked_about_and_taken() -> None:
    plan = small()
    file = reading(plan, UNIT, "quarterly_result", {("q1", "P1"): can("84000")})
    [judgement] = validate([file], plan, standing_of([]), NOW)
    [found] = [f for f in judgement.findings if f.severity == "query"]
    assert (judgement.state, found.rule, said([found])) == ("accepted", "Q_SCALE", [("Q_SCALE", "value")])
    assert found.message.th == "“84000” มากกว่าเป้าหมาย (85) ประมาณ 988.2 เท่า หน่วยถูกต้องหรือไม่"
    assert [p.indicator for p in judgement.postings] == ["P1"]


def test_a_percentage_in_the_thousands_needs_no_reference() -> None:
    plan = small(อปท_1={"target": ""})
    assert said(ask({("q1", "อปท.1"): can("85000")}, plan)) == [("Q_SCALE", "value")]
    assert said(ask({("q1", "อปท.1"): can("85")}, plan)) == []


def test_a_percentage_typed_as_a_fraction_is_asked_about() -> None:
    assert said(ask({("q1", "สนย.1"): can("0.92")})) == [("Q_SCALE", "value")]
    assert said(ask({("q1", "สนย.1"): can("1")})) == []


def test_a_count_without_any_reference_is_not_doubted() -> None:
    plan = small(ศท_4={"target": "", "c1": "", "c2": "", "c3": "", "c4": "", "c5": "", "scoring": "none"})
    assert said(ask({("q1", "ศท.4"): can("25000")}, plan)) == []


def test_small_references_do_not_make_a_usual_figure_large() -> None:
    """Last year's 0.02 was the odd one: the target is near."""
    plan = small(P1={"baseline1": "0.02", "baseline2": "-", "baseline3": "0"})
    assert said(ask({("q1", "P1"): can("84")}, plan)) == []


def test_what_the_unit_itself_planned_is_not_doubted() -> None:
    plan = small()
    stands = plan_file(plan=plan, ศท_4={"q1": "1", "q2": "1", "q3": "1", "q4": "520", "total": "523"})
    assert said(ask({("q4", "ศท.4"): can("515")}, plan, standing=stands)) == []
    assert said(ask({("q4", "ศท.4"): can("515")}, plan)) == [("Q_SCALE", "value")]


def test_a_plan_in_the_same_wrong_unit_does_not_excuse_the_result() -> None:
    plan = small(P1={"baseline1": "83", "baseline2": "84", "baseline3": "82"})
    stands = plan_file(plan=plan, P1={"q1": "20000", "q2": "40000", "q3": "60000", "q4": "85000", "total": "85000"})
    assert said(ask({("q1", "P1"): can("19500")}, plan, standing=stands)) == [("Q_SCALE", "value")]


def test_earlier_quarters_decide_where_the_centre_knows_nothing() -> None:
    plan = small(P1={"target": "", "scoring": "none"})
    typed: Typed = {("q1", "P1"): can("21"), ("q2", "P1"): can("44000"), ("q3", "P1"): can("63")}
    [found] = [f for f in ask(typed, plan) if f.rule == "Q_SCALE"]
    assert (found.sheet, found.value) == ("ไตรมาส 2", "44000")


def test_a_whole_row_in_a_wrong_unit_is_one_question() -> None:
    row = {
        "q1": "5000",
        "q2": "5000",
        "q3": "5000",
        "q4": "5000",
        "total": "20000",
        "est_0": "20000",
        "est_+1": "21000",
    }
    findings = ask({("plan", "ศท.4"): row}, form="monthly_plan")
    [(_, fields)] = said(findings, "Q_SCALE")
    assert set(fields.split()) == set(row)
    assert not said(findings, "Q_TARGET", "W_EST", "W_SUM"), "the centre's target is the same question"


def test_no_total_is_proposed_that_was_made_of_a_doubtful_figure() -> None:
    row = {"q1": "5", "q2": "5", "q3": "5000", "q4": "5", "total": "20"}
    findings = ask({("plan", "ศท.4"): row}, form="monthly_plan")
    assert said(findings, "Q_SCALE", "E_SUM") == [("E_SUM", "total"), ("Q_SCALE", "q3")]
    assert all(f.proposal is None for f in findings)


def test_other_units_are_a_reference_where_they_agree() -> None:
    plan = small(P1={"target": "", "scoring": "none"})
    [judgement] = validate(
        [reading(plan, UNIT, "quarterly_result", {("q1", "P1"): can("81")})], plan, standing_of([]), NOW
    )
    one = standing_of([judgement]).facts
    peers = pd.concat([one.assign(unit=f"9{n}", value=str(80 + n)) for n in range(6)])
    stands = Standing(standing_of([]).postings, standing_of([]).facts, peers)
    [found] = [f for f in ask({("q1", "P1"): can("82000")}, plan, standing=stands) if f.rule == "Q_SCALE"]
    assert "ค่ากลางของหน่วยงานอื่น" in found.message.th
    assert said(ask({("q1", "P1"): can("88")}, plan, standing=stands)) == []
    assert said(ask({("q1", "P1"): can("82000")}, plan)) == [], "nothing to measure by"


def test_counts_of_large_and_small_places_are_no_reference() -> None:
    assert np.isnan(typical(np.array([[1.0], [30.0], [900.0], [4.0], [20000.0]]))[0])
    assert typical(np.array([[80.0], [82.0], [79.0], [85.0], [0.0], [81.0]]))[0] == pytest.approx(81)


# -- outliers ---------------------------------------------------------------------------------------------------------


def test_an_outlier_against_the_units_own_history_is_asked_about() -> None:
    plan = small(
        P1={
            "over_time": "mean",
            "target": "",
            "scoring": "none",
            "baseline1": "15",
            "baseline2": "16",
            "baseline3": "18",
        }
    )
    assert said(ask({("q1", "P1"): can("60")}, plan)) == [("Q_OUTLIER", "value")]
    assert said(ask({("q1", "P1"): can("22")}, plan)) == []
    assert said(ask({("q1", "P1"): can("0")}, plan)) == [], "nothing done is a result"


def test_a_jump_that_was_planned_is_no_outlier() -> None:
    plan = small(ศท_4={"baseline1": "12", "baseline2": "14", "baseline3": "13"})
    stands = plan_file(plan=plan, ศท_4={"q1": "2", "q2": "2", "q3": "2", "q4": "14", "total": "20"})
    typed: Typed = {(f"q{q}", "ศท.4"): can(v, f"ผลของไตรมาสที่ {q}") for q, v in enumerate(("2", "2", "2", "14"), 1)}
    assert said(ask(typed, plan, standing=stands)) == []


def test_two_figures_are_no_history() -> None:
    value, history = np.array([90.0]), np.array([[1.0], [1.1]])
    assert not outliers(value, history, value, np.array([np.nan]))[0]
    assert outliers(value, np.vstack([history, [[0.9]]]), value, np.array([np.nan]))[0]
    assert not outliers(value, np.vstack([history, [[0.9]]]), value, np.array([70.0]))[0]


# -- copied figures ---------------------------------------------------------------------------------------------------


def results(value: str = "{}") -> Typed:
    figures = {"สนย.1": "91.25", "P1": "83.37", "ศท.4": "17", "ปศ.1": "42.8", "อปท.1": "21.3"}
    return {("q2", code): can(value.format(v)) for code, v in figures.items()}


def together(*typed: Typed) -> list[list[Finding]]:
    plan = small()
    files = [
        reading(plan, u, "quarterly_result", t, 10 + n) for n, (u, t) in enumerate(zip(UNITS, typed, strict=False))
    ]
    return [list(r.findings) for r in validate(files, plan, standing_of([]), NOW)]


def test_the_same_figures_as_another_units_file_are_asked_about_once() -> None:
    first, second = together(results(), results())
    assert said(first, "Q_TWIN") == []
    [found] = [f for f in second if f.rule == "Q_TWIN"]
    assert len(found.places) == 5 and found.value == "01101"
    assert "01101" not in f"{found.message}{found.advice}" and "กองแผนงาน" not in found.message.th


def test_four_figures_that_agree_or_round_ones_are_no_copy() -> None:
    four = {k: v for k, v in results().items() if k[1] != "P1"}
    assert said(together(results(), four)[1], "Q_TWIN") == []
    everywhere: Typed = {
        (f"q{q}", c): can(v) for q in (1, 2, 3, 4) for c, v in (("สนย.1", "90"), ("P1", "85"), ("ศท.4", "5"))
    }
    assert said(together(everywhere, everywhere)[1], "Q_TWIN") == []


def test_figures_that_mostly_differ_are_no_copy() -> None:
    own = {("q1", c): can(v) for c, v in (("สนย.1", "93.1"), ("P1", "71.2"), ("ศท.4", "19"))}
    other = {("q1", c): can(v) for c, v in (("สนย.1", "94.3"), ("P1", "72.8"), ("ศท.4", "18"))}
    assert said(together({**results(), **own}, {**results(), **other})[1], "Q_TWIN") == []


def test_which_figures_tell_something() -> None:
    told = telling(np.array([88.37, 11450, 87, 7.3, 85, 50, 100, 5, 0, 3000, np.nan]))
    assert told.tolist() == [True, True, True, True, False, False, False, False, False, False, False]


# -- copied words -----------------------------------------------------------------------------------------------------

LONG = "การจัดซื้อจัดจ้างล่าช้าเนื่องจากไม่มีผู้ยื่นข้อเสนอ"


def test_the_same_words_as_last_quarter_are_asked_about() -> None:
    typed: Typed = {
        ("q1", "P1"): can("40", problem=LONG, remedy="ประกาศจัดซื้อจัดจ้างใหม่"),
        ("q2", "P1"): can("60", problem=f"  {LONG}\u200b ", remedy="ปรับขอบเขตงานให้ชัดเจนขึ้น"),
    }
    [found] = [f for f in ask(typed) if f.rule == "Q_SAME_TEXT"]
    assert (found.sheet, [p.field for p in found.places]) == ("ไตรมาส 2", ["problem"])


def test_words_that_stand_in_the_ledger_count_as_last_quarters() -> None:
    plan = small()
    stands = standing_of(
        validate([reading(plan, UNIT, "quarterly_result", {("q1", "P1"): can("40", LONG)})], plan, standing_of([]), NOW)
    )
    assert said(ask({("q2", "P1"): can("60", LONG)}, plan, standing=stands), "Q_SAME_TEXT") == [
        ("Q_SAME_TEXT", "details")
    ]
    assert said(ask({("q3", "P1"): can("60", LONG)}, plan, standing=stands), "Q_SAME_TEXT") == []


def test_a_stock_phrase_is_no_explanation() -> None:
    typed: Typed = {(q, "P1"): can(v, "ดำเนินการแล้ว") for q, v in (("q1", "40"), ("q2", "60"))}
    assert said(ask(typed), "Q_SAME_TEXT") == []


def test_saying_twice_that_there_is_no_problem_is_no_repetition() -> None:
    typed: Typed = {(q, "P1"): can(v, problem="ไม่มีปัญหาและอุปสรรค", remedy="-") for q, v in (("q1", "40"), ("q2", "60"))}
    assert said(ask(typed), "Q_SAME_TEXT") == []


# -- spelling, baselines ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("typed", "read"), [("1.000", "1"), ("00012", "12"), (".5", "0.5"), ("5.", "5"), ("007", "7")])
def test_a_figure_that_may_mean_something_else_is_read_and_asked_about(typed: str, read: str) -> None:
    [found] = [f for f in ask({("q1", "ศท.4"): can(typed)}) if f.severity == "query"]
    assert found.rule == "Q_LOOKS" and f"“{typed}” เป็น {read}" in found.message.th


@pytest.mark.parametrize("typed", ["0", "0.5", "12.5", "1,000", "12.345", "1.0", "-3", "100", "10.00"])
def test_usual_figures_do_not_look_like_something_else(typed: str) -> None:
    assert not looks_unusual(typed) and (typed == "12.345" or not looks_like_thousands(typed))


def test_a_point_for_a_comma_is_one_question() -> None:
    plan = small(ศท_4={"target": "11400"})
    findings = ask({("plan", "ศท.4"): {"total": "11.400"}}, plan, "monthly_plan")
    assert said(findings) == [("Q_LOOKS", "total")]


def test_past_results_that_differ_from_the_plan_workbooks_are_asked_about() -> None:
    plan = small(P1={"baseline1": "83.25", "baseline2": "80", "baseline3": "-"})
    row = {"res_-1": "83.3", "res_-2": "82", "res_-3": "78", "total": "85"}
    [found] = [f for f in ask({("plan", "P1"): row}, plan, "monthly_plan") if f.rule == "Q_BASELINE"]
    assert ([p.field for p in found.places], found.proposal) == (["res_-2"], "80"), "83.3 is 83.25 rounded, 78 is news"
    assert str(YEAR - 2) in found.message.th


# -- answers ----------------------------------------------------------------------------------------------------------


def test_an_answer_in_the_remarks_settles_the_doubt_and_is_kept() -> None:
    findings = ask({("q1", "P1"): can("84000", remarks="ถูกต้อง ปีนี้นับเป็นรายคน")})
    [found] = [f for f in findings if f.rule != "W_LATE"]
    assert (found.rule, found.severity, said([found])) == ("I_ANSWERED", "info", [("I_ANSWERED", "value")])
    assert "ปีนี้นับเป็นรายคน" in found.message.th and "เป้าหมาย (85)" in found.message.th


@pytest.mark.parametrize("remarks", ["-", "", "  ", "…", "85"])
def test_remarks_that_say_nothing_answer_nothing(remarks: str) -> None:
    assert said(ask({("q1", "P1"): can("84000", remarks=remarks)})) == [("Q_SCALE", "value")]


def test_an_answer_settles_only_the_doubts_of_its_own_row() -> None:
    typed: Typed = {("q1", "P1"): can("84000", remarks="ถูกต้องแล้ว"), ("q1", "ศท.4"): can("5000")}
    assert sorted(r for r, _ in said(ask(typed))) == ["I_ANSWERED", "Q_SCALE"]


def test_an_answer_does_not_settle_an_error() -> None:
    findings = ask({("q1", "P1"): can("84 คน", remarks="ถูกต้องแล้ว")})
    assert [f.rule for f in findings if f.severity == "error"] == ["E_CHAR"]


def test_a_doubt_that_the_office_made_an_error_is_still_settled_by_an_answer() -> None:
    content = {**small_plan(), "rules": [{"code": "Q_SCALE", "severity": "error"}]}
    plan = Plan(1, YEAR, {**small().content, "rules": content["rules"]}, {})  # type: ignore[dict-item]
    assert [f.severity for f in ask({("q1", "P1"): can("84000")}, plan)] == ["error"]
    assert [f.rule for f in ask({("q1", "P1"): can("84000", remarks="ถูกต้องแล้ว")}, plan)] == ["I_ANSWERED"]


# -- the whole road, and rehearsal ------------------------------------------------------------------------------------


def file_of(office: Place, unit: str, folder: Path, entries: Any) -> Path:
    return fill(office.template(unit, "quarterly_result"), folder / f"{unit}.xlsx", entries)


def q1(value: str) -> dict[tuple[str, str, str], str]:
    figures = {"สนย.1": "91.25", "P1": value, "ศท.4": "3", "ปศ.1": "22.8", "อปท.1": "21.3", "กพร.9": "2"}
    return {k: v for code, v in figures.items() for k, v in result("q1", code, v).items()}


def test_a_file_is_held_against_what_others_sent_before(office: Place, tmp_path: Path) -> None:
    same = {**q1("83.37"), **result("q2", "สนย.1", "94.4"), **result("q2", "P1", "84.1")}
    first = office.take(file_of(office, UNITS[0], tmp_path, same), "a.xlsx")
    second = office.take(file_of(office, UNITS[1], tmp_path, same), "b.xlsx")
    assert [f["rule"] for f in first["findings"] if f["severity"] == "query"] == []
    [asked] = [f for f in second["findings"] if f["rule"] == "Q_TWIN"]
    assert second["state"] == "accepted" and asked["value"] == UNITS[0] and len(asked["cells"]) == 4
    [stored] = office.rows("SELECT indicator, period FROM finding WHERE rule = 'Q_TWIN'")
    told = office.call("trace", UNITS[1], stored["indicator"], stored["period"]).out
    assert f"({UNITS[0]})" in next(line for line in told.splitlines() if "Q_TWIN" in line)


def test_no_answer_to_a_unit_names_another_unit(office: Place, tmp_path: Path) -> None:
    same = {**q1("83.37"), **result("q2", "สนย.1", "94.4"), **result("q2", "P1", "84.1")}
    wrong = {**same, **result("q3", "P1", "๓ คน")}
    for unit, typed in ((UNITS[0], same), (UNITS[1], same), (UNITS[2], wrong)):
        said = office.take(file_of(office, unit, tmp_path, typed), f"{unit}.xlsx")
        assert ("Q_TWIN" in [f["rule"] for f in said["findings"]]) is (unit != UNITS[0])
    office.call("publish")
    looked = 0
    for room in ("receipts", "returned", "mail", "units"):
        for path in sorted(p for p in office.outbox(room).rglob("*") if p.is_file()):
            others = [u for u in UNITS[:3] if u not in path.relative_to(office.outbox(room)).as_posix()]
            text = words_of(path)
            looked += 1
            assert [u for u in others if u in text] == [], path
    assert looked > 6


def words_of(path: Path) -> str:
    """All the text of a file: of every part of a workbook, a paper or a mail."""
    if path.suffix in (".xlsx", ".docx"):
        with zipfile.ZipFile(path) as archive:
            return "".join(archive.read(n).decode("utf-8", "replace") for n in archive.namelist())
    if path.suffix == ".eml":
        parts = message_from_bytes(path.read_bytes(), policy=default).walk()
        return "".join(p.get_content() for p in parts if p.get_content_maintype() == "text")
    return path.read_text(encoding="utf-8", errors="replace")


def test_rehearsal_says_which_past_files_a_rule_would_ask_about_and_stores_nothing(
    office: Place, tmp_path: Path
) -> None:
    office.take(file_of(office, UNITS[0], tmp_path, q1("83.37")), "good.xlsx")
    office.take(file_of(office, UNITS[1], tmp_path, q1("83000")), "slip.xlsx")
    before = office.rows("SELECT * FROM submission"), office.rows("SELECT * FROM finding")
    told = office.call("rehearse", "q_scale", "--json").json
    assert (told["rule"], told["looked_at"], told["asked"], told["returned"], told["new"]) == ("Q_SCALE", 3, 1, 0, 0)
    [file] = told["files"]
    assert (file["name"], file["unit"], file["would"]) == ("slip.xlsx", UNITS[1], "asked")
    assert file["findings"][0]["cells"] and file["findings"][0]["sheet"] == "ไตรมาส 1"
    assert (office.rows("SELECT * FROM submission"), office.rows("SELECT * FROM finding")) == before


def test_rehearsal_finds_what_an_older_catalogue_let_pass(office: Place, tmp_path: Path) -> None:
    office.take(file_of(office, UNITS[1], tmp_path, q1("83000")), "slip.xlsx")
    with sqlite3.connect(office.root / "var" / "ledger.sqlite") as ledger:
        ledger.execute("DELETE FROM finding")
    ledger.close()
    told = office.call("rehearse", "all", "--json").json
    assert told["new"] >= 1 and [f["new"] for f in told["files"] if f["name"] == "slip.xlsx"] == [True]
    assert "slip.xlsx" in office.call("rehearse", "Q_SCALE").out


def test_rehearsal_judges_against_what_stood_then(office: Place, tmp_path: Path) -> None:
    """A confirmed row locks later files, not the one that confirmed it; a plan of the same batch stood already."""
    confirmed = {**result("q1", "สนย.1", "91"), ("q1", "สนย.1", "state"): CONFIRMED}
    first = office.take(file_of(office, UNITS[0], tmp_path, confirmed), "first.xlsx")
    second = office.take(
        file_of(office, UNITS[0], tmp_path, {**confirmed, **result("q1", "สนย.1", "95")}), "second.xlsx"
    )
    assert (first["state"], second["state"]) == ("accepted", "refused")
    told = office.call("rehearse", "E_LOCKED", "--json").json
    assert [(f["name"], f["would"], f["new"]) for f in told["files"]] == [("second.xlsx", "returned", False)]


def test_rehearsing_a_rule_that_is_not_there_is_a_wrong_call(office: Place) -> None:
    assert office.call("rehearse", "Q_NOTHING").code == 2
