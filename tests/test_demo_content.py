"""What the demo office writes is like the real thing: clean where it should be, wrong in one way where damaged."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.demo import damages, fills, scenarios
from pipeline.demo.indicators import catalogue, plan_sheet
from pipeline.demo.places import LOCAL_COUNTS
from schemas.forms_index import forms
from schemas.numbers import parse
from schemas.plan import Plan
from schemas.plan_book.cells import band_low
from schemas.rows import cell_frame, number_keys, row_frame
from schemas.rules_index import rules
from schemas.scoring import computed_status, resolve_auto, to_date
from schemas.thai import skeleton

pytestmark = pytest.mark.long

FY = 2567
SIZES = [("ministry", None), ("ministry", 2), ("ministry", 40), ("province", None), ("province", 1), ("province", 30)]
SIZES += [("local", None), ("local", 1), ("local", 500)]
CRITERIA = ("c1", "c2", "c3", "c4", "c5")
SEEDS = (1, 2, 3)
CANNOT = "ยังไม่สามารถรายงานผลได้"


def as_stored(key: str, row: dict[str, str]) -> dict[str, str]:
    """A plan row as the accepted plan keeps it: choices as codes; a label that is in no list becomes "?"."""
    fields = plan_sheet(key).fields
    return {f.key: (f.choice_code(row[f.key]) or "?") if f.choices and row[f.key] else row[f.key] for f in fields}


@cache
def plan(scenario: str, units: int | None = None) -> Plan:
    """The scenario's plan as the rooms see it."""
    rows = scenarios.plan(scenario, units, FY)
    return Plan(1, FY, {key: [as_stored(key, row) for row in table] for key, table in rows.items()})


def filled(scenario: str, unit: str, seed: int) -> tuple[list[dict[str, str]], dict[str, Any], dict[str, Any]]:
    """A unit's indicators, monthly plan and quarterly results."""
    rng, indicators = random.Random(f"{seed} {unit}"), plan(scenario).assigned(unit)
    months = fills.monthly(indicators, FY, rng)
    return indicators, months, fills.quarterly(indicators, months, FY, rng)


FILLS = [(s, u, seed) for s in scenarios.SCENARIOS for u in plan(s).reporting_units[:15] for seed in SEEDS]
each_fill = pytest.mark.parametrize(("scenario", "unit", "seed"), FILLS)


# --------------------------------------------------------------------- the rules, as the validating room asks them


def _line(indicator: dict[str, str], cells: dict[str, object], quarter: str) -> dict[str, Any]:
    own = {
        k: indicator[k] for k in ("unit_of_measure", "over_time", "scoring", "negatives", "direction", "target_scale")
    }
    target = parse(indicator["target"]).value
    return own | {
        "texts": {k: str(v) for k, v in cells.items()},
        "kinds": {k: "date" if isinstance(v, date) else "text" for k, v in cells.items()},
        "quarter": quarter,
        "target": indicator["target"],
        "target_n": float("nan") if target is None else float(target),
        "code": indicator["code"],
        "basis": indicator["basis"],
    }


def _numbers(texts: list[object], percent: bool) -> list[float]:
    judged = [parse(str(t)) for t in texts]
    scale = [100 if n.status == "ratio" and percent else 1 for n in judged]
    return [float("nan") if n.value is None else float(n.value) * s for n, s in zip(judged, scale, strict=True)]


def _computed(indicator: dict[str, str], planned: dict[str, Any], year: dict[str, Any], upto: int) -> str:
    """Declared statuses are held against this: the product's own arithmetic, on the rows that report a value."""
    percent = indicator["unit_of_measure"] == "ร้อยละ"
    rows = [year[f"q{q}"][indicator["code"]] if q <= upto else {} for q in (1, 2, 3, 4)]
    if any(row and row.get("reportable") != CANNOT and not parse(str(row.get("value", ""))).given for row in rows):
        return ""  # a quarter that cannot be read says nothing about the year to date
    rows = [row if row.get("reportable") != CANNOT else {} for row in rows]
    plans = _numbers([planned.get(f"q{q}", "") for q in (1, 2, 3, 4)], percent)
    total = np.array(_numbers([planned.get("total", "")], percent))
    way = resolve_auto(
        np.array([indicator["over_time"]], object), total, np.array(plans[3:]), np.array([indicator["basis"]])
    )
    shown = np.array([[p if q < upto else np.nan for q, p in enumerate(plans)]])
    parts = [
        [parse(str(r.get("value", ""))) for r in rows],
        [parse(str(planned.get(f"q{q}", ""))) for q in (1, 2, 3, 4)],
    ]

    def over(numbers: list[Any], of: str, last: int) -> np.ndarray:
        found = [getattr(n, of) if q < last else None for q, n in enumerate(numbers)]
        return np.array([[np.nan if v is None else float(v) for v in found]])

    def aggregate(values: np.ndarray, numbers: list[Any]) -> np.ndarray:
        pairs = (over(numbers, "numerator", upto), over(numbers, "denominator", upto))
        return to_date(values, way, *pairs, np.array([percent]))

    results = np.array([_numbers([r.get("value", "") for r in rows], percent)])
    level = np.array([indicator["scoring"] == "level"])
    direction = np.array([indicator["direction"]], object)
    return computed_status(aggregate(results, parts[0]), aggregate(shown, parts[1]), direction, level, 5.0)[0]


def faults(form: str, values: dict[str, Any], indicators: list[dict[str, str]], months: dict[str, Any]) -> set[str]:
    """Codes of every rule of the form that the fill breaks."""
    codes: set[str] = set()
    tables = {"plan": values} if form == "monthly_plan" else values
    for sheet in forms()[form].sheets(FY):
        own = [i for i in indicators if any(str(v) for v in tables[sheet.key][i["code"]].values())]
        if own:
            codes |= _broken(form, sheet, own, tables, months)
    return codes


def _broken(
    form: str, sheet: Any, own: list[dict[str, str]], tables: dict[str, Any], months: dict[str, Any]
) -> set[str]:
    lines = [_line(i, tables[sheet.key][i["code"]], sheet.period or "") for i in own]
    keys = number_keys(sheet)
    cells = cell_frame(lines, keys)
    wide = row_frame(lines, cells, keys)
    for field in sheet.inputs:
        wide[field.key] = wide[field.key].fillna("") if field.key in wide else ""
        if field.kind == "choice":
            wide[f"{field.key}_code"] = [field.choice_code(t) or "" if t else "" for t in wide[field.key]]
    if sheet.period:
        upto = int(sheet.period[1])
        wide["computed"] = [_computed(i, months.get(i["code"], {}), tables, upto) for i in own]
        wide.loc[wide["reportable_code"] != "can", "computed"] = ""
    frames: dict[str, pd.DataFrame] = {"cell": cells, "row": wide}
    found = [rules()[code] for code in forms()[form].rules if rules()[code].check]
    return {r.code for r in found for c in r.cases if not r.check(frames[r.scope], c).all()}  # type: ignore[misc]


# ------------------------------------------------------------------------------------------------------------- the plan


def test_the_catalogue_is_the_24_indicators_and_the_15_sample_rows() -> None:
    cards = catalogue()
    assert len(cards) == 39
    assert sum(code.startswith("P7.") for code in cards) == 15
    assert len({skeleton(code) for code in cards}) == 39  # rows are matched by skeletons of codes


def test_every_indicator_is_used_by_some_scenario() -> None:
    used = {code for scenario in scenarios.SCENARIOS for code in plan(scenario).indicators}
    assert used == set(catalogue())


@pytest.mark.parametrize("code", list(catalogue()))
def test_criteria_run_one_way_and_in_the_direction(code: str) -> None:
    row = as_stored("indicators", catalogue()[code])
    lows = [band_low(row[c]) for c in CRITERIA]
    if row["scoring"] in ("none", "percent_of_target"):
        assert lows == [None] * 5
        assert row["weight"] == ""
    else:
        assert lows == sorted(lows, key=float, reverse=row["direction"] == "lower")
        assert row["weight"]
    if row["scoring"] == "level":
        assert all(row[f"{c}_text"] for c in CRITERIA)


@pytest.mark.parametrize("code", list(catalogue()))
def test_role_titles_stand_for_people(code: str) -> None:
    row = catalogue()[code]
    for key in ("responsible", "supporter"):
        assert row[key].startswith(("ผู้อำนวยการ", "หัวหน้า", "ปลัด", "ปศุสัตว์", "นักพัฒนา"))
    assert not any(ch.isdigit() for ch in row["responsible"] + row["supporter"])


@pytest.mark.parametrize(("scenario", "units"), SIZES)
def test_the_plan_workbook_breaks_no_rule_of_its_sheets(scenario: str, units: int | None) -> None:
    rows = scenarios.plan(scenario, units, FY)
    for key, table in rows.items():
        fields = plan_sheet(key).fields
        assert table
        for row in table:
            assert list(row) == [f.key for f in fields]
            for field in fields:
                assert not field.required or row[field.key].strip(), (key, field.key, row)
                assert (
                    not field.choices
                    or not row[field.key]
                    or field.choice_label(field.choice_code(row[field.key]) or "") == row[field.key]
                )
                assert field.kind != "number" or parse(row[field.key]).status in ("empty", "nodata", "number")


@pytest.mark.parametrize(("scenario", "units"), SIZES)
def test_every_code_that_is_named_exists_once(scenario: str, units: int | None) -> None:
    made = plan(scenario, units)
    for key in ("units", "plan", "indicators"):
        codes = [r["code"] for r in made.content[key]]
        assert len(set(codes)) == len(codes)
    assert {u["parent"] for u in made.units.values()} - {""} <= set(made.units)
    assert {i[k] for i in made.indicators.values() for k in ("dimension", "topic", "goal")} <= set(made.items)
    targets = {*made.units, *(u["type"] for u in made.units.values()), "*"}
    assert {r["unit"] for r in made.content["assignments"]} <= targets
    assert {r["indicator"] for r in made.content["assignments"]} == set(made.indicators)
    assert len({u["name"] for u in made.units.values()}) == len(made.units)


@pytest.mark.parametrize(("scenario", "units"), SIZES)
def test_exactly_the_leaves_report_and_their_weights_sum_to_100(scenario: str, units: int | None) -> None:
    made = plan(scenario, units)
    default = {"ministry": 15, "province": 13, "local": 103}[scenario]
    assert len(made.reporting_units) == (units or default)
    assert not set(made.reporting_units) & made.parents
    for unit in made.reporting_units:
        weights = [parse(i["weight"]).value for i in made.assigned(unit) if i["weight"]]
        assert sum(w for w in weights if w is not None) == 100
        assert len(made.assigned(unit)) == {"ministry": 12, "province": 10, "local": 2}[scenario]


@pytest.mark.parametrize(("scenario", "units"), SIZES)
def test_own_criteria_of_an_assignment_run_one_way(scenario: str, units: int | None) -> None:
    made = plan(scenario, units)
    for unit in made.reporting_units:
        for own in made.assigned(unit):
            lows = [band_low(own[c]) for c in CRITERIA if own[c]]
            assert lows == sorted(lows, key=float, reverse=own["direction"] == "lower")


def test_no_demonstration_deadline_has_passed_when_the_year_has_ended() -> None:
    made = plan("ministry")
    assert made.deadline(f"{FY}", "monthly_plan") == date(2027, 12, 31)
    assert all(made.deadline(f"{FY}-Q{q}", "quarterly_result") == date(2027, 12, 31) for q in (1, 2, 3, 4))
    assert made.settings["fiscal_year"] == str(FY)
    assert made.settings["plan_state"] == "confirmed"


def test_all_7850_local_administrations_in_their_exact_types_under_76_provinces() -> None:
    made = plan("local", 7850)
    leaves = [u for u in made.units.values() if u["parent"]]
    assert Counter(u["type"] for u in leaves) == LOCAL_COUNTS
    assert len(made.units) == 7850 + 76
    assert all(len(u["code"]) == 5 for u in leaves)
    assert leaves[0]["code"] == "75105"
    assert leaves[0]["name"] == "องค์การบริหารส่วนจังหวัดกระบี่"
    assert set(Counter(u["parent"] for u in leaves).values()) <= {103, 104}
    assert len({u["name"] for u in leaves}) == 7850
    assert len(made.content["assignments"]) < 10


@pytest.mark.parametrize("units", [0, -1, 7851])
def test_an_impossible_number_of_units_is_refused(units: int) -> None:
    with pytest.raises(ValueError, match="units"):
        scenarios.plan("local", units, FY)


def test_leading_zeros_of_unit_codes_are_kept() -> None:
    assert plan("ministry").reporting_units[0] == "03001"


# ------------------------------------------------------------------------------------------------------------ the fills


@each_fill
def test_clean_fills_break_no_rule_but_say_how_ratios_were_read(scenario: str, unit: str, seed: int) -> None:
    indicators, months, year = filled(scenario, unit, seed)
    assert faults("monthly_plan", months, indicators, months) <= {"I_RATIO"}
    assert faults("quarterly_result", year, indicators, months) <= {"I_RATIO"}


@each_fill
def test_only_fields_of_the_forms_are_filled_and_figures_parse(scenario: str, unit: str, seed: int) -> None:
    indicators, months, year = filled(scenario, unit, seed)
    (plan_form,) = forms()["monthly_plan"].sheets(FY)
    result_forms = {s.key: s for s in forms()["quarterly_result"].sheets(FY)}
    for sheet, table in [(plan_form, months), *((result_forms[k], t) for k, t in year.items())]:
        inputs = {f.key: f for f in sheet.inputs}
        assert list(table) == [i["code"] for i in indicators]
        for cells in table.values():
            assert set(cells) <= set(inputs)
            for key, typed in cells.items():
                assert inputs[key].kind != "number" or not parse(str(typed)).status.startswith("E_"), (key, typed)
                assert (
                    not inputs[key].choices
                    or not typed
                    or inputs[key].choice_label(inputs[key].choice_code(str(typed)) or "") == typed
                )


@each_fill
def test_past_results_are_the_plan_s_baselines(scenario: str, unit: str, seed: int) -> None:
    indicators, months, _ = filled(scenario, unit, seed)
    for own in indicators:
        assert all(months[own["code"]][f"res_-{n}"] == own[f"baseline{n}"] for n in (1, 2, 3))


@each_fill
def test_no_words_are_repeated_from_one_quarter_to_the_next(scenario: str, unit: str, seed: int) -> None:
    indicators, _, year = filled(scenario, unit, seed)
    for own in indicators:
        for key in ("details", "problem", "remedy"):
            told = [text for q in (1, 2, 3, 4) if (text := year[f"q{q}"][own["code"]].get(key))]
            assert len(set(told)) == len(told)


def test_the_same_seed_tells_the_same_story_and_another_seed_another() -> None:
    assert filled("ministry", "03001", 1) == filled("ministry", "03001", 1)
    assert filled("ministry", "03001", 1)[1:] != filled("ministry", "03001", 2)[1:]


def test_quarters_asked_for_alone_are_those_of_the_whole_year() -> None:
    indicators, months, _ = filled("ministry", "03004", 1)
    whole = fills.quarterly(indicators, months, FY, random.Random(9))
    assert fills.quarterly(indicators, months, FY, random.Random(9), (1, 2)) == {k: whole[k] for k in ("q1", "q2")}


def test_units_differ_in_their_figures() -> None:
    seen = [str(filled("local", unit, 1)[1]) for unit in plan("local").reporting_units]
    assert len(set(seen)) == len(seen)


def test_the_shape_of_results_is_that_of_real_ones() -> None:
    final, rows, totals = Counter(), Counter(), Counter()
    for unit in plan("ministry").reporting_units:
        for seed in range(8):
            indicators, months, year = filled("ministry", unit, seed)
            for own in indicators:
                row, style = year["q4"][own["code"]], months[own["code"]]
                totals[
                    "months"
                    if style.get("m12")
                    else "quarters"
                    if style.get("q4")
                    else "total"
                    if style.get("total")
                    else "none"
                ] += 1
                for q in (1, 2, 3, 4):
                    cells = year[f"q{q}"][own["code"]]
                    rows[q, cells.get("reportable", "blank")] += 1
                    rows["zero"] += cells.get("value") == "0"
                final[row.get("plan_status", "none")] += 1
    whole = sum(final.values())
    assert 0.55 <= final["เป็นไปตามแผน"] / whole <= 0.85
    assert 0.08 <= final["เร็วกว่าแผน"] / whole <= 0.3
    assert 0.03 <= final["ล่าช้ากว่าแผน"] / whole <= 0.2
    assert rows[1, "ยังไม่สามารถรายงานผลได้"] > rows[4, "ยังไม่สามารถรายงานผลได้"]
    assert rows["zero"] and rows[1, "blank"]
    assert min(totals[k] for k in ("months", "quarters", "total", "none")) > 0


# ---------------------------------------------------------------------------------------------------------- the damages

# A broken total also shows where it is added up; one cause, told once, is the business of the reply.
FOLLOWS = {"E_QTOTAL": {"E_SUM"}}


@pytest.mark.parametrize("form", ["monthly_plan", "quarterly_result"])
@pytest.mark.parametrize("scenario", list(scenarios.SCENARIOS))
def test_a_damaged_fill_has_the_one_error_that_its_description_names(scenario: str, form: str) -> None:
    seen = Counter()
    for seed in range(40):
        unit = plan(scenario).reporting_units[seed % 13]
        indicators, months, year = filled(scenario, unit, seed)
        clean = months if form == "monthly_plan" else year
        before = str(clean)
        damaged, said = damages.damage(form, clean, indicators, random.Random(seed))
        code = said.split()[0]
        found = faults(form, damaged, indicators, damaged if form == "monthly_plan" else months)
        assert code in found, said
        errors = {c for c in found if rules()[c].severity == "error"}
        assert errors <= {code} | FOLLOWS.get(code, set()), (said, found)
        assert str(clean) == before
        assert len(_changes(clean, damaged)) == 1, said
        seen[code] += 1
    assert len(seen) >= 3


def _changes(clean: Any, damaged: Any) -> list[tuple[object, object]]:
    """Every cell that differs."""
    if isinstance(clean, dict) and isinstance(damaged, dict):
        keys = {*clean, *damaged}
        return [pair for k in keys for pair in _changes(clean.get(k, ""), damaged.get(k, ""))]
    return [] if clean == damaged else [(clean, damaged)]


def test_all_the_everyday_mistakes_occur() -> None:
    indicators, months, year = filled("ministry", "03008", 1)
    said = set()
    for seed in range(400):
        for form, values in (("monthly_plan", months), ("quarterly_result", year)):
            line = damages.damage(form, values, indicators, random.Random(seed))[1]
            said.add(line.split()[0])
    assert said >= {
        "E_CHAR",
        "E_FORM",
        "E_DATE",
        "E_QTOTAL",
        "E_GTOTAL",
        "E_SUM",
        "E_VALUE",
        "E_VALUE_FORBIDDEN",
        "E_DETAILS",
        "E_CHOICE",
        "E_EVIDENCE",
    }


def test_the_same_seed_does_the_same_damage() -> None:
    indicators, months, _ = filled("ministry", "03008", 1)
    assert damages.damage("monthly_plan", months, indicators, random.Random(5)) == damages.damage(
        "monthly_plan", months, indicators, random.Random(5)
    )


def test_another_form_cannot_be_damaged() -> None:
    with pytest.raises(ValueError, match="evidence"):
        damages.damage("evidence", {}, [], random.Random(1))
