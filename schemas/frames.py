"""pandera models of the tables that pass between rooms: cells, rows of the scorecard, totals, trend."""

from __future__ import annotations

import pandera.pandas as pa
from pandera.typing import Series

KINDS = ("text", "number", "percent", "date", "bool", "error", "formula_empty")
LIGHTS = ("green", "yellow", "red", "grey")
# reported: a value stands; cannot: "cannot report yet"; blank: nothing sent; held: sent but waiting for correction;
# not_due: the reporting cycle asks for nothing this quarter; not_applicable: the plan says it is not this unit's.
# They stay six different things up to the last sheet.
REPORTED = ("reported", "cannot", "blank", "held", "not_due", "not_applicable")
STATUS = ("", "on", "ahead", "behind")
STATES = ("", "draft", "confirmed", "signed_off")


class ScoreRow(pa.DataFrameModel):
    """One unit x indicator at one quarter. Figures are float64 with NaN for "none"; texts are never missing."""

    unit: Series[str]
    unit_name: Series[str]
    unit_short: Series[str]
    unit_type: Series[str]
    parent: Series[str]
    parent_name: Series[str]
    indicator: Series[str]
    indicator_name: Series[str]
    unit_of_measure: Series[str]
    type: Series[str]
    dimension: Series[str]
    dimension_name: Series[str]
    goal: Series[str]
    goal_name: Series[str]
    weight: Series[float] = pa.Field(nullable=True)
    weight_used: Series[float] = pa.Field(
        nullable=True
    )  # with the share handed on by what is not applicable, 4 decimals
    target: Series[float] = pa.Field(nullable=True)
    target_scale: Series[str]
    direction: Series[str]
    scoring: Series[str]
    over_time: Series[str]
    levels: Series[str]  # what criteria 1, 2, … score, where it is not 1 to 5
    c1: Series[str]
    c2: Series[str]
    c3: Series[str]
    c4: Series[str]
    c5: Series[str]
    baseline3: Series[float] = pa.Field(nullable=True)
    baseline2: Series[float] = pa.Field(nullable=True)
    baseline1: Series[float] = pa.Field(nullable=True)
    plan: Series[float] = pa.Field(nullable=True)  # plan to date, by the aggregation over time
    value: Series[float] = pa.Field(nullable=True)  # what this quarter's row says
    result: Series[float] = pa.Field(nullable=True)  # result to date, by the aggregation over time
    achievement_percent: Series[float] = pa.Field(nullable=True)  # result / target x 100
    score: Series[float] = pa.Field(nullable=True, ge=1, le=5)  # rounded half up to 4 decimals
    score_percent: Series[float] = pa.Field(nullable=True)  # score / 5 x 100, 2 decimals
    weighted: Series[float] = pa.Field(nullable=True)  # score x weight / 100, 4 decimals
    points: Series[float] = pa.Field(nullable=True)  # PMQA points, never part of a weighted total
    previous_score: Series[float] = pa.Field(nullable=True)  # score of the quarter before
    last_year_plan: Series[float] = pa.Field(nullable=True)  # the same quarter a year ago, from the ledger
    last_year_result: Series[float] = pa.Field(nullable=True)
    last_year_score: Series[float] = pa.Field(nullable=True)
    light: Series[str] = pa.Field(isin=LIGHTS)
    declared: Series[str] = pa.Field(isin=STATUS)
    computed: Series[str] = pa.Field(isin=STATUS)
    status: Series[str] = pa.Field(isin=STATUS)
    reported: Series[str] = pa.Field(isin=REPORTED)
    state: Series[str] = pa.Field(isin=STATES)
    state_text: Series[str]  # the state as it is printed: how it was confirmed, by whom signed, changed under an unlock
    late: Series[bool]
    details: Series[str]
    problem: Series[str]
    remedy: Series[str]
    evidence: Series[str]
    notes: Series[str]  # waivers under which the figure was taken: printed wherever the figure is
    file: Series[str]  # name of the file the value came from, "" where none
    sha256: Series[str]
    sheet: Series[str]
    cell: Series[str]
    received_at: Series[str]  # ISO time
    submission: Series[int]


class TotalRow(pa.DataFrameModel):
    """One unit or parent at one quarter: counts, coverage, the two totals, rank."""

    unit: Series[str]
    unit_name: Series[str]
    unit_short: Series[str]
    unit_type: Series[str]
    parent: Series[str]
    parent_name: Series[str]
    units: Series[int]  # units behind the total (1 for a unit)
    units_reporting: Series[int]
    indicators: Series[int]
    reported: Series[int]
    confirmed: Series[int]
    held: Series[int]
    behind: Series[int]
    green: Series[int]
    yellow: Series[int]
    red: Series[int]
    grey: Series[int]
    coverage: Series[float]  # share of weight reported, 0..100
    score_reported: Series[float] = pa.Field(nullable=True)  # sum(w s) / sum(w of reported), 4 decimals
    score_all: Series[float] = pa.Field(nullable=True)  # the unreported at 0 (or the floor, as set)
    headline: Series[float] = pa.Field(nullable=True)  # one of the two, by setting
    headline_percent: Series[float] = pa.Field(nullable=True)  # headline / 5 x 100
    previous: Series[float] = pa.Field(nullable=True)  # headline of the quarter before
    light: Series[str] = pa.Field(isin=LIGHTS)
    rank: Series[float] = pa.Field(nullable=True)  # NaN: coverage too low to rank; ties share a rank
    late: Series[int]


class TrendRow(pa.DataFrameModel):
    """Headline and coverage of a unit, parent or (unit "") the office in one quarter of the year."""

    unit: Series[str]
    period: Series[str]
    headline: Series[float] = pa.Field(nullable=True)
    coverage: Series[float]


class QuarterRow(pa.DataFrameModel):
    """One unit x indicator at each quarter up to the period, as it stands now: what cards, trends and comparisons show."""

    unit: Series[str]
    indicator: Series[str]
    period: Series[str]
    plan: Series[float] = pa.Field(nullable=True)  # plan to date
    value: Series[float] = pa.Field(nullable=True)  # what this quarter's row says
    result: Series[float] = pa.Field(nullable=True)  # result to date
    score: Series[float] = pa.Field(nullable=True, ge=1, le=5)
    weighted: Series[float] = pa.Field(nullable=True)
    points: Series[float] = pa.Field(nullable=True)  # PMQA points
    light: Series[str] = pa.Field(isin=LIGHTS)
    status: Series[str] = pa.Field(isin=STATUS)
    reported: Series[str] = pa.Field(isin=REPORTED)
    state: Series[str] = pa.Field(isin=STATES)
    details: Series[str]
    problem: Series[str]
    remedy: Series[str]
    evidence: Series[str]
    late: Series[bool]  # first arrived after the quarter's deadline
    file: Series[str]
    received_at: Series[str]  # ISO time


class PlanRow(pa.DataFrameModel):
    """What a unit planned for an indicator, as it entered it: the year's total and each quarter; NaN before entry."""

    unit: Series[str]
    indicator: Series[str]
    total: Series[float] = pa.Field(nullable=True)
    q1: Series[float] = pa.Field(nullable=True)
    q2: Series[float] = pa.Field(nullable=True)
    q3: Series[float] = pa.Field(nullable=True)
    q4: Series[float] = pa.Field(nullable=True)


class RollupRow(pa.DataFrameModel):
    """One indicator over all units that have it, of a parent (`group` its code) or the whole office (`group` "").

    `result` by the indicator's aggregation over units (`schemas.rollup`), NaN where that gives none; low and high are the
    units' own. Counts are of units.
    """

    group: Series[str]
    indicator: Series[str]
    indicator_name: Series[str]
    unit_of_measure: Series[str]
    direction: Series[str]
    over_units: Series[str]
    units: Series[int]
    reported: Series[int]
    target: Series[float] = pa.Field(nullable=True)
    result: Series[float] = pa.Field(nullable=True)
    low: Series[float] = pa.Field(nullable=True)
    high: Series[float] = pa.Field(nullable=True)
    green: Series[int]
    yellow: Series[int]
    red: Series[int]
    grey: Series[int]
    behind: Series[int]


class RestatedRow(pa.DataFrameModel):
    """One figure that was there when its quarter closed (its deadline passed) and says something else now, or that was
    changed under an unlock, whenever that was.

    The closing picture is taken from the ledger by the calendar, never from what was published when, so that the same
    ledger gives the same list wherever it is drawn.
    """

    unit: Series[str]
    indicator: Series[str]
    period: Series[str]
    closed: Series[str]  # ISO day the quarter closed
    old: Series[str]  # the figure at closing, exact text; "" where the row said "cannot report yet"
    new: Series[str]
    old_file: Series[str]
    new_file: Series[str]
    received_at: Series[str]  # when the newer file arrived, ISO time
    state: Series[str]  # draft, confirmed or signed off at closing
    who: Series[str]  # role, sender or way by which the newer figure is known to be the unit's
    memo: Series[str]  # number of the memo of the unlock, "" where none was needed
    reason: Series[str]
    # The effect of this one change, everything else as it is now: the indicator's score, the unit's headline and rank
    # in the figure's own quarter.
    score_old: Series[float] = pa.Field(nullable=True)
    score_new: Series[float] = pa.Field(nullable=True)
    headline_old: Series[float] = pa.Field(nullable=True)
    headline_new: Series[float] = pa.Field(nullable=True)
    rank_old: Series[float] = pa.Field(nullable=True)
    rank_new: Series[float] = pa.Field(nullable=True)


def texts(model: type[pa.DataFrameModel]) -> list[str]:
    """The columns of a model that hold text, in its order."""
    return [
        c for c, column in model.to_schema().columns.items() if column.dtype.type is str or "str" in str(column.dtype)
    ]
