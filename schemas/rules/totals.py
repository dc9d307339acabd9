"""Rules of totals on the monthly plan: presence is an error, arithmetic follows the indicator's aggregation over time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from schemas.forms.monthly_plan import month_keys
from schemas.language import Rule, Text

PARTS: dict[str, tuple[str, ...]] = {
    **{f"q{q}": month_keys(q) for q in (1, 2, 3, 4)},
    "total": ("q1", "q2", "q3", "q4"),
}
LABELS = {**{f"q{q}": f"ผลรวมไตรมาส {q}" for q in (1, 2, 3, 4)}, "total": "ยอดรวมทั้งสิ้น"}
LABELS_EN = {**{f"q{q}": f"the total of quarter {q}" for q in (1, 2, 3, 4)}, "total": "the grand total"}
WAYS = ("sum", "last", "max", "mean")


def _matrix(rows: pd.DataFrame, keys: tuple[str, ...], suffix: str) -> np.ndarray:
    return rows[[f"{k}.{suffix}" for k in keys]].to_numpy()


def aggregates(values: np.ndarray) -> dict[str, np.ndarray]:
    """sum, last, max and mean of the figures given in each line of `values` (NaN = not given); all-NaN lines give NaN."""
    given = ~np.isnan(values)
    count = given.sum(axis=1)
    none = count == 0
    filled = np.where(given, values, 0.0)
    total = np.where(none, np.nan, filled.sum(axis=1))
    last_at = values.shape[1] - 1 - np.argmax(given[:, ::-1], axis=1)
    last = np.where(none, np.nan, values[np.arange(len(values)), last_at]) if len(values) else np.zeros(0)
    largest = np.where(none, np.nan, np.where(given, values, -np.inf).max(axis=1))
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = total / np.where(none, np.nan, count)
    return {"sum": total, "last": last, "max": largest, "mean": mean}


def _differs(rows: pd.DataFrame, case: str, way: str) -> np.ndarray:
    """True where the typed total is further from the computed one than half a unit of the last digit typed."""
    parts = _matrix(rows, PARTS[case], "n").astype(float)
    total = rows[f"{case}.n"].to_numpy(dtype=float)
    tolerance = 0.5 * 10.0 ** -rows[f"{case}.d"].to_numpy(dtype=float) + 1e-9
    with np.errstate(invalid="ignore"):
        return np.abs(total - aggregates(parts)[way]) > tolerance


def _readable(rows: pd.DataFrame, case: str) -> np.ndarray:
    """True where the total and at least one part are figures and no part is broken or missing (then it is said there)."""
    value, given = _matrix(rows, PARTS[case], "n").astype(float), _matrix(rows, PARTS[case], "g").astype(bool)
    broken = (given & np.isnan(value)).any(axis=1)
    for part in (
        PARTS[case] if case == "total" else ()
    ):  # a missing quarter total is said there, its consequences are not
        broken |= ~_missing_total(rows, part).to_numpy()
    return ~broken & ~np.isnan(value).all(axis=1) & rows[f"{case}.n"].notna().to_numpy()


def _missing_total(rows: pd.DataFrame, case: str) -> pd.Series:
    any_part = _matrix(rows, PARTS[case], "g").astype(bool).any(axis=1)
    return pd.Series(~(any_part & ~rows[f"{case}.g"].to_numpy(dtype=bool)), index=rows.index)


def _sum_holds(rows: pd.DataFrame, case: str) -> pd.Series:
    wrong = (rows["over_time"] == "sum").to_numpy() & _readable(rows, case) & _differs(rows, case, "sum")
    return pd.Series(~wrong, index=rows.index)


def _own_way_holds(rows: pd.DataFrame, case: str) -> pd.Series:
    wrong = np.zeros(len(rows), dtype=bool)
    for way in ("last", "max", "mean"):
        wrong |= (rows["over_time"] == way).to_numpy() & _differs(rows, case, way)
    return pd.Series(~(wrong & _readable(rows, case)), index=rows.index)


def _some_way_holds(rows: pd.DataFrame, case: str) -> pd.Series:
    none = (rows["over_time"] == "auto").to_numpy() & _readable(rows, case)
    for way in WAYS:
        none &= _differs(rows, case, way)
    return pd.Series(~none, index=rows.index)


def _estimate_holds(rows: pd.DataFrame, _case: str) -> pd.Series:
    both = rows["est_0.n"].notna() & rows["total.n"].notna()
    return ~(both & ((rows["est_0.n"] - rows["total.n"]).abs() > 1e-9))


def _target_holds(rows: pd.DataFrame, _case: str) -> pd.Series:
    both = rows["total.n"].notna() & rows["target_n"].notna() & (rows["target_scale"] != "level")
    return ~(both & ((rows["total.n"] - rows["target_n"]).abs() > 0.5 * 10.0 ** -rows["total.d"] + 1e-9))


def _computed(row: Mapping[str, Any], case: str) -> dict[str, object]:
    parts = np.array([[row[f"{k}.n"] for k in PARTS[case]]], dtype=float)
    way = row["over_time"] if row["over_time"] in WAYS else "sum"
    return {
        "label": LABELS[case],
        "label_en": LABELS_EN[case],
        "sum": f"{aggregates(parts)[way][0]:.10g}",
        "total": row[case],
        "q": case[-1],
    }


def _propose_sum(row: Mapping[str, Any], case: str) -> str | None:
    return str(_computed(row, case)["sum"])


def _propose_missing(row: Mapping[str, Any], case: str) -> str | None:
    parts = np.array([[row[f"{k}.n"] for k in PARTS[case]]], dtype=float)
    broken = any(row[f"{k}.g"] and np.isnan(row[f"{k}.n"]) for k in PARTS[case])
    if broken or row["over_time"] not in ("sum", "last", "max"):
        return None
    return f"{aggregates(parts)[row['over_time']][0]:.10g}"


def _case(_row: Mapping[str, Any], case: str) -> tuple[str, ...]:
    return (case,)


def _with_parts(row: Mapping[str, Any], case: str) -> tuple[str, ...]:
    return (case,)


_QUARTERS = ("q1", "q2", "q3", "q4")
_ALL = (*_QUARTERS, "total")

RULES = (
    Rule(
        "E_QTOTAL",
        "error",
        Text("มีข้อมูลรายเดือนแต่ไม่มีผลรวมไตรมาส {q}", "Months are given but the total of quarter {q} is missing"),
        Text("กรอกผลรวมของไตรมาสในช่องที่ทำเครื่องหมายไว้", "Type the quarter's total into the marked cell"),
        "30",
        "row",
        _QUARTERS,
        check=_missing_total,
        blames=_case,
        figures=lambda _r, c: {"q": c[-1]},
        proposal=_propose_missing,
    ),
    Rule(
        "E_GTOTAL",
        "error",
        Text("มีผลรวมไตรมาสแต่ไม่มียอดรวมทั้งสิ้น", "Quarter totals are given but the grand total is missing"),
        Text("กรอกยอดรวมทั้งสิ้น", "Type the grand total"),
        "100",
        "row",
        ("total",),
        check=_missing_total,
        blames=_case,
        proposal=_propose_missing,
    ),
    Rule(
        "E_SUM",
        "error",
        Text("{label} “{total}” ไม่ตรงกับผลบวก “{sum}”", "{label_en} “{total}” differs from the sum “{sum}”"),
        Text("แก้ยอดรวมหรือตัวเลขที่นำมารวม", "Correct the total or its parts"),
        "30",
        "row",
        _ALL,
        check=_sum_holds,
        blames=_with_parts,
        figures=_computed,
        proposal=_propose_sum,
    ),
    Rule(
        "Q_SUM",
        "query",
        Text(
            "{label} “{total}” ไม่ตรงกับ “{sum}” ที่คำนวณตามวิธีรวมยอดของตัวชี้วัด ถูกต้องหรือไม่",
            "{label_en} “{total}” differs from “{sum}”, computed the indicator's way: is it right?",
        ),
        Text("ถ้าถูกต้อง โปรดอธิบายในช่องหมายเหตุ", "If it is right, say why in the remarks column"),
        "30",
        "row",
        _ALL,
        check=_own_way_holds,
        blames=_with_parts,
        figures=_computed,
    ),
    Rule(
        "W_SUM",
        "warning",
        Text(
            "ผลรวม {sum} ไม่ตรงกับยอดรวม {total} ({label})", "The sum {sum} differs from the total {total} ({label_en})"
        ),
        Text(
            "ยอดรวมไม่เท่ากับผลบวก ค่าล่าสุด ค่าสูงสุด หรือค่าเฉลี่ย โปรดตรวจ",
            "The total is neither sum, last, largest nor mean: please check",
        ),
        "80",
        "row",
        _ALL,
        check=_some_way_holds,
        blames=_with_parts,
        figures=_computed,
    ),
    Rule(
        "W_EST",
        "warning",
        Text(
            "แผนปีปัจจุบันในปีประมาณการ ({est}) ไม่เท่ากับยอดรวมทั้งสิ้น ({total})",
            "The current year's estimate ({est}) differs from the grand total ({total})",
        ),
        Text("สองช่องนี้ควรเท่ากัน", "The two should be equal"),
        "100",
        "row",
        check=_estimate_holds,
        blames=lambda _r, _c: ("est_0", "total"),
        figures=lambda r, _c: {"est": r["est_0"], "total": r["total"]},
    ),
    Rule(
        "Q_TARGET",
        "query",
        Text(
            "ยอดรวมทั้งสิ้น {total} ต่างจากเป้าหมายของส่วนกลาง {target} ถูกต้องหรือไม่",
            "The grand total {total} differs from the centre's target {target}: is it right?",
        ),
        Text("ถ้าถูกต้อง โปรดอธิบายในช่องหมายเหตุ", "If it is right, say why in the remarks column"),
        "100",
        "row",
        check=_target_holds,
        blames=lambda _r, _c: ("total",),
        figures=lambda r, _c: {"total": r["total"], "target": r["target"]},
    ),
)
