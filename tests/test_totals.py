"""Totals of the monthly plan: presence is an error, arithmetic follows the indicator's aggregation over time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from pipeline.validate.check import failures
from schemas.forms.monthly_plan import FORM, month_keys
from schemas.language import Rule
from schemas.rows import cell_frame, number_keys, row_frame
from schemas.rules.totals import aggregates
from schemas.rules_index import rules

(SHEET,) = FORM.sheets(2567)
KEYS = number_keys(SHEET)
QUARTERS = ("q1", "q2", "q3", "q4")


def judged(texts: dict[str, str], over_time: str = "auto", **more: Any) -> list[tuple[Rule, str, dict[str, Any]]]:
    """(rule, case, row) of every rule of the form that one indicator row with these cells breaks."""
    row = {"texts": texts, "kinds": {}, "unit_of_measure": "คน", "over_time": over_time, "scoring": "none", "negatives": "no",
           "target": "", "target_n": np.nan, "target_scale": "raw", **more}  # fmt: skip
    cells = cell_frame([row], KEYS)
    wide = row_frame([row], cells, KEYS)
    of_rows = failures(wide, [rules()[c] for c in FORM.rules if rules()[c].scope == "row"])
    of_cells = failures(cells, [rules()[c] for c in FORM.rules if rules()[c].scope == "cell"])
    found = [(f.rule, f.case, wide.iloc[f.line].to_dict()) for f in of_rows]
    return found + [(f.rule, str(cells.iloc[f.line]["field"]), cells.iloc[f.line].to_dict()) for f in of_cells]


def broken(texts: dict[str, str], over_time: str = "auto", **more: Any) -> list[tuple[str, str]]:
    return sorted((rule.code, case) for rule, case, _ in judged(texts, over_time, **more))


def quarters(*figures: str, total: str = "") -> dict[str, str]:
    return {k: t for k, t in zip((*QUARTERS, "total"), (*figures, *[""] * (4 - len(figures)), total), strict=True) if t}


def months(q: int, *figures: str, total: str = "") -> dict[str, str]:
    cells = dict(zip(month_keys(q), figures, strict=False)) | ({f"q{q}": total} if total else {})
    return cells | ({"total": total} if total else {})


# -- presence ----------------------------------------------------------------------------------------------------------


def test_all_blank_is_legal() -> None:
    assert broken({}) == []


@pytest.mark.parametrize("q", [1, 2, 3, 4])
def test_months_without_their_quarter_total_are_one_error_for_that_quarter(q: int) -> None:
    assert broken(months(q, "1", "2", "3")) == [("E_QTOTAL", f"q{q}")]


def test_months_everywhere_and_no_total_are_one_error_per_quarter_and_nothing_else() -> None:
    texts = {k: "1" for q in (1, 2, 3, 4) for k in month_keys(q)}
    assert broken(texts, "sum") == [("E_QTOTAL", q) for q in QUARTERS]


@pytest.mark.parametrize("q", QUARTERS)
def test_one_quarter_total_without_the_grand_total_is_an_error(q: str) -> None:
    assert broken({q: "5"}) == [("E_GTOTAL", "total")]


def test_a_grand_total_alone_is_legal() -> None:
    assert broken({"total": "85"}) == []


def test_a_quarter_total_without_months_is_legal() -> None:
    assert broken(quarters("20", total="20"), "sum") == []


def test_a_zero_month_counts_as_given() -> None:
    assert broken({"m10": "0"}) == [("E_QTOTAL", "q1")]


def test_dashes_count_as_not_given() -> None:
    assert broken({k: "-" for k in month_keys(1)}) == []
    assert broken({"q1": "-", "q2": "-"}) == []
    assert broken({"m10": "1", "q1": "-"}) == [("E_QTOTAL", "q1")]


def test_a_broken_month_counts_as_given_and_a_broken_total_as_there() -> None:
    assert broken({"m10": "๕"}) == [("E_CHAR", "m10"), ("E_QTOTAL", "q1")]
    assert broken({"m10": "5", "q1": "5 คน", "total": "5"}, "sum") == [("E_CHAR", "q1")]


def test_a_missing_total_blames_the_empty_total_and_offers_what_it_would_be() -> None:
    for way, offered in (("sum", "60"), ("last", "30"), ("max", "30"), ("mean", None), ("auto", None)):
        [(rule, case, row)] = judged(months(2, "10", "20", "30"), way)
        assert rule.blames is not None and rule.proposal is not None
        assert (rule.code, rule.blames(row, case)) == ("E_QTOTAL", ("q2",))
        assert rule.proposal(row, case) == offered


# -- arithmetic --------------------------------------------------------------------------------------------------------


def test_row_01_of_the_source_warns_and_row_02_does_not() -> None:
    """85 with 15/25/20/20 is neither sum, last, largest nor mean; 80 with Q4 = 80 alone is all four."""
    assert broken(quarters("15", "25", "20", "20", total="85")) == [("W_SUM", "total")]
    assert broken(quarters("", "", "", "80", total="80")) == []


@pytest.mark.parametrize(
    "mended", [("20", "25", "20", "20"), ("15", "30", "20", "20"), ("15", "25", "25", "20"), ("15", "25", "20", "25")]
)
def test_each_one_cell_fix_of_row_01_settles_it(mended: tuple[str, ...]) -> None:
    assert broken(quarters(*mended, total="85")) == []
    assert broken(quarters(*mended, total="85"), "sum") == []


@pytest.mark.parametrize("total", ["80", "20", "25"])
def test_auto_accepts_sum_last_and_largest_and_mean(total: str) -> None:
    assert broken(quarters("15", "25", "20", "20", total=total)) == []


@pytest.mark.parametrize(
    ("way", "right", "rule"),
    [("sum", "80", "E_SUM"), ("last", "21", "Q_SUM"), ("max", "25", "Q_SUM"), ("mean", "20", "Q_SUM")],
)
def test_a_declared_way_is_held_against_its_own_figure_only(way: str, right: str, rule: str) -> None:
    figures = ("14", "25", "20", "21")
    assert broken(quarters(*figures, total=right), way) == []
    for wrong in {"80", "21", "25", "20"} - {right}:
        assert broken(quarters(*figures, total=wrong), way) == [(rule, "total")]


@pytest.mark.parametrize("way", ["none", "ratio"])
def test_nothing_is_computed_where_nothing_is_declared(way: str) -> None:
    assert broken(quarters("14", "25", "20", "20", total="1"), way) == []


@pytest.mark.parametrize(
    ("total", "holds"),
    [
        ("81.3", True),
        ("81.33", True),
        ("81", True),
        ("81.4", False),
        ("81.2", False),
        ("81.34", False),
        ("82", False),
        ("81.333", True),
    ],
)
def test_a_mean_is_right_within_half_a_unit_of_the_last_digit_typed(total: str, holds: bool) -> None:
    """80, 81, 83: the mean is 81.3333."""
    assert broken(months(1, "80", "81", "83", total=total), "mean") == ([] if holds else [("Q_SUM", "q1")])


@pytest.mark.parametrize("total", ["81.3", "81.4"])
def test_a_mean_that_lies_between_two_may_be_rounded_either_way(total: str) -> None:
    assert broken(months(1, "81.3", "81.4", total=total), "mean") == []


@pytest.mark.parametrize(("total", "holds"), [("0.3", True), ("0.30", True), ("0.31", False), ("0.2", False)])
def test_a_sum_is_not_wrong_by_a_float_error(total: str, holds: bool) -> None:
    assert broken(quarters("0.1", "0.2", total=total), "sum") == ([] if holds else [("E_SUM", "total")])


def test_sums_of_thousands_and_dashes_are_read_as_typed() -> None:
    assert broken(quarters("1,200", "-", "800.50", total="2,000.5"), "sum") == []
    assert (
        broken(quarters("1,200", "-", "800.50", total="2,000"), "sum") == []
    )  # whole units were meant: within half a unit
    assert broken(quarters("1,200", "-", "801", total="2,000"), "sum") == [("E_SUM", "total")]


def test_the_message_of_a_wrong_sum_names_both_figures_and_offers_the_sum() -> None:
    [(rule, case, row)] = judged(quarters("10", "20", total="31"), "sum")
    assert rule.figures is not None and rule.proposal is not None
    words = rule.text.filled(**rule.figures(row, case))
    assert "31" in words.th and "30" in words.th and "31" in words.en and "30" in words.en
    assert rule.proposal(row, case) == "30"


def test_a_quarter_total_that_disagrees_with_its_months_is_said_at_that_quarter() -> None:
    texts = months(3, "1", "2", "3", total="7")
    assert broken(texts, "sum") == [("E_SUM", "q3")]


def test_a_broken_part_says_nothing_about_the_sum() -> None:
    assert broken(quarters("10", "20 คน", total="31"), "sum") == [("E_CHAR", "q2")]


def test_a_missing_quarter_total_suppresses_what_would_follow_from_it() -> None:
    texts = {"m10": "1", "q2": "2", "total": "9"}
    assert broken(texts, "sum") == [("E_QTOTAL", "q1")]


# -- estimate year and target ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("estimate", "total", "wrong"),
    [
        ("85", "85", False),
        ("85.0", "85", False),
        ("84", "85", True),
        ("", "85", False),
        ("85", "", False),
        ("-", "85", False),
    ],
)
def test_the_current_years_estimate_equals_the_grand_total(estimate: str, total: str, wrong: bool) -> None:
    assert broken({"est_0": estimate, "total": total}) == ([("W_EST", "")] if wrong else [])


@pytest.mark.parametrize(
    ("target", "scale", "total", "asked"),
    [
        (85.0, "raw", "85", False),
        (85.0, "raw", "84", True),
        (5.0, "level", "84", False),
        (np.nan, "raw", "84", False),
        (81.3333, "raw", "81.3", False),
    ],
)
def test_a_grand_total_away_from_the_centres_target_is_asked_about(
    target: float, scale: str, total: str, asked: bool
) -> None:
    assert broken({"total": total}, target_n=target, target_scale=scale, target=str(target)) == (
        [("Q_TARGET", "")] if asked else []
    )


# -- against a plain loop ----------------------------------------------------------------------------------------------

_CELL = st.one_of(st.just(""), st.just("-"), st.integers(0, 20).map(str), st.decimals(0, 20, places=1).map(str))


@effort(max_examples=30)
@given(st.lists(_CELL, min_size=4, max_size=4), _CELL, st.sampled_from(["sum", "last", "max", "mean", "auto", "none"]))
def test_grand_totals_are_judged_as_a_plain_loop_judges_them(parts: list[str], total: str, way: str) -> None:
    figures = [float(p) for p in parts if p not in ("", "-")]
    expected: list[tuple[str, str]] = []
    if figures and total in ("", "-"):
        expected = [("E_GTOTAL", "total")]
    elif figures and way != "none":
        room = 0.5 * 10 ** -len(total.partition(".")[2]) + 1e-9
        ways = {"sum": sum(figures), "last": figures[-1], "max": max(figures), "mean": sum(figures) / len(figures)}
        near = {name for name, value in ways.items() if abs(value - float(total)) <= room}
        if way == "auto" and not near:
            expected = [("W_SUM", "total")]
        elif way in ways and way not in near:
            expected = [("E_SUM" if way == "sum" else "Q_SUM", "total")]
    assert broken({k: t for k, t in zip((*QUARTERS, "total"), (*parts, total), strict=True)}, way) == expected


def test_aggregates_of_nothing_are_not_zero() -> None:
    table = aggregates(np.array([[np.nan, np.nan], [np.nan, -3.0]]))
    assert all(np.isnan(table[way][0]) for way in ("sum", "last", "max", "mean"))
    assert [table[way][1] for way in ("sum", "last", "max", "mean")] == [-3, -3, -3, -3]
