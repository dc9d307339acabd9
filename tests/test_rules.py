"""The rule catalogue: every rule said whole, in both languages, used, and with a case that breaks it and one that holds."""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter
from typing import Any

import numpy as np
import pytest
from staff import small_plan

import pipeline
from pipeline.model import Cell, Identity, Reading, ReadRow, Submission, ValidationResult
from pipeline.validate.check import failures
from pipeline.validate.plans import validate_plan
from schemas.forms_index import forms
from schemas.language import Rule
from schemas.numbers import parse
from schemas.rows import cell_frame, row_frame
from schemas.rules_index import rules

CODES = sorted(rules())
CHECKED = sorted(c for c, r in rules().items() if r.check)
THAI = re.compile("[\u0e00-\u0e7f]")


# -- the catalogue -----------------------------------------------------------------------------------------------------


def test_codes_are_unique_and_say_their_severity() -> None:
    letters = {"error": "E", "query": "Q", "warning": "W", "info": "I"}
    strange = [c for c, r in rules().items() if c[0] != letters[r.severity] and c != "I_PROGRAM"]
    assert strange == []
    assert all(re.fullmatch(r"[EQWI]_[A-Z_]+", c) for c in CODES)


@pytest.mark.parametrize("code", CODES)
def test_every_rule_speaks_thai_and_english_and_says_what_to_do(code: str) -> None:
    rule = rules()[code]
    for text in (rule.text, rule.advice):
        assert THAI.search(text.th), text
        bare = re.sub(r"\{[^}]*\}", "", text.en)
        assert re.search("[A-Za-z]{2}", bare) and not THAI.search(bare), text


@pytest.mark.parametrize("code", CODES)
def test_both_languages_of_a_rule_name_the_same_figures(code: str) -> None:
    def places(text: str) -> set[str]:
        return {name.removesuffix("_en") for _, name, _, _ in Formatter().parse(text) if name}

    rule = rules()[code]
    assert places(rule.text.en) <= places(rule.text.th)


@pytest.mark.parametrize("code", CODES)
def test_every_rule_gives_an_example_of_a_right_value(code: str) -> None:
    rule = rules()[code]
    assert rule.example.strip(), "no example"
    if rule.scope == "cell":
        assert parse(rule.example).given


@pytest.mark.parametrize("form", sorted(forms()))
def test_every_rule_a_form_names_exists_and_once(form: str) -> None:
    named = forms()[form].rules
    assert [c for c in named if c not in rules()] == []
    assert len(set(named)) == len(named)


@pytest.mark.parametrize("code", CODES)
def test_every_rule_is_used(code: str) -> None:
    """One with a check is named by a form; one without is raised somewhere in the pipeline."""
    if rules()[code].check:
        assert any(code in f.rules for f in forms().values())
    else:
        sources = Path(pipeline.__path__[0]).rglob("*.py")
        assert any(f'"{code}"' in s.read_text(encoding="utf-8") for s in sources)


def test_no_code_is_raised_that_the_catalogue_lacks() -> None:
    raised = set()
    for source in Path(pipeline.__path__[0]).rglob("*.py"):
        raised |= set(re.findall(r'"([EQWI]_[A-Z_]+)"', source.read_text(encoding="utf-8")))
    assert raised - set(rules()) == set()
    assert "E_NOT_OURS" in raised


# -- a case that breaks each rule, and one that holds ------------------------------------------------------------------

Case = tuple[dict[str, Any], dict[str, Any]]


def cell(text: str, kind: str = "text", **indicator: Any) -> dict[str, Any]:
    return {"text": text, "kind": kind, **indicator}


PERCENT = {"unit_of_measure": "ร้อยละ"}
CELL_CASES: dict[str, Case] = {
    "E_CHAR": (cell("12 คน"), cell("12")),
    "E_FORM": (cell("1,5"), cell("1.5")),
    "E_DATE": (cell("2024-02-01", "date"), cell("1/2", **PERCENT)),
    "E_TYPE": (cell("TRUE", "bool"), cell("1", "number")),
    "E_FORMULA": (cell("", "formula_empty"), cell("")),
    "E_RATIO": (cell("1/2"), cell("1/2", over_time="ratio")),
    "E_PERCENT": (cell("0.85", "percent"), cell("0.85", "percent", **PERCENT)),
    "W_PERCENT": (cell("0.85", "percent", **PERCENT), cell("85", "number", **PERCENT)),
    "I_RATIO": (cell("1/2", **PERCENT), cell("50", **PERCENT)),
    "W_NEGATIVE": (cell("-1"), cell("-1", negatives="yes")),
    "E_LEVEL": (cell("6", scoring="level"), cell("5", scoring="level")),
}
MORE_CELLS: list[tuple[str, dict[str, Any], bool]] = [
    ("E_LEVEL", cell("-1", scoring="level"), False), ("E_LEVEL", cell("2.5", scoring="level"), True),
    ("E_LEVEL", cell("0", scoring="level"), True), ("E_LEVEL", cell("6"), True), ("W_NEGATIVE", cell("0"), True),
    ("E_CHAR", cell("#REF!", "error"), False), ("E_CHAR", cell("N/A"), False), ("E_CHAR", cell("-"), True),
    ("W_PERCENT", cell("", "percent", **PERCENT), True),
]  # fmt: skip

CAN, CANNOT = "สามารถรายงานผลได้", "ยังไม่สามารถรายงานผลได้"
DONE = {"reportable": CAN, "value": "88", "details": "แจ้งเวียนแล้ว"}
WHY = {"problem": "จัดซื้อล่าช้า", "remedy": "เร่งรัด"}
ROW_CASES: dict[str, Case] = {
    "E_CHOICE": ({**DONE, "plan_status": "ล่าช้า"}, {**DONE, "plan_status": "ล่าช้ากว่าแผน", **WHY}),
    "E_REPORTABLE": ({"value": "88", "details": "แล้ว"}, DONE),
    "E_VALUE": ({"reportable": CAN, "details": "แล้ว", "value": "-"}, DONE),
    "E_VALUE_FORBIDDEN": ({"reportable": CANNOT, "value": "0"}, {"reportable": CANNOT}),
    "E_DETAILS": ({"reportable": CAN, "value": "88", "details": " "}, DONE),
    "E_EXPLAIN": ({**DONE, "computed": "behind", "state": "ยืนยัน", "problem": "จัดซื้อล่าช้า"}, {**DONE, "computed": "behind", "state": "ยืนยัน", **WHY}),
    "W_EXPLAIN": ({**DONE, "plan_status": "ล่าช้ากว่าแผน"}, {**DONE, "plan_status": "ล่าช้ากว่าแผน", **WHY}),
    "E_EVIDENCE": ({**DONE, "state": "ยืนยัน", "quarter": "Q4"}, {**DONE, "state": "ยืนยัน", "quarter": "Q4", "evidence": "รายงาน.pdf"}),
    "Q_STATUS": ({**DONE, "plan_status": "เป็นไปตามแผน", "computed": "ahead"}, {**DONE, "plan_status": "เร็วกว่าแผน", "computed": "ahead"}),
}  # fmt: skip
MORE_ROWS: list[tuple[str, dict[str, Any], bool]] = [
    ("E_EVIDENCE", {**DONE, "state": "ยืนยัน", "quarter": "Q3"}, True), ("E_EVIDENCE", {**DONE, "quarter": "Q4"}, True),
    ("E_EVIDENCE", {"reportable": CANNOT, "state": "ยืนยัน", "quarter": "Q4"}, True),
    ("E_EXPLAIN", {**DONE, "plan_status": "ล่าช้ากว่าแผน", "state": "ยืนยัน"}, False),
    ("E_EXPLAIN", {**DONE, "plan_status": "ล่าช้ากว่าแผน", "state": "ร่าง"}, True),
    ("W_EXPLAIN", {**DONE, "computed": "behind", "state": "ยืนยัน"}, True), ("E_EXPLAIN", {"reportable": CANNOT, "state": "ยืนยัน"}, True),
    ("Q_STATUS", {**DONE, "computed": "behind"}, True), ("Q_STATUS", {**DONE, "plan_status": "เป็นไปตามแผน"}, True),
    ("E_CHOICE", {**DONE, "state": "can"}, False), ("E_CHOICE", {**DONE, "state": "confirmed"}, True),
    ("E_CHOICE", {**DONE, "reportable": "ยังไม่สามารถ"}, False), ("E_VALUE", {"reportable": CANNOT}, True),
    ("E_VALUE_FORBIDDEN", {"reportable": CANNOT, "value": "-"}, True), ("E_VALUE", {**DONE, "value": "๘๘"}, True),
]  # fmt: skip

PLAN_ROW_CASES: dict[str, Case] = {
    "E_QTOTAL": ({"m10": "0"}, {"m10": "-"}),
    "E_GTOTAL": ({"q1": "1"}, {"q1": "1", "total": "1"}),
    "E_SUM": (
        {"q1": "1", "q2": "2", "total": "4", "over_time": "sum"},
        {"q1": "1", "q2": "2", "total": "3", "over_time": "sum"},
    ),
    "Q_SUM": (
        {"q1": "1", "q2": "2", "total": "3", "over_time": "last"},
        {"q1": "1", "q2": "2", "total": "2", "over_time": "last"},
    ),
    "W_SUM": ({"q1": "1", "q2": "2", "total": "5"}, {"q1": "1", "q2": "2", "total": "3"}),
    "W_EST": ({"total": "3", "est_0": "4"}, {"total": "3", "est_0": "3"}),
    "Q_TARGET": ({"total": "3", "target_n": 4.0}, {"total": "3", "target_n": 3.0}),
}
_INDICATOR = {"unit_of_measure": "คน", "over_time": "auto", "scoring": "none", "negatives": "no", "target": "", "target_n": np.nan,
              "target_scale": "raw", "quarter": "Q1", "computed": "", "direction": "higher"}  # fmt: skip


def breaks(code: str, given: dict[str, Any]) -> bool:
    """Whether a cell or row breaks the rule, through pandera as in the pipeline."""
    rule = rules()[code]
    if rule.scope == "cell":
        row = {**_INDICATOR, "texts": {"value": given["text"]}, "kinds": {"value": given["kind"]}, **given}
        return bool(failures(cell_frame([row], ["value"]), [rule]))
    form = forms()["monthly_plan" if code in PLAN_ROW_CASES else "quarterly_result"]
    sheet = form.sheets(2567)[0]
    keys = tuple(f.key for f in sheet.inputs if f.kind == "number")
    texts = {f.key: given.get(f.key, "") for f in sheet.inputs}
    row = {**_INDICATOR, **{k: v for k, v in given.items() if k in _INDICATOR}, "texts": texts, "kinds": {}}
    frame = row_frame([row], cell_frame([row], keys), keys)
    for f in sheet.inputs:
        if f.choices:
            frame[f"{f.key}_code"] = [(f.choice_code(texts[f.key]) or "") if texts[f.key].strip() else ""]
    found = failures(frame, [rule])
    for failure in found:  # whatever it says and offers must be sayable
        line = frame.iloc[failure.line].to_dict()
        figures = rule.figures(line, failure.case) if rule.figures else {}
        assert "{" not in rule.text.filled(**figures).th + rule.advice.filled(**figures).th
        assert rule.blames and set(rule.blames(line, failure.case)) <= {f.key for f in sheet.fields}
    return bool(found)


TABLES = {**CELL_CASES, **ROW_CASES, **PLAN_ROW_CASES}


@pytest.mark.parametrize("code", sorted(TABLES))
def test_a_rule_of_unit_forms_fails_and_holds(code: str) -> None:
    wrong, right = TABLES[code]
    assert breaks(code, wrong), wrong
    assert not breaks(code, right), right


@pytest.mark.parametrize(
    ("code", "given", "holds"), [*MORE_CELLS, *MORE_ROWS], ids=lambda v: v if isinstance(v, str) else None
)
def test_a_rule_of_unit_forms_in_further_cases(code: str, given: dict[str, Any], holds: bool) -> None:
    assert breaks(code, given) is not holds


@pytest.mark.parametrize("code", ["E_CHAR", "E_SUM", "E_CHOICE"])
def test_a_check_that_crashes_is_a_bug_and_raises(code: str) -> None:
    def crash(_frame: Any, _case: str) -> Any:
        raise ZeroDivisionError(code)

    rule = Rule(code, "error", rules()[code].text, rules()[code].advice, "1", "cell", check=crash)
    row = {**_INDICATOR, "texts": {"value": "1"}, "kinds": {}}
    with pytest.raises(ZeroDivisionError, match=code):
        failures(cell_frame([row], ["value"]), [rule])


# -- the plan workbook -------------------------------------------------------------------------------------------------

Content = dict[str, list[dict[str, str]]]


def judge_plan(content: Content) -> ValidationResult:
    rows: list[ReadRow] = []
    for sheet in forms()["central_plan"].sheets(0):
        for n, values in enumerate(content.get(sheet.key, [])):
            cells = {
                f.key: Cell(values.get(f.key, ""), "text", f"{chr(65 + at % 26)}{n + 9}")
                for at, f in enumerate(sheet.fields)
            }
            rows.append(ReadRow(sheet.name, sheet.key, n + 9, cells))
    submission = Submission(1, "00", datetime(2023, 10, 1, tzinfo=UTC), "plan.xlsx", "folder", "", "", 1)
    return validate_plan(Reading(submission, Identity(form="central_plan"), tuple(rows)))


def in_plan(sheet: str, row: int, **changes: str) -> Callable[[Content], None]:
    def change(content: Content) -> None:
        if row == len(content[sheet]):
            content[sheet].append({})
        content[sheet][row].update(changes)

    return change


def setting(key: str, value: str) -> Callable[[Content], None]:
    return lambda content: content["settings"].append({"key": key, "value": value})


def without(sheet: str) -> Callable[[Content], None]:
    return lambda content: content[sheet].clear()


PLAN_CASES: list[tuple[str, Callable[[Content], None]]] = [
    ("E_REQUIRED", in_plan("units", 2, name="")),
    ("E_REQUIRED", in_plan("indicators", 0, unit_of_measure=" ")),
    ("E_REQUIRED", in_plan("indicators", 0, scoring="")),
    ("E_PLAN_NUMBER", in_plan("indicators", 0, target="ร้อย")),
    ("E_PLAN_NUMBER", in_plan("assignments", 0, weight="1/2")),
    ("E_PLAN_CHOICE", in_plan("indicators", 0, direction="ขึ้น")),
    ("E_PLAN_CHOICE", in_plan("plan", 0, kind="เรื่อง")),
    ("E_PLAN_DOUBLE", in_plan("units", 3, code="01101")),
    ("E_PLAN_DOUBLE", in_plan("indicators", 1, code="สนย.1")),
    ("E_PLAN_DOUBLE", in_plan("assignments", 1, indicator="สนย.1")),
    ("E_PLAN_DOUBLE", setting("fiscal_year", "2568")),
    ("E_PLAN_REF", in_plan("units", 2, parent="0999")),
    ("E_PLAN_REF", in_plan("indicators", 0, goal="I1")),
    ("E_PLAN_REF", in_plan("assignments", 0, unit="09999")),
    ("E_CRITERIA", in_plan("indicators", 0, c3="87")),
    ("E_CRITERIA", in_plan("assignments", 0, c1="5", c2="3", c3="4")),
    ("E_CRITERIA_VALUE", in_plan("indicators", 0, c3="ดี")),
    ("E_CRITERIA_VALUE", in_plan("assignments", 0, c1="๘")),
    ("E_CRITERIA_MISSING", in_plan("indicators", 0, c2="", c3="", c4="", c5="")),
    ("Q_TARGET_SCALE", in_plan("indicators", 0, target="5", target_scale="")),
    ("E_PERIOD", in_plan("calendar", 0, period="Q1", form="quarterly_result")),
    ("E_PLAN_DATE", in_plan("calendar", 0, period="2567-Q1", form="quarterly_result", deadline="สิ้นเดือน")),
    ("E_SETTING", setting("green_from", "สี่")),
    ("E_SETTING", setting("headline", "best")),
    ("E_SETTING", setting("late_penalty", "-1")),
    ("E_SETTING", setting("unreported_at_year_end", "5")),
    ("E_SETTING", setting("bands", "100=300")),
    ("E_SETTING", in_plan("settings", 0, value="67")),
    ("W_SETTING", setting("colour", "red")),
    ("E_WEIGHT", in_plan("indicators", 0, weight="40.02")),
    ("E_PLAN_YEAR", in_plan("settings", 0, value="")),
    ("E_PLAN_EMPTY", without("assignments")),
    ("E_PLAN_EMPTY", without("units")),
]  # fmt: skip
PLAN_HOLDS: list[Callable[[Content], None]] = [
    in_plan("indicators", 0, target="-"),
    in_plan("indicators", 0, c1="100", c2="97", c3="94", c4="91", c5="88", direction="lower"),
    in_plan("indicators", 0, c2="", c4=""),
    in_plan("indicators", 0, weight="40.01"),
    in_plan("indicators", 0, direction="ยิ่งน้อยยิ่งดี"),
    in_plan("assignments", 0, unit="กอง"),
    in_plan("calendar", 0, period="2567-H1", form="quarterly_result", deadline="15/1/2567"),
    setting("bands", "<50=1; >=50=2"),
    setting("green_from", ""),
    setting("yellow_from", "2.5"),
]


@pytest.mark.parametrize(("code", "change"), PLAN_CASES, ids=[f"{c}-{n}" for n, (c, _) in enumerate(PLAN_CASES)])
def test_a_rule_of_the_plan_workbook_fails(code: str, change: Callable[[Content], None]) -> None:
    content = deepcopy(small_plan())
    change(content)
    found = judge_plan(content)
    assert code in {f.rule for f in found.findings}
    assert found.state == ("returned" if rules()[code].severity == "error" else "accepted")
    assert (found.plan is None) == (found.state == "returned")
    assert all("{" not in f.message.th + f.message.en + f.advice.th for f in found.findings)


def test_the_sound_plan_breaks_no_rule() -> None:
    found = judge_plan(small_plan())
    assert (found.state, found.findings) == ("accepted", ())


@pytest.mark.parametrize("change", PLAN_HOLDS)
def test_rules_of_the_plan_workbook_hold(change: Callable[[Content], None]) -> None:
    content = deepcopy(small_plan())
    change(content)
    found = judge_plan(content)
    assert [f.rule for f in found.findings] == []


def test_weights_of_a_draft_plan_only_warn() -> None:
    content = deepcopy(small_plan())
    in_plan("indicators", 0, weight="45")(content)
    in_plan("settings", 2, value="draft")(content)
    found = judge_plan(content)
    assert (found.state, [f.rule for f in found.findings]) == ("accepted", ["W_WEIGHT"])
    assert "105" in found.findings[0].message.th and "01101" in found.findings[0].message.th


def test_a_fault_of_the_plan_names_the_cell() -> None:
    content = deepcopy(small_plan())
    in_plan("units", 2, parent="0999")(content)
    [found] = [f for f in judge_plan(content).findings if f.severity == "error"]
    assert (found.sheet, found.cells, found.value) == ("หน่วยงาน", ("F11",), "0999")


def test_every_rule_with_a_check_has_a_failing_and_a_holding_case_here() -> None:
    named = set(TABLES) | {code for code, _ in PLAN_CASES}
    assert set(CHECKED) - named == set()


@pytest.mark.parametrize("code", sorted(set(CODES) - set(CHECKED) - {c for c, _ in PLAN_CASES} - {"W_WEIGHT"}))
def test_every_rule_without_a_check_is_seen_to_fail_in_some_test(code: str) -> None:
    """Rules of files, of identity and of the ledger fail in tests that send files; clean files hold them all."""
    here = Path(__file__)
    others = [t for t in here.parent.glob("test_*.py") if t != here]
    named = re.compile(rf"\b{code}\b")
    assert any(named.search(t.read_text(encoding="utf-8")) for t in [*others, here.with_name("hostile.py")])
