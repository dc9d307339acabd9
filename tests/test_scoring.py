"""Scores: the documents' own figures, and everything else against a second computation in exact fractions."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from pipeline.consolidate import consolidate
from pipeline.model import Scorecard
from pipeline.score.card import scorecard
from schemas.plan import Plan
from schemas.scoring import (
    bands,
    half_up,
    half_up_float,
    light,
    pmqa_points,
    scale,
    score_exact,
    score_float,
    to_date,
    to_date_exact,
)

YEAR = 2567
ZONE = ZoneInfo("Asia/Bangkok")
AS_OF = datetime(2024, 10, 1, tzinfo=UTC)
PMQA = Path(__file__).parent / "data" / "pmqa_category7_sample.csv"
OPS, CHQ, LOWER, PLAIN = "88 91 94 97 100", "60 65 75 90 100", "10 8 6 4 2", "60 70 80 90 100"


# -- a plan and what units reported -> a scorecard ---------------------------------------------------------------------


def indicator(code: str, **more: str) -> dict[str, str]:
    usual = {"unit_of_measure": "ร้อยละ", "direction": "higher", "cycle": "quarterly", "over_time": "last"}
    return {"code": code, "name": f"ตัวชี้วัด {code}", "target_scale": "raw", **usual, **more}


def scored_by(mode: str, criteria: str = "", **more: str) -> dict[str, str]:
    return {"scoring": mode, **{f"c{n}": t for n, t in enumerate(criteria.split(), 1)}, **more}


def plan_of(
    indicators: list[dict[str, str]],
    units: dict[str, str] | None = None,
    assignments: list[dict[str, str]] | None = None,
    **settings: str,
) -> Plan:
    """`units`: code -> parent code."""
    return Plan(1, YEAR, {
        "settings": [{"key": "fiscal_year", "value": str(YEAR)}, *({"key": k, "value": v} for k, v in settings.items())],
        "units": [{"code": u, "name": f"หน่วย {u}", "parent": p} for u, p in (units or {"U1": ""}).items()],
        "indicators": indicators,
        "assignments": assignments or [{"indicator": i["code"], "unit": "*"} for i in indicators],
    })  # fmt: skip


def report(unit: str, code: str, q: int, value: str | None = None, **more: Any) -> dict[str, Any]:
    """One reported row; `value` None is "cannot report yet", "a/b" a ratio; held=True a row that waits for correction."""
    return {"unit": unit, "code": code, "q": q, "value": value, **more}


def _fact(r: dict[str, Any], scenario: str, period: str) -> dict[str, Any]:
    over, _, under = str(r["value"]).partition("/")
    exact = str(Decimal(over) / Decimal(under) * int(r.get("times", 100))) if under else over
    form = "monthly_plan" if scenario == "plan" else "quarterly_result"
    return {"unit": r["unit"], "indicator": r["code"], "form": form, "scenario": scenario, "period": period, "value": exact,
            "numerator": over if under else "", "denominator": under, "cell": "H8"}  # fmt: skip


def _posting(n: int, r: dict[str, Any]) -> dict[str, Any]:
    entries = {"reportable": "cannot" if r["value"] is None else "can", **r.get("entries", {})}
    return {"unit": r["unit"], "form": "quarterly_result", "indicator": r["code"], "period": f"{YEAR}-Q{r['q']}",
            "state": "held" if r.get("held") else r.get("state", "draft"), "blank": False, "sheet": "ไตรมาส", "cell": "A8",
            "entries": json.dumps(entries), "submission": n + 1, "file": f"{r['unit']}.xlsx", "sha256": "ab" * 32,
            "received_at": r.get("received_at", "2024-01-05T00:00:00+00:00")}  # fmt: skip


_POSTING = list(_posting(0, report("", "", 1)))
_FACT = list(_fact(report("", "", 1, "1"), "plan", ""))


def card(
    plan: Plan, reports: list[dict[str, Any]], q: int = 4, planned: list[dict[str, Any]] | None = None
) -> Scorecard:
    """The whole of consolidate and score. `planned` rows have q 1..4, or 0 for the grand total."""
    every = pd.DataFrame([_posting(n, r) for n, r in enumerate(reports)], columns=_POSTING)
    facts = [
        _fact(r, "actual", f"{YEAR}-Q{r['q']}") for r in reports if r["value"] is not None and not r.get("held")
    ] + [_fact(r, "plan", f"{YEAR}-Q{r['q']}" if r["q"] else str(YEAR)) for r in planned or []]
    wide = consolidate(plan, every[every["state"] != "held"], pd.DataFrame(facts, columns=_FACT), every, ZONE)
    return scorecard(wide, plan, f"{YEAR}-Q{q}", AS_OF)


def one(found: Scorecard, code: str, unit: str = "U1") -> pd.Series:
    rows = found.rows
    return rows[(rows["unit"] == unit) & (rows["indicator"] == code)].iloc[0]


def score_of(value: str, rule: dict[str, str], weight: str = "100") -> pd.Series:
    """One value through the whole of it."""
    return one(card(plan_of([indicator("A", weight=weight, **rule)]), [report("U1", "A", 4, value)]), "A")


def exactly(text: str | float | Fraction, places: int) -> float:
    """The half-up rounding of Python's own decimal arithmetic."""
    number = Fraction(text)
    wide = Decimal(number.numerator) / Decimal(number.denominator)
    return float(wide.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


# -- the documents' own figures ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("weight", "weighted"), [("40", 0.4), ("10", 0.1), ("20", 0.2)])
def test_88_of_the_manual_is_1_000_and_20_per_cent(weight: str, weighted: float) -> None:
    row = score_of("88", scored_by("interpolate", OPS), weight)
    assert (row["score"], row["score_percent"], row["weighted"]) == (1.0, 20.0, weighted)


def test_the_card_3_5_5_5_at_weight_5_gives_015_and_three_times_025() -> None:
    plan = plan_of(
        [indicator("กพร.9", unit_of_measure="ระดับ", weight="5", target="5", target_scale="level", scoring="level")]
    )
    reports = [report("U1", "กพร.9", q, v) for q, v in enumerate(("3", "5", "5", "5"), 1)]
    rows = [one(card(plan, reports, q), "กพร.9") for q in (1, 2, 3, 4)]
    assert [r["weighted"] for r in rows] == [0.15, 0.25, 0.25, 0.25]
    assert [r["score"] for r in rows] == [3, 5, 5, 5]
    assert [r["score_percent"] for r in rows] == [60, 100, 100, 100]
    assert rows[3]["result"] == 5 and rows[1]["previous_score"] == 3


VECTORS = [
    *((OPS, v, s) for v, s in [("80", 1), ("88", 1), ("89.5", 1.5), ("91", 2), ("92", 2.3333), ("95.5", 3.5), ("97", 4),
                               ("99", 4.6667), ("100", 5), ("105", 5)]),
    *((CHQ, v, s) for v, s in [("59", 1), ("62", 1.4), ("70", 2.5), ("80", 3.3333), ("95", 4.5), ("120", 5)]),
    *((LOWER, v, s) for v, s in [("12", 1), ("9", 1.5), ("5", 3.5), ("3.5", 4.25), ("0", 5), ("10", 1), ("2", 5)]),
    *((PLAIN, v, s) for v, s in [("75", 2.5), ("83.33", 3.333), ("99.99", 4.999)]),
    *(("60 - 80 - 100", v, s) for v, s in [("70", 2), ("60", 1), ("85", 3.5)]),  # gaps are bridged
    *(("60 70 70 90 100", v, s) for v, s in [("70", 3), ("69.99", 1.999), ("80", 3.5)]),  # equal neighbours: the higher
    *(("-10 -5 0 5 10", v, s) for v, s in [("-12", 1), ("-7.5", 1.5), ("0", 3), ("2.5", 3.5)]),
    *(("1,000 2,000 3,000 4,000 5,000", v, s) for v, s in [("1,500".replace(",", ""), 1.5), ("4500", 4.5)]),
]  # fmt: skip


@pytest.mark.parametrize(("criteria", "value", "expected"), VECTORS)
def test_interpolated_scores_of_the_sources(criteria: str, value: str, expected: float) -> None:
    by = scale("interpolate", tuple(criteria.split()))
    assert by is not None
    assert half_up(score_exact(by, Fraction(value)), 4) == expected
    assert score_of(value, scored_by("interpolate", criteria))["score"] == expected


@pytest.mark.parametrize(
    ("value", "level"),
    [("0", 1), ("9.99", 1), ("10", 2), ("20", 2), ("20.5", 2), ("21", 3), ("30.5", 3), ("31", 4), ("40.9", 4), ("41", 5),
     ("50", 5), ("80", 5)],
)  # fmt: skip
@pytest.mark.parametrize("criteria", ["0 10-20 21-30 31-40 41-50", "- 10 21 31 41", "0 10ถึง20 21–30 31-40 41-50"])
def test_bands_go_by_their_lower_bounds(value: str, level: int, criteria: str) -> None:
    assert score_of(value, scored_by("band", criteria), "10")["score"] == level


@pytest.mark.parametrize(("value", "score"), [("0", 1), ("1", 1), ("2.5", 2.5), ("5", 5)])
def test_a_level_is_its_own_score_with_the_floor_below_1(value: str, score: float) -> None:
    assert score_of(value, {"scoring": "level", "unit_of_measure": "ระดับ"})["score"] == score


@pytest.mark.parametrize(
    ("criteria", "mode"), [("", "interpolate"), ("50", "interpolate"), ("", "band"), (OPS, "none")]
)
def test_without_two_criteria_or_a_mode_there_is_no_score(criteria: str, mode: str) -> None:
    row = score_of("88", scored_by(mode, criteria))
    assert np.isnan(row["score"]) and row["result"] == 88 and row["light"] == "grey"


def test_a_penalty_per_late_report_is_taken_off_as_the_commission_did() -> None:
    """Weight 4: 5.0000 less 0.2 -> 4.8000 and 0.1920; weight 3, two reports: 2.0000 -> 1.6000 and 0.0480."""
    plan = plan_of([indicator("A", weight="4", **scored_by("interpolate", PLAIN)),
                    indicator("B", weight="3", **scored_by("interpolate", PLAIN))], late_penalty="0.2")  # fmt: skip
    late = {"received_at": "2024-12-01T00:00:00+00:00"}
    reports = [report("U1", "A", 3, "100"), report("U1", "A", 4, "100", **late)]
    reports += [report("U1", "B", 3, "70", **late), report("U1", "B", 4, "70", **late)]
    found = card(plan, reports)
    assert [(one(found, c)["score"], one(found, c)["weighted"]) for c in "AB"] == [(4.8, 0.192), (1.6, 0.048)]
    without = card(plan_of(plan.content["indicators"]), reports)
    assert [(one(without, c)["score"], one(without, c)["weighted"]) for c in "AB"] == [(5.0, 0.2), (2.0, 0.06)]


def test_a_penalty_never_pushes_a_score_below_1() -> None:
    plan = plan_of([indicator("A", weight="4", **scored_by("interpolate", PLAIN))], late_penalty="0.2")
    assert one(card(plan, [report("U1", "A", 4, "61", received_at="2024-12-01T00:00:00+00:00")]), "A")["score"] == 1


# -- PMQA --------------------------------------------------------------------------------------------------------------


def _pmqa_rows() -> list[dict[str, str]]:
    with PMQA.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


@pytest.mark.parametrize("row", _pmqa_rows(), ids=lambda r: f"{r['section']}/{r['item']}")
def test_every_sample_row_of_category_7_has_the_points_and_per_cent_of_the_source(row: dict[str, str]) -> None:
    scoring = {"unit_of_measure": row["unit"], "target": row["target"], "scoring": "percent_of_target"}
    found = one(card(plan_of([indicator("P", **scoring)]), [report("U1", "P", 4, row["r2564"])]), "P")
    assert found["points"] == float(row["score"])
    assert exactly(str(found["achievement_percent"]), 1) == float(row["percent"])
    assert np.isnan(found["score"]) and np.isnan(found["weighted"])


def test_the_sample_has_all_its_fifteen_rows() -> None:
    assert len(_pmqa_rows()) == 15


@pytest.mark.parametrize(
    ("result", "target", "direction", "percent", "points"),
    [
        ("98.3", "100", "higher", "98.3", 200), ("100", "100", "higher", "100", 300), ("100.01", "100", "higher", "100.01", 400),
        ("109.999", "100", "higher", "109.999", 400), ("110", "100", "higher", "110", 500), ("0", "5", "higher", "0", 200),
        ("90", "100", "lower", "110", 500), ("100", "100", "lower", "100", 300), ("150", "100", "lower", "50", 200),
        ("99.99999999", "100", "higher", "99.99999999", 200),
    ],
)  # fmt: skip
def test_points_go_by_the_unrounded_per_cent(
    result: str, target: str, direction: str, percent: str, points: float
) -> None:
    table = bands("<100=200; <=100=300; <110=400; >=110=500")
    assert pmqa_points(Fraction(result), Fraction(target), direction, table) == (Fraction(percent), points)


def test_a_target_of_zero_has_no_per_cent_and_no_points() -> None:
    assert pmqa_points(Fraction(5), Fraction(0), "higher", bands("<100=200; >=100=300")) is None
    row = score_of("5", {"scoring": "percent_of_target", "target": "0"})
    assert np.isnan(row["points"]) and np.isnan(row["achievement_percent"])


def test_the_bands_are_a_setting_of_the_office() -> None:
    plan = plan_of([indicator("P", target="100", scoring="percent_of_target")], bands="<50=1; <=100=2; >100=3")
    assert [one(card(plan, [report("U1", "P", 4, v)]), "P")["points"] for v in ("49", "100", "101")] == [1, 2, 3]


def test_points_never_enter_a_weighted_total() -> None:
    plan = plan_of([indicator("A", weight="100", **scored_by("interpolate", PLAIN)),
                    indicator("P", weight="50", target="5", scoring="percent_of_target")])  # fmt: skip
    total = card(plan, [report("U1", "A", 4, "70"), report("U1", "P", 4, "9")]).units.iloc[0]
    assert (total["score_reported"], total["score_all"], total["coverage"]) == (2.0, 2.0, 100.0)


# -- results to date ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("way", "expected"),
    [("sum", [10, 14, 14, 23]), ("last", [10, 4, 4, 9]), ("max", [10, 10, 10, 10]), ("mean", [10, 7, 7, 23 / 3])],
)
def test_the_result_at_a_quarter_aggregates_the_quarters_given_so_far(way: str, expected: list[float]) -> None:
    plan = plan_of([indicator("A", over_time=way, scoring="none")])
    reports = [report("U1", "A", 1, "10"), report("U1", "A", 2, "4"), report("U1", "A", 3), report("U1", "A", 4, "9")]
    assert [one(card(plan, reports, q), "A")["result"] for q in (1, 2, 3, 4)] == pytest.approx(expected, abs=1e-12)
    assert np.isnan(one(card(plan, reports, 3), "A")["value"])


def test_ratios_are_pooled_from_numerators_and_denominators_never_averaged() -> None:
    plan = plan_of([indicator("A", over_time="ratio", weight="100", **scored_by("interpolate", PLAIN))])
    found = one(card(plan, [report("U1", "A", 1, "1/2"), report("U1", "A", 4, "98/100")]), "A")
    assert found["result"] == pytest.approx(99 / 102 * 100)
    assert found["score"] == exactly(4 + (Fraction(99, 102) * 100 - 90) / 10, 4)


def test_none_has_no_result_over_quarters() -> None:
    plan = plan_of([indicator("A", over_time="none", scoring="none")])
    assert np.isnan(one(card(plan, [report("U1", "A", 1, "3")]), "A")["result"])


@pytest.mark.parametrize(("total", "expected"), [("80", 20.0), ("20", 9.0), (None, 9.0)])
def test_auto_is_last_where_the_plans_total_is_its_last_quarter_else_sum(total: str | None, expected: float) -> None:
    plan = plan_of([indicator("A", over_time="auto", scoring="none")])
    planned = [report("U1", "A", q, "20") for q in (1, 2, 3, 4)] + ([report("U1", "A", 0, total)] if total else [])
    found = one(card(plan, [report("U1", "A", 1, "11"), report("U1", "A", 2, "9")], 2, planned), "A")
    assert found["result"] == expected


def test_auto_without_a_total_sums_what_is_reported_per_period() -> None:
    plan = plan_of([indicator("A", over_time="auto", scoring="none", basis="period")])
    assert one(card(plan, [report("U1", "A", 1, "11"), report("U1", "A", 2, "9")], 2), "A")["result"] == 20


@pytest.mark.parametrize("way", ["sum", "last", "max", "mean", "none"])
@effort(max_examples=60)
@given(st.lists(st.one_of(st.none(), st.decimals(-1000, 1000, places=2)), min_size=4, max_size=4))
def test_vectors_and_fractions_aggregate_alike(way: str, quarters: list[Decimal | None]) -> None:
    exact = to_date_exact([None if v is None else Fraction(v) for v in quarters], way)
    line = np.array([[np.nan if v is None else float(v) for v in quarters]])
    found = to_date(line, np.array([way], dtype=object))[0]
    assert np.isnan(found) if exact is None else found == pytest.approx(float(exact), abs=1e-9)


def test_a_grand_total_alone_is_the_plan_of_the_year_and_of_no_quarter_before_its_end() -> None:
    plan = plan_of([indicator("A", scoring="none")])
    planned = [report("U1", "A", 0, "80")]
    rows = [one(card(plan, [report("U1", "A", q, "60")], q, planned), "A") for q in (3, 4)]
    assert np.isnan(rows[0]["plan"]) and rows[1]["plan"] == 80
    assert [r["computed"] for r in rows] == ["", "behind"]


# -- five kinds of "no value" ------------------------------------------------------------------------------------------


def test_blank_cannot_held_not_due_and_zero_are_five_different_things() -> None:
    rule = {"weight": "20", **scored_by("interpolate", PLAIN)}
    plan = plan_of(
        [indicator(c, **rule) for c in ("blank", "cannot", "held", "zero")]
        + [indicator("yearly", cycle="yearly", **rule)]
    )
    reports = [report("U1", "cannot", 1), report("U1", "held", 1, "88", held=True), report("U1", "zero", 1, "0")]
    found = card(plan, reports, 1)
    said = {c: one(found, c)["reported"] for c in ("blank", "cannot", "held", "yearly", "zero")}
    assert said == {"blank": "blank", "cannot": "cannot", "held": "held", "yearly": "not_due", "zero": "reported"}
    assert [one(found, c)["score"] for c in ("zero",)] == [1.0]
    assert all(np.isnan(one(found, c)["score"]) for c in ("blank", "cannot", "held", "yearly"))
    assert [one(found, c)["light"] for c in said] == ["grey", "grey", "grey", "grey", "red"]
    total = found.units.iloc[0]
    assert (total["indicators"], total["reported"], total["held"], total["grey"], total["red"]) == (5, 1, 1, 4, 1)


def test_a_half_yearly_indicator_is_due_in_quarters_2_and_4_and_carries_its_last_result() -> None:
    plan = plan_of([indicator("A", cycle="half-yearly", weight="100", **scored_by("interpolate", PLAIN))])
    reports = [report("U1", "A", 2, "80")]
    rows = [one(card(plan, reports, q), "A") for q in (1, 2, 3, 4)]
    assert [r["reported"] for r in rows] == ["not_due", "reported", "not_due", "blank"]
    assert rows[2]["score"] == 3.0 and np.isnan(rows[0]["score"]) and np.isnan(rows[3]["score"])


def test_a_newer_held_row_keeps_the_older_valid_result() -> None:
    plan = plan_of([indicator("A", weight="100", **scored_by("interpolate", PLAIN))])
    found = one(card(plan, [report("U1", "A", 1, "80"), report("U1", "A", 1, "90", held=True)], 1), "A")
    assert found["result"] == 80 and found["score"] == 3.0


# -- totals, coverage, ranks, parents, trend ---------------------------------------------------------------------------


def _weights(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [indicator(code, weight=weight, **scored_by("interpolate", PLAIN)) for code, weight in pairs]


def test_two_totals_stand_beside_the_share_of_weight_reported() -> None:
    """60 at weight 30 scores 1, 100 at weight 50 scores 5, weight 20 is not reported."""
    reports = [report("U1", "A", 1, "60"), report("U1", "B", 1, "100")]
    total = card(plan_of(_weights(("A", "30"), ("B", "50"), ("C", "20"))), reports, 1).units.iloc[0]
    assert total["score_reported"] == exactly(Fraction(30 * 1 + 50 * 5, 80), 4) == total["headline"] == 3.5
    assert total["score_all"] == exactly(Fraction(30 * 1 + 50 * 5, 100), 4) == 2.8
    assert total["coverage"] == 80.0 and total["headline_percent"] == 70.0 and total["light"] == "yellow"
    assert (total["indicators"], total["reported"], total["units"], total["units_reporting"]) == (3, 2, 1, 1)


def test_the_headline_is_a_setting() -> None:
    plan = plan_of(_weights(("A", "50"), ("B", "50")), headline="all")
    total = card(plan, [report("U1", "A", 1, "100")], 1).units.iloc[0]
    assert (total["headline"], total["score_reported"]) == (2.5, 5.0)


def test_at_the_years_end_the_unreported_count_as_the_setting_says() -> None:
    weights, reports = _weights(("A", "50"), ("B", "50")), [report("U1", "A", 4, "100")]
    at_zero, at_floor = (card(plan_of(weights, unreported_at_year_end=v), reports).units.iloc[0] for v in ("0", "1"))
    assert (at_zero["score_all"], at_floor["score_all"]) == (2.5, 3.0)
    assert at_floor["score_reported"] == 5.0
    before = card(plan_of(weights, unreported_at_year_end="1"), [report("U1", "A", 3, "100")], 3).units.iloc[0]
    assert before["score_all"] == 2.5


def test_a_unit_that_reports_nothing_has_no_total_and_no_coverage() -> None:
    total = card(plan_of(_weights(("A", "100"))), [], 1).units.iloc[0]
    assert np.isnan(total["headline"]) and total["coverage"] == 0 and total["light"] == "grey"


def test_without_weights_coverage_counts_indicators() -> None:
    plan = plan_of([indicator(c, scoring="none") for c in "AB"])
    total = card(plan, [report("U1", "A", 1, "5")], 1).units.iloc[0]
    assert total["coverage"] == 50.0 and np.isnan(total["headline"])


def test_totals_divide_by_the_weights_given_even_where_they_do_not_sum_to_100() -> None:
    total = card(plan_of(_weights(("A", "1"), ("B", "2"))), [report("U1", "A", 1, "60"), report("U1", "B", 1, "90")], 1)
    assert total.units.iloc[0]["headline"] == 3.0


def test_a_total_comes_from_unrounded_scores() -> None:
    """Three times 2.33333… at weight 1: 2.3333, where rounded parts of 2.3333 would agree; 92 -> 2 + 1/3, 99 -> 4 + 2/3."""
    plan = plan_of([indicator(c, weight="1", **scored_by("interpolate", "0 3 6 9 12")) for c in "ABC"])
    values = {"A": "0.0001", "B": "0.0001", "C": "0.00025"}
    total = card(plan, [report("U1", c, 1, v) for c, v in values.items()], 1).units.iloc[0]
    exact = sum((1 + Fraction(v) / 3 for v in values.values()), Fraction(0)) / 3
    assert (
        total["headline"] == exactly(exact, 4) == 1.0001
    )  # parts rounded first: (1.0000 + 1.0000 + 1.0001) / 3 = 1.0000


def test_ties_share_a_rank_and_units_below_the_coverage_have_none() -> None:
    plan = plan_of(_weights(("A", "60"), ("B", "40")), units=dict.fromkeys(("U1", "U2", "U3", "U4", "U5"), ""))
    both = {"U1": "90", "U2": "100", "U3": "90", "U4": "70"}
    reports = [report(u, c, 1, v) for u, v in both.items() for c in "AB"] + [report("U5", "B", 1, "100")]
    ranks = card(plan, reports, 1).units.set_index("unit")["rank"]
    assert ranks[["U2", "U1", "U3", "U4"]].tolist() == [1, 2, 2, 4]
    assert np.isnan(ranks["U5"])
    lower = plan_of(plan.content["indicators"], units=dict.fromkeys(both | {"U5": ""}, ""), ranking_coverage="40")
    assert card(lower, reports, 1).units.set_index("unit")["rank"]["U5"] == 1


def test_a_parent_totals_every_row_below_it_and_the_office_all_rows() -> None:
    tree = {"R": "", "P1": "R", "P2": "R", "U1": "P1", "U2": "P1", "U3": "P2"}
    plan = plan_of(_weights(("A", "100")), units=tree)
    found = card(plan, [report("U1", "A", 1, "60"), report("U2", "A", 1, "70"), report("U3", "A", 1, "100")], 1)
    parents = found.parents.set_index("unit")
    assert parents["headline"].to_dict() == {"R": exactly(Fraction(8, 3), 4), "P1": 1.5, "P2": 5.0}
    assert parents["units"].to_dict() == {"R": 3, "P1": 2, "P2": 1}
    assert parents["parent"].to_dict() == {"R": "", "P1": "R", "P2": "R"}
    assert found.office["headline"] == exactly(Fraction(8, 3), 4) and found.office["units"] == 3
    assert set(found.units["unit"]) == {"U1", "U2", "U3"}


def test_parents_do_not_own_what_is_assigned_to_everybody_but_may_have_their_own() -> None:
    plan = plan_of(_weights(("A", "100"), ("B", "100")), units={"R": "", "U1": "R"},
                   assignments=[{"indicator": "A", "unit": "*"}, {"indicator": "B", "unit": "R"}])  # fmt: skip
    found = card(plan, [report("U1", "A", 1, "60"), report("R", "B", 1, "100")], 1)
    assert sorted(zip(found.rows["unit"], found.rows["indicator"], strict=True)) == [("R", "B"), ("U1", "A")]
    assert found.parents.set_index("unit").loc["R", "headline"] == 3.0


def test_the_more_specific_assignment_wins() -> None:
    assignments = [{"indicator": "A", "unit": "*"}, {"indicator": "A", "unit": "กอง", "weight": "20"},
                   {"indicator": "A", "unit": "U1", "weight": "30", **scored_by("", "0 1 2 3 4")}]  # fmt: skip
    plan = plan_of([indicator("A", weight="10", **scored_by("interpolate", PLAIN))],
                   dict.fromkeys(("U1", "U2", "U3"), ""), assignments)  # fmt: skip
    for unit in plan.content["units"][:2]:
        unit["type"] = "กอง"
    found = card(plan, [report(u, "A", 1, "3") for u in ("U1", "U2", "U3")], 1)
    assert [(one(found, "A", u)["weight"], one(found, "A", u)["score"]) for u in ("U1", "U2", "U3")] == [
        (30.0, 4.0), (20.0, 1.0), (10.0, 1.0),
    ]  # fmt: skip


def test_the_trend_has_each_quarters_own_headline_of_units_parents_and_office() -> None:
    plan = plan_of(_weights(("A", "100")), units={"R": "", "U1": "R", "U2": "R"})
    reports = [report("U1", "A", q, v) for q, v in enumerate(("60", "70", "80"), 1)] + [report("U2", "A", 1, "100")]
    trend = card(plan, reports, 3).trend.set_index(["unit", "period"])["headline"]
    assert trend["U1"].tolist() == [1, 2, 3]
    assert trend["R"].tolist() == trend[""].tolist() == [3, 2, 3]
    second = card(plan, reports, 2)
    assert second.units.set_index("unit").loc["U1", ["previous", "headline"]].tolist() == [1, 2]
    assert second.office["previous"] == 3


@pytest.mark.parametrize(
    ("score", "colour"),
    [(5, "green"), (4, "green"), (3.9999, "yellow"), (3, "yellow"), (2.9999, "red"), (np.nan, "grey")],
)
def test_lights_change_at_4_and_3(score: float, colour: str) -> None:
    assert light(np.array([score]), 4, 3)[0] == colour


def test_the_edges_of_the_lights_are_settings() -> None:
    plan = plan_of(_weights(("A", "100")), green_from="2", yellow_from="1.5")
    assert [one(card(plan, [report("U1", "A", 1, v)], 1), "A")["light"] for v in ("70", "65", "61")] == [
        "green",
        "yellow",
        "red",
    ]


@pytest.mark.parametrize(
    ("direction", "scoring", "result", "status"),
    [
        ("higher", "none", "95", "on"), ("higher", "none", "94.99", "behind"), ("higher", "none", "105", "on"),
        ("higher", "none", "105.01", "ahead"), ("lower", "none", "105.01", "behind"), ("lower", "none", "94", "ahead"),
        ("middle", "none", "10", ""), ("higher", "level", "99", "behind"), ("higher", "level", "100", "on"),
    ],
)  # fmt: skip
def test_plan_status_follows_direction_and_tolerance(direction: str, scoring: str, result: str, status: str) -> None:
    plan = plan_of([indicator("A", direction=direction, scoring=scoring)])
    found = one(card(plan, [report("U1", "A", 1, result)], 1, [report("U1", "A", 1, "100")]), "A")
    assert (found["computed"], found["plan"]) == (status, 100)


def test_behind_is_declared_or_computed() -> None:
    plan = plan_of([indicator("A", scoring="none")])
    on, behind = ({"entries": {"plan_status": s}} for s in ("on", "behind"))
    planned = [report("U1", "A", 1, "100")]
    declared = one(card(plan, [report("U1", "A", 1, "100", **behind)], 1, planned), "A")
    computed = one(card(plan, [report("U1", "A", 1, "50", **on)], 1, planned), "A")
    assert [declared["status"], computed["status"], computed["declared"]] == ["behind", "behind", "on"]


def test_achievement_is_result_over_target_and_blank_where_the_target_is_a_level() -> None:
    raw, level = ({"target": "80", "target_scale": s, **scored_by("interpolate", PLAIN)} for s in ("raw", "level"))
    assert score_of("100", raw)["achievement_percent"] == 125.0
    assert np.isnan(score_of("100", level)["achievement_percent"])
    assert score_of("4", {"scoring": "level", "target": "5", "target_scale": "level"})["achievement_percent"] == 80.0


# -- against exact fractions -------------------------------------------------------------------------------------------


@effort(max_examples=400)
@given(st.fractions(-100000, 100000, max_denominator=10**7), st.integers(0, 5))
def test_half_up_is_the_half_up_of_decimal_arithmetic(value: Fraction, places: int) -> None:
    unit = Fraction(1, 10**places)
    found = Fraction(Decimal(repr(half_up(value, places))))
    assert abs(found - value) <= unit / 2 + Fraction(1, 10**11)
    if abs(value) % unit == unit / 2:
        assert abs(found) >= abs(value)


@pytest.mark.parametrize(
    ("value", "rounded"),
    [("0.00005", 0.0001), ("-0.00005", -0.0001), ("2.00015", 2.0002), ("0.07515", 0.0752), ("1.5", 1.5)],
)
def test_ties_are_rounded_away_from_zero(value: str, rounded: float) -> None:
    assert half_up(Fraction(value), 4) == rounded
    found, near = half_up_float(np.array([float(value)]), 4)
    assert near[0] == (value != "1.5")
    assert near[0] or found[0] == rounded


HARD = ["60 65 75 90 100", "88 91 94 97 100", "10 8 6 4 2", "0 0.3 0.7 1.1 1.3", "1 2 4 7 11", "100 90 75 65 60", "0 7 13 29 31",
        "60 - 65 - 70", "60 65 65 90 100", "1000000 1000001 1000003 1000007 1000011"]  # fmt: skip
WEIGHTS = ["7.5", "2.5", "12.5", "0.5", "22.5", "33.33", "40", "10", "0.01", "17.25", "100", "", "1"]


def _reference_score(criteria: list[str], step: bool, x: Fraction) -> Fraction:
    """i + (x - t_i) / (t_(i+1) - t_i) for the last i that x reaches; written level by level."""
    points = [(Fraction(t), n) for n, t in enumerate(criteria, 1) if t != "-"]
    falling = points[-1][0] < points[0][0]
    reached = [(t, n) for t, n in points if (x <= t if falling else x >= t)]
    if not reached:
        return Fraction(1)
    t, n = reached[-1]
    after = [p for p in points if p[1] > n]
    if step or not after:
        return Fraction(n)
    above, m = after[0]
    return n + (m - n) * (x - t) / (above - t)


@st.composite
def _cases(draw: st.DrawFn) -> list[dict[str, Any]]:
    rows = []
    for n in range(draw(st.integers(1, 6))):
        criteria = draw(st.one_of(st.sampled_from(HARD).map(str.split), _scales()))
        step = draw(st.integers(0, 9)) == 0 and "-" not in criteria
        given_ones = [Decimal(t) for t in criteria if t != "-"]
        edge, gap = draw(st.sampled_from(given_ones)), abs(given_ones[-1] - given_ones[0]) or Decimal(1)
        values = []
        for _ in range(4):
            near = edge + draw(
                st.sampled_from([Decimal(k) / 1000 for k in (-10, -5, -1, 0, 1, 5, 10, 15, 25, 125, 305)])
            )
            inside = edge + gap * draw(st.integers(-100, 100)) / 400
            choice = draw(st.sampled_from([near, inside, draw(st.decimals(-20, 1200, places=3)), None]))
            values.append(None if choice is None else format(choice.quantize(Decimal("0.00001")).normalize(), "f"))
        rows.append({"code": f"K{n}", "criteria": criteria, "step": step, "values": values, "weight": draw(st.sampled_from(WEIGHTS)),
                     "way": draw(st.sampled_from(["last", "last", "last", "max", "sum", "mean"])),
                     "target": draw(st.sampled_from(["80", "1.6", "32", "12.8", "0.3", "100"]))})  # fmt: skip
    return rows


@st.composite
def _scales(draw: st.DrawFn) -> list[str]:
    steps = draw(st.lists(st.integers(1, 3000), min_size=4, max_size=4))
    start, places = draw(st.integers(-500, 100000)), draw(st.sampled_from([1, 10, 100, 1000]))
    sums = [start + sum(steps[:n]) for n in range(5)]
    if draw(st.booleans()):
        sums.reverse()
    return [format(Decimal(s) / places, "f") for s in sums]


def _aggregate(values: list[Fraction], way: str) -> Fraction:
    total = sum(values, Fraction(0))
    return {"last": values[-1], "max": max(values), "sum": total, "mean": total / len(values)}[way]


def _rounded(value: Fraction, places: int) -> Fraction:
    """Half up, in integers."""
    scaled = abs(value) * 10**places * 2
    whole = (scaled.numerator // scaled.denominator + 1) // 2
    return Fraction(whole if value >= 0 else -whole, 10**places)


def _same(found: float, expected: Fraction | None, places: int) -> bool:
    if expected is None:
        return bool(np.isnan(found))
    return Decimal(repr(float(found))) == Decimal(_rounded(expected, places).numerator) / Decimal(
        _rounded(expected, places).denominator
    )


TIE = [{"code": "K0", "criteria": ["60", "65", "75", "90", "100"], "step": False, "values": [None, None, None, "60.01"], "weight": "7.5",
        "way": "last", "target": "80"}]  # fmt: skip


@effort(max_examples=20)
@given(_cases(), _cases(), st.sampled_from(["0", "1"]))
@example(TIE, TIE, "0")
@example([{**TIE[0], "values": [None, None, None, "60.00125"], "target": "32"}], TIE, "0")
@example([{**TIE[0], "values": ["60", "60.03", None, None], "way": "mean"}], [{**TIE[0], "weight": "2.5"}], "1")
def test_scores_weights_and_totals_equal_exact_arithmetic(
    first: list[dict[str, Any]], second: list[dict[str, Any]], floor: str
) -> None:
    """Two units with indicators of their own: scores, weighted scores, per cent and both totals, to 4 decimals half up."""
    owned = {"U1": first, "U2": [{**r, "code": f"L{n}"} for n, r in enumerate(second)]}
    plan = plan_of(
        [indicator(r["code"], over_time=r["way"], weight=r["weight"], unit_of_measure="คน", target=r["target"],
                   **scored_by("band" if r["step"] else "interpolate", " ".join(r["criteria"]))) for rows in owned.values() for r in rows],
        {"R": "", "U1": "R", "U2": "R"},
        [{"indicator": r["code"], "unit": u} for u, rows in owned.items() for r in rows],
        unreported_at_year_end=floor,
    )  # fmt: skip
    reports = [
        report(u, r["code"], q, v)
        for u, rows in owned.items()
        for r in rows
        for q, v in enumerate(r["values"], 1)
        if v is not None
    ]
    found = card(plan, reports)
    parts: dict[str, list[tuple[Fraction, Fraction | None]]] = {"U1": [], "U2": []}
    for unit, rows in owned.items():
        for r in rows:
            given_ones = [Fraction(v) for v in r["values"] if v is not None]
            exact = (
                _reference_score(r["criteria"], r["step"], _aggregate(given_ones, r["way"]))
                if r["values"][3] is not None
                else None
            )
            line = one(found, r["code"], unit)
            weight = Fraction(r["weight"]) if r["weight"] else None
            assert _same(line["score"], exact, 4), (r, line["score"], exact)
            assert _same(line["weighted"], None if exact is None or weight is None else exact * weight / 100, 4), (
                r,
                line["weighted"],
            )
            assert _same(line["score_percent"], None if exact is None else exact * 20, 2), (r, line["score_percent"])
            if r["values"][3] is not None:
                achieved = _aggregate(given_ones, r["way"]) / Fraction(r["target"]) * 100
                assert _same(line["achievement_percent"], achieved, 2), (r, line["achievement_percent"])
            if weight:
                parts[unit].append((weight, exact))
    parts["R"] = parts["U1"] + parts["U2"]
    for unit, expected in parts.items():
        table = found.parents if unit == "R" else found.units
        line = table[table["unit"] == unit].iloc[0]
        given_weight = sum((w for w, s in expected if s is not None), Fraction(0))
        every = sum((w for w, _ in expected), Fraction(0))
        top = sum((w * s for w, s in expected if s is not None), Fraction(0))
        reported = top / given_weight if given_weight else None
        whole = (top + Fraction(floor) * (every - given_weight)) / every if given_weight else None
        assert _same(line["score_reported"], reported, 4), (unit, line["score_reported"], reported)
        assert _same(line["score_all"], whole, 4), (unit, line["score_all"], whole)
        if every:
            assert _same(line["coverage"], given_weight / every * 100, 2)


@pytest.mark.long
@effort(max_examples=500)
@given(_cases(), _cases(), st.sampled_from(["0", "1"]))
def test_many_more_scorecards_equal_exact_arithmetic(
    first: list[dict[str, Any]], second: list[dict[str, Any]], floor: str
) -> None:
    test_scores_weights_and_totals_equal_exact_arithmetic.hypothesis.inner_test(first, second, floor)  # type: ignore[attr-defined]


@effort(max_examples=300)
@given(_scales(), st.lists(st.decimals(-2000, 200000, places=3), min_size=1, max_size=20), st.booleans())
def test_float_scores_differ_from_exact_ones_only_where_they_say_so(
    criteria: list[str], values: list[Decimal], step: bool
) -> None:
    by = scale("band" if step else "interpolate", tuple(criteria))
    assert by is not None
    scores, near = score_float(by, np.array([float(v) for v in values]))
    for value, score, unsure in zip(values, scores, near, strict=True):
        assert unsure or abs(score - float(score_exact(by, Fraction(value)))) < 1e-7
        assert 1 <= score <= 5
