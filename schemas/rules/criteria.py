"""Rules of an indicator's criteria in the central plan workbook: figures or ranges, one way, enough of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from schemas.language import Text
from schemas.plan_book.cells import band_high, band_low
from schemas.plan_book.columns import CRITERIA
from schemas.plan_rule import column, given, plan_rule


def _criteria_columns(case: str) -> tuple[str, ...]:
    """The criteria a case is about: those of the year, or of round 1."""
    return tuple(f"h1{c}" for c in CRITERIA) if case.endswith("h1criteria") else CRITERIA


def _criteria_run_one_way(rows: pd.DataFrame, case: str) -> pd.Series:
    def bounds(read: Callable[[str], float | None]) -> np.ndarray:
        cells = rows[list(_criteria_columns(case))]
        return cells.map(lambda t: read(t) if t.strip() not in ("", "-") else np.nan).astype(float).to_numpy()

    def steps(line: np.ndarray) -> np.ndarray:
        return np.diff(line[~np.isnan(line)])

    middle = rows["direction_code"] == "middle" if "direction_code" in rows else pd.Series(False, index=rows.index)
    found = []
    for low, high, centred in zip(bounds(band_low), bounds(band_high), middle, strict=True):
        ranges = bool((high[~np.isnan(high)] > low[~np.isnan(low)]).any())
        if centred and ranges:  # ranges close in on the middle from both sides
            found.append(bool((steps(low) >= 0).all() and (steps(high) <= 0).all()))
        else:
            found.append(bool((steps(low) >= 0).all() or (steps(low) <= 0).all()))
    return pd.Series(found, index=rows.index, dtype=bool)


def _criteria_readable(rows: pd.DataFrame, case: str) -> pd.Series:
    return rows[column(case)].map(lambda t: t.strip() in ("", "-") or band_low(t) is not None).astype(bool)


def _criteria_present(rows: pd.DataFrame, _case: str) -> pd.Series:
    count = sum(given(rows, c).astype(int) for c in CRITERIA)
    needs = rows["scoring_code"].isin(["interpolate", "band"])
    return ~needs | (count >= 2)


RULES = (
    plan_rule(
        "E_CRITERIA",
        "error",
        Text("เกณฑ์ระดับ 1 - 5 ต้องเรียงทางเดียว", "Criteria 1 to 5 must run one way, up or down"),
        Text("ตรวจลำดับของค่าเกณฑ์", "Check the order of the values"),
        "88 91 94 97 100",
        ("indicators.criteria", "indicators.h1criteria", "assignments.criteria"),
        _criteria_run_one_way,
        blames=lambda _r, c: _criteria_columns(c),
        figures=None,
    ),
    plan_rule(
        "E_CRITERIA_VALUE",
        "error",
        Text("“{value}” ไม่ใช่ตัวเลขหรือช่วงของเกณฑ์", "“{value}” is neither a number nor a range"),
        Text("กรอกตัวเลข หรือช่วง เช่น 10-20", "Type a number, or a range such as 10-20"),
        "88",
        (
            *(f"{s}.{c}" for s in ("indicators", "assignments") for c in CRITERIA),
            *(f"indicators.h1{c}" for c in CRITERIA),
        ),
        _criteria_readable,
    ),
    plan_rule(
        "E_CRITERIA_MISSING",
        "error",
        Text("วิธีให้คะแนนนี้ต้องมีเกณฑ์อย่างน้อยสองระดับ", "This scoring mode needs at least two criteria"),
        Text("กรอกค่าเกณฑ์ หรือเปลี่ยนวิธีให้คะแนน", "Give the criteria or change the scoring mode"),
        "88 91 94 97 100",
        ("indicators.criteria",),
        _criteria_present,
        blames=lambda _r, _c: CRITERIA,
        figures=None,
    ),
    plan_rule(
        "Q_TARGET_SCALE",
        "query",
        Text(
            "เป้าหมาย {value} อยู่นอกช่วงของเกณฑ์ ระบุมาตราของเป้าหมายด้วย",
            "Target {value} lies outside the criteria: say on which scale it is",
        ),
        Text("เลือก “หน่วยวัด” หรือ “ระดับคะแนน”", "Pick “unit of measure” or “level”"),
        "ระดับคะแนน",
        ("indicators.target",),
        lambda r, _c: ~r["target_outside"],
    ),
)
