"""Consolidated rows -> Scorecard: results to date, scores, lights, status, totals per unit and parent, ranks, trend."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa

from pipeline.model import Scorecard
from schemas import rollup
from schemas.frames import PlanRow, QuarterRow, RestatedRow, RollupRow, ScoreRow, TotalRow, TrendRow
from schemas.numbers import parse
from schemas.plan import CRITERIA, Plan
from schemas.rows import PERCENT_UNIT
from schemas.scoring import (
    Scale,
    bands,
    computed_status,
    figures_of,
    half_up,
    half_up_float,
    light,
    pmqa_points,
    resolve_auto,
    scale,
    score_exact,
    score_float,
    to_date,
    to_date_exact,
)
from schemas.states import LOCKED

_ATTRIBUTES = [
    c
    for c in ScoreRow.to_schema().columns
    if c
    in {
        "unit",
        "unit_name",
        "unit_short",
        "unit_type",
        "parent",
        "parent_name",
        "indicator",
        "indicator_name",
        "unit_of_measure",
        "type",
        "dimension",
        "dimension_name",
        "goal",
        "goal_name",
        "weight",
        "target",
        "target_scale",
        "direction",
        "scoring",
        "over_time",
        "levels",
        *CRITERIA,
        "baseline3",
        "baseline2",
        "baseline1",
    }
]


def scorecard(
    wide: pd.DataFrame,
    plan: Plan,
    period: str,
    as_of: datetime,
    restated: pd.DataFrame | None = None,
    last_year: pd.DataFrame | None = None,
    last_year_headline: float = np.nan,
) -> Scorecard:
    """Score one quarter of the year (`period` "2567-Q2"); quarters after it are not looked at.

    `restated` (`schemas.frames.RestatedRow`) is carried along for the reports that tell of it; `last_year` and
    `last_year_headline` are what `quarter_of` and `headline_of` say of the same quarter a year ago.
    """
    last = int(period[-1])
    quarters = {q: _Quarter(wide, plan, q) for q in range(1, last + 1)}
    now, before = quarters[last], quarters.get(last - 1)
    rows = _beside_last_year(now.rows(before), last_year)
    groups = _Groups(wide, plan)
    units = _unit_totals(now, before, plan, groups)
    parents, office = _parent_totals(now, before, plan, groups)
    return Scorecard(
        plan.fiscal_year,
        period,
        as_of,
        plan.settings["office_name"],
        plan.revision,
        ScoreRow.validate(rows),
        TotalRow.validate(units),
        TotalRow.validate(parents),
        TrendRow.validate(_trend(quarters, plan, groups)),
        {**office, "last_year": last_year_headline},
        plan.settings,
        pd.DataFrame(list(plan.content.get("plan", [])), columns=["kind", "code", "text", "parent"]).fillna(""),
        QuarterRow.validate(pd.concat([quarters[q].told() for q in quarters], ignore_index=True)),
        RestatedRow.validate(none_restated() if restated is None else restated),
        _definitions(plan),
        {f"{plan.fiscal_year}-Q{q}": _day(plan, q) for q in (1, 2, 3, 4)},
        plans=PlanRow.validate(_plans(wide)),
        rollups=RollupRow.validate(_rollups(now, groups)),
    )


def quarter_of(wide: pd.DataFrame, plan: Plan, q: int) -> pd.DataFrame:
    """unit, indicator, unit_of_measure, plan, result and score of one quarter: what next year's report compares with."""
    quarter = _Quarter(wide, plan, q)
    columns = {"plan": quarter.planned, "result": quarter.result, "score": quarter.score}
    return wide[["unit", "indicator", "unit_of_measure"]].assign(**columns)


def headline_of(wide: pd.DataFrame, plan: Plan, q: int) -> float:
    """The office's headline total in one quarter by that year's plan and settings; NaN where nothing had a score."""
    return float(_parent_totals(_Quarter(wide, plan, q), None, plan, _Groups(wide, plan))[1]["headline"])


def _beside_last_year(rows: pd.DataFrame, last_year: pd.DataFrame | None) -> pd.DataFrame:
    """The rows with last year's plan, result and score where unit, indicator and unit of measure are the same."""
    names = {k: f"last_year_{k}" for k in ("plan", "result", "score")}
    if last_year is None:
        return rows.assign(**dict.fromkeys(names.values(), np.nan))
    keys = ["unit", "indicator", "unit_of_measure"]
    known = last_year.rename(columns=names).drop_duplicates(keys).astype(dict.fromkeys(keys, "str"))
    return rows.merge(known, on=keys, how="left").set_axis(rows.index)


def _plans(wide: pd.DataFrame) -> pd.DataFrame:
    named = wide[["unit", "indicator", "plan_total", "p1", "p2", "p3", "p4"]].set_axis(
        list(PlanRow.to_schema().columns), axis=1
    )
    return named.astype({"unit": "str", "indicator": "str"})


def _rollups(now: _Quarter, groups: _Groups) -> pd.DataFrame:
    """Every indicator over the units of each parent and of the office, in the order of the plan."""
    every = now.of_units().iloc[groups.at].assign(group=groups.labels)
    every = every[every["applies"]]
    parts = every.groupby(rollup.KEYS, sort=False)
    lights = {c: every["light"] == c for c in ("green", "yellow", "red", "grey")}
    marks = every.assign(**lights, behind=every["status"] == "behind", known=every["value"].notna())
    counts = marks.groupby(rollup.KEYS, sort=False)[["known", *lights, "behind"]].sum().astype("int64")
    table = parts[["indicator_name", "unit_of_measure", "direction", "way"]].first().join(counts)
    table["units"], table["target"] = parts.size(), rollup.common_target(every)
    table["result"], table["low"], table["high"] = rollup.rolled_up(every), parts["value"].min(), parts["value"].max()
    found = table.reset_index().rename(columns={"way": "over_units", "known": "reported"})
    return found[list(RollupRow.to_schema().columns)].astype(dict.fromkeys(_texts(RollupRow), "str"))


def at_quarter(wide: pd.DataFrame, plan: Plan, q: int) -> tuple[np.ndarray, pd.DataFrame]:
    """(score of each row, headline, coverage and rank by unit) at a quarter: what one figure more or less would do."""
    quarter = _Quarter(wide, plan, q)
    codes = wide["unit"].to_numpy(dtype=object).astype(str)
    totals = quarter.totals(codes, np.arange(len(wide)))[["headline", "coverage"]]
    return quarter.score, totals.assign(rank=ranks(totals, plan))


def _day(plan: Plan, q: int) -> str:
    return plan.deadline(f"{plan.fiscal_year}-Q{q}", "quarterly_result").isoformat()


def none_restated() -> pd.DataFrame:
    """`schemas.frames.RestatedRow` without a line."""
    kinds = {c: "float64" if "float" in str(t.dtype) else "str" for c, t in RestatedRow.to_schema().columns.items()}
    return pd.DataFrame({c: pd.Series([], dtype=kind) for c, kind in kinds.items()})


def _definitions(plan: Plan) -> dict[str, dict[str, str]]:
    """Each indicator as the plan has it, with the words of its dimension, goal, topic and strategic issue."""
    found = {}
    for code, indicator in plan.indicators.items():
        goal = plan.items.get(indicator.get("goal", ""), {})
        words = {k: plan.items.get(indicator.get(k, ""), {}).get("text", "") for k in ("dimension", "topic", "goal")}
        issue = plan.items.get(goal.get("parent", ""), {}).get("text", "")
        found[code] = {**indicator, **{f"{k}_name": text for k, text in words.items()}, "issue_name": issue}
    return found


# What `schemas.scoring.scale` is told of a row beside its criteria, which depend on the quarter.
_SCALE_KEYS = ("scoring", "direction", "target_text", "levels")


def _criteria_at(wide: pd.DataFrame, q: int) -> pd.DataFrame:
    """The criteria in force: in quarters 1 and 2 those of round 1 (รอบที่ 1) where the plan gives them."""
    usual = wide[list(CRITERIA)]
    if q > 2:
        return usual
    first = wide[[f"h1{c}" for c in CRITERIA]].set_axis(list(CRITERIA), axis=1)
    given = (first != "").any(axis=1)
    return usual.where(~given, first)


class _Quarter:
    """Results, scores and status of every row at one quarter."""

    def __init__(self, wide: pd.DataFrame, plan: Plan, q: int) -> None:
        self.wide, self.plan, self.q = wide, plan, q
        self.ways = resolve_auto(
            wide["over_time"].to_numpy(dtype=object),
            wide["plan_total"].to_numpy(dtype=float),
            wide["p4"].to_numpy(dtype=float),
            wide["basis"].to_numpy(dtype=object),
        )
        self.applies = (wide["applies"] != "no").to_numpy()
        self.criteria = _criteria_at(wide, q)
        self.percent = (wide["unit_of_measure"] == PERCENT_UNIT).to_numpy()
        self.said = np.where(self.applies, wide[f"said{q}"].to_numpy(dtype=object), "not_applicable")
        self.result = self._result()
        self.planned = self._planned()
        carried = (self.said == "not_due") & ~np.isnan(self.result)
        self.counted = ((self.said == "reported") | carried) & ~np.isnan(self.result)
        self.raw, self.score, self.weighted = self._scores()
        self.light = light(self.score, plan.number("green_from"), plan.number("yellow_from"))
        self.declared = wide[f"plan_status{q}"].to_numpy(dtype=object)
        self.computed = np.where(
            self.counted,
            computed_status(
                self.result,
                self.planned,
                wide["direction"].to_numpy(dtype=object),
                (wide["scoring"] == "level").to_numpy(),
                plan.number("status_tolerance"),
            ),
            "",
        )
        self.declared = np.where(self.applies, self.declared, "")
        both_behind = (self.declared == "behind") | (self.computed == "behind")
        self.status = np.where(both_behind, "behind", np.where(self.declared != "", self.declared, self.computed))

    # -- results and plans to date ---------------------------------------------------------------------------------

    def _matrix(self, letter: str) -> np.ndarray:
        return np.column_stack([self.wide[f"{letter}{n}"].to_numpy(dtype=float) for n in range(1, self.q + 1)])

    def _parts(self, letter: str) -> np.ndarray:
        return np.column_stack(
            [
                pd.to_numeric(self.wide[f"{letter}{n}"], errors="coerce").to_numpy(dtype=float)
                for n in range(1, self.q + 1)
            ]
        )

    def _result(self) -> np.ndarray:
        return to_date(self._matrix("v"), self.ways, self._parts("n"), self._parts("d"), self.percent)

    def of_units(self) -> pd.DataFrame:
        """What a roll-up over units is made from, a row each; see `schemas.rollup`."""
        numerator, denominator = rollup.pooled_parts(self._matrix("v"), self.ways, self._parts("n"), self._parts("d"))
        columns = {
            "way": self.wide["over_units"],
            "value": np.where(self.counted, self.result, np.nan),
            "numerator": numerator,
            "denominator": denominator,
            "percent": self.percent,
            "applies": self.applies,
            "light": self.light,
            "status": self.status,
        }
        level = (self.wide["target_scale"] == "level") & (self.wide["scoring"] != "level")
        columns["target"] = self.wide["target"].mask(level)  # a level beside results would be read as one of them
        names = ["indicator", "indicator_name", "unit_of_measure", "direction", "weight"]
        return self.wide[names].assign(**columns)

    def _planned(self) -> np.ndarray:
        ways = np.where(self.ways == "ratio", "last", self.ways)
        found = to_date(self._matrix("p"), ways)
        total = self.wide["plan_total"].to_numpy(dtype=float)
        return np.where(np.isnan(found) & (self.q == 4), total, found)

    def _exact_result(self, n: int) -> Fraction | None:
        row = self.wide.iloc[n]
        values, pairs = [], []
        for q in range(1, self.q + 1):
            value, pair = figures_of({"value": row[f"x{q}"], "numerator": row[f"n{q}"], "denominator": row[f"d{q}"]})
            if pair and self.percent[n]:
                value = pair[0] / pair[1] * 100
            elif pair:
                value = pair[0] / pair[1]
            values.append(value)
            pairs.append(pair)
        return to_date_exact(values, str(self.ways[n]), pairs, bool(self.percent[n]))

    # -- scores -----------------------------------------------------------------------------------------------------

    def scale_of(self, n: int) -> Scale | None:
        """The scale of a row, with the criteria in force this quarter."""
        scoring, direction, target, levels = (str(self.wide[k].iat[n]) for k in _SCALE_KEYS)
        return scale(scoring, tuple(self.criteria.iloc[n]), direction, target, levels)

    def exact_score(self, n: int) -> Fraction | None:
        """The unrounded score of a row as a fraction; None where it has none."""
        by = self.scale_of(n)
        value = self._exact_result(n) if self.counted[n] else None
        return score_exact(by, value) - self._penalty(n) if by and value is not None else None

    def _penalty(self, n: int) -> Fraction:
        per_report = Fraction(str(self.plan.settings["late_penalty"]))
        if not per_report:
            return Fraction(0)
        times = sum(bool(self.wide[f"late{q}"].iat[n]) for q in range(1, self.q + 1))
        by = self.scale_of(n)
        value = self._exact_result(n)
        room = score_exact(by, value) - 1 if by and value is not None else Fraction(0)
        return min(per_report * times, max(room, Fraction(0)))

    def weight_exact(self, n: int) -> Fraction:
        """A row's weight as a fraction, 0 where none is given."""
        number = parse(self.wide["weight_text"].iat[n])
        return Fraction(number.value) if number.value is not None else Fraction(0)

    def _scores(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(unrounded, score to 4 decimals, weighted score to 4 decimals), rounded half up and exact."""
        count = len(self.wide)
        raw, unsure = np.full(count, np.nan), np.zeros(count, dtype=bool)
        keys = [self.wide[k] for k in _SCALE_KEYS] + [self.criteria[c] for c in CRITERIA]
        for at in self.wide.groupby(keys, sort=False).indices.values():
            by = self.scale_of(int(at[0]))
            if by is None:
                continue
            at = at[self.counted[at]]
            raw[at], near = score_float(by, self.result[at])
            unsure[at] |= near
        if Fraction(str(self.plan.settings["late_penalty"])):
            unsure |= self.counted
        for n in np.flatnonzero(unsure & ~np.isnan(raw)):
            raw[n] = float(self.exact_score(int(n)) or 0)
        score, near = half_up_float(raw, 4)
        weights = self.wide["weight"].to_numpy(dtype=float)
        weighted, near_weighted = half_up_float(raw * weights / 100, 4)
        for n in np.flatnonzero(near | near_weighted):
            exact = self.exact_score(int(n)) or Fraction(0)
            score[n] = half_up(exact, 4)
            weighted[n] = half_up(exact * self.weight_exact(int(n)) / 100, 4) if weights[n] == weights[n] else np.nan
        return raw, score, weighted

    def _rounded_to_2(self, values: np.ndarray, exact: Callable[[int], Fraction | None]) -> np.ndarray:
        """Per cents to 2 decimals, half up; those near a tie again from `exact(row)`."""
        rounded, near = half_up_float(values, 2)
        for n in np.flatnonzero(near):
            rounded[n] = half_up(exact(int(n)) or Fraction(0), 2)
        return rounded

    def _exact_achievement(self, n: int) -> Fraction | None:
        result, target = self._exact_result(n), parse(self.wide["target_text"].iat[n]).value
        return result / Fraction(target) * 100 if result is not None and target else None

    def _points(self) -> np.ndarray:
        found = np.full(len(self.wide), np.nan)
        table = bands(self.plan.settings["bands"])
        for n in np.flatnonzero((self.wide["scoring"] == "percent_of_target").to_numpy() & self.counted):
            target, result = parse(self.wide["target_text"].iat[n]).value, self._exact_result(int(n))
            points = (
                pmqa_points(result, Fraction(target), self.wide["direction"].iat[n], table)
                if target is not None and result is not None
                else None
            )
            if points:
                found[n] = points[1]
        return found

    def rows(self, before: _Quarter | None) -> pd.DataFrame:
        """The rows of the scorecard; see `schemas.frames.ScoreRow`."""
        wide, q = self.wide, self.q
        target = wide["target"].to_numpy(dtype=float)
        with np.errstate(invalid="ignore", divide="ignore"):
            achievement = np.where(
                (wide["target_scale"] == "level").to_numpy() & (wide["scoring"] != "level").to_numpy() | (target == 0),
                np.nan,
                self.result / target * 100,
            )
        rows = wide[_ATTRIBUTES].assign(**{c: self.criteria[c] for c in CRITERIA})
        extra: dict[str, Any] = {
            "weight_used": self._weight_used(),
            "plan": self.planned,
            "value": wide[f"v{q}"].to_numpy(dtype=float),
            "result": self.result,
            "achievement_percent": self._rounded_to_2(achievement, self._exact_achievement),
            "score": self.score,
            "score_percent": self._rounded_to_2(self.raw * 20, lambda n: (self.exact_score(n) or Fraction(0)) * 20),
            "weighted": self.weighted,
            "points": self._points(),
            "previous_score": before.score if before else np.full(len(wide), np.nan),
            "light": self.light,
            "declared": self.declared,
            "computed": self.computed,
            "status": self.status,
            "reported": self.said,
            "state": wide[f"state{q}"].to_numpy(dtype=object),
            "state_text": wide[f"state_text{q}"].to_numpy(dtype=object),
            "late": wide[f"late{q}"].to_numpy(dtype=bool),
            **{
                w: wide[f"{w}{q}"].to_numpy(dtype=object)
                for w in (
                    "details",
                    "problem",
                    "remedy",
                    "evidence",
                    "notes",
                    "file",
                    "sha256",
                    "sheet",
                    "cell",
                    "received_at",
                )
            },
            "submission": wide[f"submission{q}"].to_numpy(dtype=int),
        }
        rows = pd.concat([rows, pd.DataFrame(extra, index=rows.index)], axis=1)
        return rows.astype(dict.fromkeys(_texts(ScoreRow), "str"))

    def _weight_used(self) -> np.ndarray:
        """Weights after what is not applicable has handed its own on, in proportion, to the unit's other indicators."""
        weight = self.wide["weight"].to_numpy(dtype=float)
        units = self.wide["unit"]
        every = pd.Series(np.nan_to_num(weight)).groupby(units.to_numpy()).transform("sum").to_numpy()
        used = pd.Series(np.where(self.applies, np.nan_to_num(weight), 0.0)).groupby(units.to_numpy()).transform("sum")
        share = np.where(used > 0, every / used.where(used > 0), np.nan)
        whole = np.where(self.applies, np.where(share == 1, weight, half_up_float(weight * share, 4)[0]), 0.0)
        return np.where(np.isnan(weight), np.nan, whole)

    def told(self) -> pd.DataFrame:
        """The quarter as `schemas.frames.QuarterRow`."""
        wide, q = self.wide, self.q
        kinds = {c: str(column.dtype) for c, column in QuarterRow.to_schema().columns.items()}
        columns = {
            "unit": wide["unit"],
            "indicator": wide["indicator"],
            "period": f"{self.plan.fiscal_year}-Q{q}",
            "plan": self.planned,
            "value": wide[f"v{q}"],
            "result": self.result,
            "score": self.score,
            "weighted": self.weighted,
            "points": self._points(),
            "light": self.light,
            "status": self.status,
            "reported": self.said,
            **{w: wide[f"{w}{q}"] for w in ("state", "details", "problem", "remedy", "evidence")},
            **{w: wide[f"{w}{q}"] for w in ("late", "file", "received_at")},
        }
        frame = pd.DataFrame(columns, index=wide.index)[list(kinds)]
        return frame.astype({c: "str" if "str" in kind else kind for c, kind in kinds.items()})

    # -- totals -----------------------------------------------------------------------------------------------------

    def totals(self, labels: np.ndarray, at: np.ndarray) -> pd.DataFrame:
        """Totals per label (index): counts, coverage, the two totals, headline. Row `at[k]` belongs to `labels[k]`; a row
        may belong to several (its unit's parents, the whole office)."""
        weight = np.nan_to_num(self.wide["weight"].to_numpy(dtype=float))
        scorable = ((weight > 0) & ~self.wide["scoring"].isin(["none", "percent_of_target"])).to_numpy() & self.applies
        scored = scorable & ~np.isnan(self.raw)
        floor = Fraction(parse(self.plan.settings["unreported_at_year_end"]).value or 0) if self.q == 4 else Fraction(0)
        table = (
            pd.DataFrame(
                {
                    "w": np.where(scorable, weight, 0.0),
                    "wr": np.where(scored, weight, 0.0),
                    "ws": np.where(scored, weight * np.nan_to_num(self.raw), 0.0),
                    "indicators": self.applies.astype(int),
                    "reported": (self.said == "reported").astype(int),
                    "confirmed": (self.wide[f"state{self.q}"].isin(LOCKED).to_numpy() & self.applies).astype(int),
                    "held": (self.said == "held").astype(int),
                    "behind": (self.status == "behind").astype(int),
                    "late": self.wide[f"late{self.q}"].astype(int).to_numpy(),
                    **{c: ((self.light == c) & self.applies).astype(int) for c in ("green", "yellow", "red", "grey")},
                }
            )
            .iloc[at]
            .groupby(labels, sort=False)
            .sum()
        )
        share = np.where(
            table["w"] > 0,
            table["wr"] / table["w"].where(table["w"] > 0),
            table["reported"] / table["indicators"].where(table["indicators"] > 0, 1),
        )
        table["coverage"], near = half_up_float(share * 100, 2)
        reported = (table["ws"] / table["wr"].where(table["wr"] > 0)).to_numpy()
        whole = (
            (table["ws"] + float(floor) * (table["w"] - table["wr"])) / table["w"].where(table["wr"] > 0)
        ).to_numpy()
        members = {str(g): at[n] for g, n in pd.Series(labels).groupby(labels, sort=False).indices.items()}
        for place in np.flatnonzero(near & (table["w"] > 0).to_numpy()):
            rows = [int(n) for n in members[str(table.index[place])] if scorable[n]]
            given = sum((self.weight_exact(n) for n in rows if scored[n]), Fraction(0))
            exact = given / sum((self.weight_exact(n) for n in rows), Fraction(0))
            table.iloc[place, table.columns.get_loc("coverage")] = half_up(exact * 100, 2)
        table["score_reported"] = self._rounded(reported, table.index, members, scored, scored, floor)
        table["score_all"] = self._rounded(whole, table.index, members, scored, scorable, floor)
        table["headline"] = table["score_all" if self.plan.settings["headline"] == "all" else "score_reported"]
        table["headline_percent"] = half_up_float(table["headline"].to_numpy(dtype=float) * 20, 2)[0]
        table["light"] = light(
            table["headline"].to_numpy(dtype=float), self.plan.number("green_from"), self.plan.number("yellow_from")
        )
        return table

    def _rounded(
        self,
        values: np.ndarray,
        index: pd.Index,
        members: Mapping[str, np.ndarray],
        scored: np.ndarray,
        counted: np.ndarray,
        floor: Fraction,
    ) -> np.ndarray:
        """Totals to 4 decimals, half up; those near a tie again from exact parts (`counted` rows make the divisor)."""
        rounded, near = half_up_float(values, 4)
        for place in np.flatnonzero(near):
            rows = [int(n) for n in members[str(index[place])] if counted[n]]
            top = sum(
                (self.weight_exact(n) * ((self.exact_score(n) or floor) if scored[n] else floor) for n in rows),
                Fraction(0),
            )
            rounded[place] = half_up(top / sum((self.weight_exact(n) for n in rows), Fraction(0)), 4)
        return rounded


class _Groups:
    """Which rows stand under which unit, and under which parent (all its ancestors) and the office ("")."""

    def __init__(self, wide: pd.DataFrame, plan: Plan) -> None:
        codes = wide["unit"].to_numpy(dtype=object)
        self.units, self.rows = codes.astype(str), np.arange(len(wide))
        self.chains = {u: _ancestors(plan, u) for u in dict.fromkeys(codes)}
        parents = {p for c in self.chains.values() for p in c}
        under = {u: [*c, *([u] if u in parents else []), ""] for u, c in self.chains.items()}
        self.at = np.repeat(self.rows, [len(under[u]) for u in codes])
        self.labels = np.array([label for u in codes for label in under[u]], dtype=str)
        self.parents = [p for p in plan.units if p in parents]
        self.behind_each: dict[str, list[str]] = {}
        for unit, labels in under.items():
            for label in labels:
                self.behind_each.setdefault(label, []).append(unit)


def _unit_totals(now: _Quarter, before: _Quarter | None, plan: Plan, groups: _Groups) -> pd.DataFrame:
    table = now.totals(groups.units, groups.rows)
    who = now.wide.drop_duplicates("unit").set_index("unit")[
        ["unit_name", "unit_short", "unit_type", "parent", "parent_name"]
    ]
    table = who.join(table).reset_index(names="unit")
    table["units"] = 1
    table["units_reporting"] = (table["reported"] > 0).astype(int)
    table["previous"] = (
        before.totals(groups.units, groups.rows)["headline"].reindex(table["unit"]).to_numpy() if before else np.nan
    )
    table["rank"] = ranks(table, plan)
    return _typed(table)


def ranks(table: pd.DataFrame, plan: Plan) -> pd.Series:
    """1 is best; ties share a rank; units below the coverage that ranking asks for have none."""
    eligible = table["headline"].where(table["coverage"] >= plan.number("ranking_coverage"))
    return eligible.rank(method="min", ascending=False)


def _ancestors(plan: Plan, unit: str) -> list[str]:
    chain: list[str] = []
    parent = plan.units.get(unit, {}).get("parent", "")
    while parent and parent not in chain and parent in plan.units:
        chain.append(parent)
        parent = plan.units[parent].get("parent", "")
    return chain


def _parent_totals(
    now: _Quarter, before: _Quarter | None, plan: Plan, groups: _Groups
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Totals of every unit that has others under it, over all rows below it; and of the whole office."""
    table = now.totals(groups.labels, groups.at)
    table["previous"] = before.totals(groups.labels, groups.at)["headline"].reindex(table.index) if before else np.nan
    reporting = set(now.wide.loc[now.said == "reported", "unit"])
    table["units"] = [len(groups.behind_each[g]) for g in table.index]
    table["units_reporting"] = [len(reporting.intersection(groups.behind_each[g])) for g in table.index]
    office = table.loc[""].to_dict()
    who = pd.DataFrame(
        [_who(plan, p) for p in groups.parents],
        columns=["unit", "unit_name", "unit_short", "unit_type", "parent", "parent_name"],
    )
    parents = who.join(table, on="unit")
    parents["rank"] = np.nan
    return _typed(parents), office


def _who(plan: Plan, unit: str) -> dict[str, str]:
    row = plan.units[unit]
    parent = row.get("parent", "")
    return {
        "unit": unit,
        "unit_name": row.get("name", ""),
        "unit_short": row.get("short_name") or row.get("name", ""),
        "unit_type": row.get("type", ""),
        "parent": parent,
        "parent_name": plan.units.get(parent, {}).get("name", ""),
    }


def _texts(model: type[pa.DataFrameModel]) -> list[str]:
    return [
        c for c, column in model.to_schema().columns.items() if column.dtype.type is str or "str" in str(column.dtype)
    ]


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    """The columns of TotalRow in their order and types."""
    texts = _texts(TotalRow)
    columns = TotalRow.to_schema().columns
    whole = [c for c, column in columns.items() if "int" in str(column.dtype)]
    kinds = {c: "str" if c in texts else "int64" if c in whole else "float64" for c in columns}
    return table[list(columns)].astype(kinds).reset_index(drop=True)


def _trend(quarters: Mapping[int, _Quarter], plan: Plan, groups: _Groups) -> pd.DataFrame:
    parts = []
    for q, quarter in quarters.items():
        for labels, at in ((groups.units, groups.rows), (groups.labels, groups.at)):
            table = quarter.totals(labels, at)[["headline", "coverage"]].reset_index(names="unit")
            parts.append(table.assign(period=f"{plan.fiscal_year}-Q{q}"))
    frame = pd.concat(parts, ignore_index=True)[["unit", "period", "headline", "coverage"]].drop_duplicates(
        ["unit", "period"], keep="last"
    )
    return frame.astype({"unit": "str", "period": "str", "headline": "float64", "coverage": "float64"}).reset_index(
        drop=True
    )
