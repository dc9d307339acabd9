"""One indicator of many units: sum, mean, weighted mean, pooled ratio, extremes; and the same quarter a year ago."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_scoring import card, indicator, plan_of, report

from pipeline.report import executive, history, master, share
from pipeline.report.pages.contents import INDICATORS
from pipeline.score.card import headline_of, quarter_of, scorecard
from schemas.rollup import common_target, pooled_parts, rolled_up

UNITS = {"P1": "", "P2": "", "U1": "P1", "U2": "P1", "U3": "P2"}
VALUES = {"U1": "10", "U2": "20", "U3": "60"}


def office(way: str, values: dict[str, str] | None = None, **more: str) -> pd.DataFrame:
    """Three units under two parents, one figure each in quarter 1 -> the roll-ups, by group."""
    plan = plan_of([indicator("A", over_units=way, scoring="none", **more)], UNITS)
    found = card(plan, [report(u, "A", 1, v, times=100) for u, v in (values or VALUES).items()], q=1)
    return found.rollups.set_index("group")


@pytest.mark.parametrize(
    ("way", "whole", "first"),
    [("sum", 90, 30), ("mean", 30, 15), ("max", 60, 20), ("min", 10, 10), ("none", np.nan, np.nan)],
)
def test_each_rule_over_all_units_and_over_those_of_a_parent(way: str, whole: float, first: float) -> None:
    found = office(way)
    np.testing.assert_equal(
        found.loc[["", "P1", "P2"], "result"].tolist(), [whole, first, 60 if way != "none" else np.nan]
    )
    assert found.loc["", ["units", "reported", "low", "high"]].tolist() == [3, 3, 10, 60]


def test_ratios_are_pooled_from_numerators_and_denominators_never_averaged() -> None:
    found = office("ratio", {"U1": "1/2", "U2": "10/100", "U3": "30/40"})
    assert found.loc["", "result"] == pytest.approx(41 / 142 * 100) and found.loc["P1", "result"] == pytest.approx(
        1100 / 102
    )
    assert found.loc["", "result"] != pytest.approx((50 + 10 + 75) / 3)


def test_a_ratio_that_one_unit_gave_as_a_bare_figure_cannot_be_pooled() -> None:
    found = office("ratio", {"U1": "1/2", "U2": "10", "U3": "30/40"})
    assert np.isnan(found.loc["", "result"]) and found.loc["P2", "result"] == 75


def test_a_ratio_over_time_is_pooled_over_quarters_and_units() -> None:
    plan = plan_of([indicator("A", over_units="ratio", over_time="ratio", scoring="none")], UNITS)
    given_ = [report("U1", "A", 1, "1/2"), report("U1", "A", 2, "8/10"), report("U2", "A", 2, "5/100")]
    assert card(plan, given_, q=2).rollups.set_index("group").loc["", "result"] == pytest.approx(14 / 112 * 100)


def test_a_weighted_mean_goes_by_the_weights_of_the_assignments() -> None:
    rows = [{"indicator": "A", "unit": u, "weight": w} for u, w in (("U1", "10"), ("U2", "30"), ("U3", "60"))]
    plan = plan_of([indicator("A", over_units="weighted_mean", scoring="none")], UNITS, rows)
    given_ = [report(u, "A", 1, v) for u, v in VALUES.items()]
    assert card(plan, given_, q=1).rollups.set_index("group").loc["", "result"] == pytest.approx(43)
    rows[0]["weight"] = ""
    plan = plan_of([indicator("A", over_units="weighted_mean", scoring="none")], UNITS, rows)
    assert np.isnan(card(plan, given_, q=1).rollups.set_index("group").loc["", "result"])


def test_who_has_not_reported_is_counted_but_not_as_zero() -> None:
    plan = plan_of([indicator("A", over_units="mean", scoring="none")], UNITS)
    found = card(plan, [report("U1", "A", 1, "0"), report("U2", "A", 1, None)], q=1).rollups.set_index("group")
    assert found.loc["", ["units", "reported", "result"]].tolist() == [3, 1, 0]
    assert np.isnan(found.loc["P2", "result"]) and found.loc["P2", "reported"] == 0


def test_what_is_not_applicable_is_left_out() -> None:
    rows = [{"indicator": "A", "unit": "*"}, {"indicator": "A", "unit": "U3", "applies": "no"}]
    plan = plan_of([indicator("A", over_units="sum", scoring="none", target="5")], UNITS, rows)
    found = card(plan, [report(u, "A", 1, v) for u, v in VALUES.items()], q=1).rollups.set_index("group")
    assert found.loc["", ["units", "result", "target"]].tolist() == [2, 30, 10] and "P2" not in found.index


NUMBERS = st.fractions(min_value=0, max_value=1000, max_denominator=100)


@settings(max_examples=20)
@given(st.lists(st.tuples(NUMBERS, NUMBERS.filter(bool), NUMBERS.filter(bool)), min_size=1, max_size=8))
def test_every_rule_equals_exact_arithmetic(units: list[tuple[Fraction, Fraction, Fraction]]) -> None:
    values = [n / d * 100 for n, d, _ in units]
    exact = {
        "sum": sum(values), "mean": sum(values) / len(values), "max": max(values), "min": min(values),
        "weighted_mean": sum(v * w for v, (_, _, w) in zip(values, units, strict=True)) / sum(w for _, _, w in units),
        "ratio": sum(n for n, _, _ in units) / sum(d for _, d, _ in units) * 100,
    }  # fmt: skip
    frame = pd.DataFrame(
        [
            {"group": "", "indicator": way, "way": way, "value": float(v), "weight": float(w), "numerator": float(n),
             "denominator": float(d), "percent": True}
            for way in exact for v, (n, d, w) in zip(values, units, strict=True)
        ]
    )  # fmt: skip
    found = rolled_up(frame)
    for way, figure in exact.items():
        assert found[("", way)] == pytest.approx(float(figure), rel=1e-9, abs=1e-9)


def test_a_result_has_a_pair_only_where_it_is_one_ratio() -> None:
    nan = np.nan
    values = np.array([[50, 80.0], [50, nan], [50, 80], [50, 7], [nan, nan]])
    pairs = (
        np.array([[1, 8.0], [1, nan], [1, 8], [1, nan], [nan, nan]]),
        np.array([[2, 10.0], [2, nan], [2, 10], [2, nan], [nan, nan]]),
    )
    ways = np.array(["ratio", "sum", "last", "last", "last"], dtype=object)
    over, under = pooled_parts(values, ways, *pairs)
    np.testing.assert_equal(over, [9, 1, 8, nan, nan])
    np.testing.assert_equal(under, [12, 2, 10, nan, nan])


def test_a_target_stands_beside_the_figure_only_where_it_means_the_same() -> None:
    rows = [("", "A", "mean", 80.0), ("", "A", "mean", 80.0), ("", "B", "mean", 80.0), ("", "B", "mean", 90.0), ("", "C", "sum", 5.0),
            ("", "C", "sum", 6.0), ("", "D", "none", 5.0), ("", "E", "max", 5.0), ("", "E", "max", np.nan)]  # fmt: skip
    found = common_target(pd.DataFrame(rows, columns=["group", "indicator", "way", "target"]))
    np.testing.assert_equal(found.tolist(), [80, np.nan, 11, np.nan, np.nan])


def test_the_workbooks_show_them_for_the_office_and_for_each_parent() -> None:
    plan = plan_of([indicator(c, over_units="sum", scoring="none", target="100") for c in ("ก.10", "ก.2")], UNITS)
    found = card(plan, [report(u, c, 1, v) for u, v in VALUES.items() for c in ("ก.2", "ก.10")], q=1)
    whole = executive.tables(found)["indicators"]
    assert whole["indicator"].tolist() == ["ก.2", "ก.10"] and whole["result"].tolist() == [90, 90]
    assert whole["over_units"].tolist() == ["ผลรวม"] * 2 and whole["target"].tolist() == [300, 300]
    parts = {code: master.tables(part)[INDICATORS]["result"].tolist() for code, part in share.by_parent(found)}
    assert parts == {"P1": [30, 30], "P2": [60, 60]}
    assert all(not len(part.rollups) for _, part in share.by_unit(found))


# -- a year ago -------------------------------------------------------------------------------------------------------


def test_the_same_quarter_a_year_ago_stands_beside_the_row_where_unit_indicator_and_measure_agree() -> None:
    from test_scoring import _FACT, _POSTING, AS_OF, YEAR, ZONE, _fact, _posting

    from pipeline.consolidate import consolidate  # the plan and the ledger of both years, as publishing has them

    codes = [indicator("A", scoring="level", unit_of_measure="ระดับ", weight="100"), indicator("B", scoring="none")]
    plan, before = plan_of(codes, UNITS), plan_of([codes[0], {**codes[1], "unit_of_measure": "คน"}], UNITS)

    def wide(reports: list[dict[str, object]]) -> pd.DataFrame:
        postings = pd.DataFrame([_posting(n, r) for n, r in enumerate(reports)], columns=_POSTING)
        facts = pd.DataFrame([_fact(r, "actual", f"{YEAR}-Q{r['q']}") for r in reports], columns=_FACT)
        return consolidate(plan, postings, facts, postings, ZONE)

    past = quarter_of(wide([report("U1", "A", 2, "3"), report("U2", "A", 2, "4")]), before, 2)
    past.loc[past["indicator"] == "B", "unit_of_measure"] = "คน"
    now = scorecard(wide([report("U1", "A", 2, "2"), report("U3", "B", 1, "7")]), plan, f"{YEAR}-Q2", AS_OF, None, past)
    rows = now.rows.set_index(["unit", "indicator"])
    assert rows.loc[("U1", "A"), ["last_year_result", "last_year_score"]].tolist() == [3, 3]
    assert rows["last_year_result"].notna().sum() == 2
    assert np.isnan(now.office["last_year"]) and np.isnan(history.last_year(now)[0])
    then = headline_of(wide([report("U1", "A", 2, "3"), report("U2", "A", 2, "4")]), before, 2)
    assert then == 3.5 and history.last_year(replace(now, office={**now.office, "last_year": then})) == (3.5, -1.5)
    compared = history.against_last_year(now.rows)
    assert compared[["unit", "indicator", "change"]].values.tolist() == [["U1", "A", -1.0]]
    silent = replace(now, rows=now.rows.assign(last_year_result=np.nan))
    assert not len(history.against_last_year(silent.rows))


def test_what_first_arrived_after_the_closing_is_listed_with_the_offices_day_and_what_came_in_time_is_not() -> None:
    plan = plan_of([indicator("A", scoring="level", unit_of_measure="ระดับ")], UNITS)
    late, again = {"received_at": "2024-06-01T20:00:00+00:00"}, {"entries": {"since": "2024-01-05T00:00:00+00:00"}}
    reports = [report("U1", "A", 1, "3"), report("U2", "A", 1, "4", **late), report("U3", "A", 1, "2", **late, **again)]
    found = history.arrived_late(card(plan, reports, q=2))
    assert found[["unit", "period", "value"]].values.tolist() == [["U2", "2567-Q1", 4.0]]
    assert found["received_at"].tolist() == ["2024-06-02T03:00:00+07:00"]  # in the office's zone, as people read it
