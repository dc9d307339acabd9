"""Rules of the central plan workbook, per sheet."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from schemas.forms.central_plan import FORM, SETTINGS
from schemas.language import Field, Rule, Text
from schemas.numbers import parse
from schemas.periods import is_period
from schemas.plan_book.cells import band_high, band_low, is_number, parse_day
from schemas.plan_book.columns import CRITERIA

_SHEETS = {s.key: s for s in FORM.sheets(2567)}
_LABELS = {f.key: f.label for s in _SHEETS.values() for f in s.fields}


def _cases(wanted: Callable[[Field], bool]) -> tuple[str, ...]:
    return tuple(f"{s.key}.{f.key}" for s in _SHEETS.values() for f in s.inputs if wanted(f))


def _column(case: str) -> str:
    return case.partition(".")[2]


def _given(rows: pd.DataFrame, column: str) -> pd.Series:
    return rows[column].str.strip() != ""


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
    return rows[_column(case)].map(lambda t: t.strip() in ("", "-") or band_low(t) is not None).astype(bool)


def _criteria_present(rows: pd.DataFrame, _case: str) -> pd.Series:
    count = sum(_given(rows, c).astype(int) for c in CRITERIA)
    needs = rows["scoring_code"].isin(["interpolate", "band"])
    return ~needs | (count >= 2)


_WORDS_OF = {
    "headline": ("reported", "all"),
    "plan_state": ("draft", "confirmed"),
    "settled_by": ("received", "confirmed"),
    "unit_folders": ("yes", "no"),
    "sender_check": ("off", "query", "refuse"),
    "mail_drafts": ("yes", "no"),
    "signing": ("file", "channel"),
}


def _setting_value(key: str, value: str) -> bool:
    if key == "fiscal_year":
        return re.fullmatch(r"2[45][0-9]{2}", value) is not None
    if key in (
        "green_from",
        "yellow_from",
        "status_tolerance",
        "ranking_coverage",
        "late_penalty",
        "deadline_days",
        "evidence_days",
        "closes_days",
        "reminder_days",
        "unreported_at_year_end",
    ):
        return value == "" or parse(value).status == "number"
    if key == "bands":
        return value == "" or all(
            re.fullmatch(r"\s*(<=|<|>=|>)\s*[0-9.]+\s*=\s*[0-9.]+\s*", part) for part in value.split(";")
        )
    if key == "window_opens_day":
        return value == "" or re.fullmatch(r"[1-9]|[12][0-9]|3[01]", value) is not None
    return key not in _WORDS_OF or value in ("", *_WORDS_OF[key])


def _settings_hold(rows: pd.DataFrame, _case: str) -> pd.Series:
    return pd.Series(
        [k not in SETTINGS or _setting_value(k, v.strip()) for k, v in zip(rows["key"], rows["value"], strict=True)],
        index=rows.index,
        dtype=bool,
    )


def _settings_known(rows: pd.DataFrame, _case: str) -> pd.Series:
    return rows["key"].isin(list(SETTINGS))


_REFS = (
    "units.parent",
    "plan.parent",
    "indicators.dimension",
    "indicators.topic",
    "indicators.goal",
    "assignments.indicator",
    "assignments.unit",
    "rules.code",
    "waivers.unit",
    "waivers.indicator",
    "waivers.rule",
    "unlocks.unit",
    "unlocks.indicator",
)
_DOUBLES = (
    "units.code",
    "plan.code",
    "indicators.code",
    "settings.key",
    "rules.code",
    "assignments.pair",
    "calendar.pair",
)
_PAIRS = {"assignments.pair": ("indicator", "unit"), "calendar.pair": ("period", "form")}
_DAYS = (
    "calendar.opens",
    "calendar.deadline",
    "calendar.evidence_deadline",
    "calendar.closes",
    "holidays.day",
    "waivers.until",
    "unlocks.until",
)


def _unique(rows: pd.DataFrame, case: str) -> pd.Series:
    columns = list(_PAIRS.get(case, (_column(case),)))
    blank = rows[columns].apply(lambda c: c.str.strip() == "").any(axis=1)
    return ~rows.duplicated(columns, keep="first") | blank


def _blame(_row: object, case: str) -> tuple[str, ...]:
    return _PAIRS.get(case, (_column(case),))


def _words(row: Mapping[str, Any], case: str) -> dict[str, object]:
    column = _blame(row, case)[0]
    label = _LABELS.get(column, Text(column, column))
    choices = next(
        (f.choices for s in _SHEETS.values() if s.key == case.partition(".")[0] for f in s.fields if f.key == column),
        (),
    )
    return {
        "value": row[column],
        "label": label.th,
        "label_en": label.en,
        "choices": " | ".join(c.text.th for c in choices),
    }


def _plan_rule(
    code: str,
    severity: str,
    text: Text,
    advice: Text,
    example: str,
    cases: tuple[str, ...],
    check: Callable[[pd.DataFrame, str], pd.Series],
    **more: object,
) -> Rule:
    options: dict[str, object] = {"blames": _blame, "figures": _words, **more}
    sheets = tuple(sorted({c.partition(".")[0] for c in cases}))
    return Rule(code, severity, text, advice, example, "plan", cases, sheets, check, **options)  # type: ignore[arg-type]


RULES = (
    _plan_rule(
        "E_REQUIRED",
        "error",
        Text("ช่อง “{label}” ต้องไม่ว่าง", "“{label_en}” must not be blank"),
        Text("กรอกข้อมูลในช่องที่ทำเครื่องหมาย", "Fill the marked cell"),
        "01002",
        _cases(lambda f: f.required),
        lambda r, c: _given(r, _column(c)),
    ),
    _plan_rule(
        "E_PLAN_NUMBER",
        "error",
        Text("“{value}” ในช่อง “{label}” ไม่ใช่ตัวเลข", "“{value}” under “{label_en}” is not a number"),
        Text("กรอกเฉพาะตัวเลข", "Type a figure only"),
        "10.00",
        _cases(lambda f: f.kind == "number"),
        lambda r, c: r[_column(c)].map(is_number).astype(bool),
    ),
    _plan_rule(
        "E_PLAN_CHOICE",
        "error",
        Text("“{value}” ไม่อยู่ในรายการของช่อง “{label}”", "“{value}” is not in the list of “{label_en}”"),
        Text("เลือกจากรายการ: {choices}", "Pick from the list: {choices}"),
        "ค่าล่าสุด",
        _cases(lambda f: f.kind == "choice"),
        lambda r, c: ~_given(r, _column(c)) | (r[f"{_column(c)}_code"] != ""),
    ),
    _plan_rule(
        "E_PLAN_DOUBLE",
        "error",
        Text("“{value}” ซ้ำกับแถวก่อนหน้า", "“{value}” repeats an earlier row"),
        Text("ลบแถวที่ซ้ำหรือแก้รหัส", "Delete the row or change the code"),
        "01002",
        _DOUBLES,
        _unique,
    ),
    _plan_rule(
        "E_PLAN_REF",
        "error",
        Text("ไม่พบรหัส “{value}” ({label}) ในสมุดแผนนี้", "There is no “{value}” ({label_en}) in this plan"),
        Text("แก้รหัส หรือเพิ่มแถวของรหัสนี้ในแผ่นงานของมัน", "Correct the code, or add its row on its own sheet"),
        "G1",
        _REFS,
        lambda r, c: ~_given(r, _column(c)) | r[f"{_column(c)}_known"],
    ),
    _plan_rule(
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
    _plan_rule(
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
    _plan_rule(
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
    _plan_rule(
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
    _plan_rule(
        "E_PERIOD",
        "error",
        Text("“{value}” ไม่ใช่งวด", "“{value}” is not a period"),
        Text("เขียนเช่น 2567, 2567-Q1, 2567-H1", "Write 2567, 2567-Q1 or 2567-H1"),
        "2567-Q1",
        ("calendar.period", "unlocks.period"),
        lambda r, _c: r["period"].str.strip().map(lambda t: t == "" or is_period(t)).astype(bool),
    ),
    _plan_rule(
        "E_PLAN_DATE",
        "error",
        Text("“{value}” ไม่ใช่วันที่", "“{value}” is not a date"),
        Text("เขียนเช่น 2024-01-15 หรือ 15/1/2567", "Write 2024-01-15 or 15/1/2567"),
        "15/1/2567",
        _DAYS,
        lambda r, c: ~_given(r, _column(c)) | r[_column(c)].map(lambda t: parse_day(t) is not None).astype(bool),
    ),
    _plan_rule(
        "E_SETTING",
        "error",
        Text("ค่า “{value}” ใช้กับการตั้งค่านี้ไม่ได้", "“{value}” cannot be the value of this setting"),
        Text("อ่านคอลัมน์ “ความหมาย”", "See the meaning column"),
        "2567",
        ("settings.value",),
        _settings_hold,
    ),
    _plan_rule(
        "W_SETTING",
        "warning",
        Text("ไม่รู้จักการตั้งค่า “{value}” ระบบไม่ใช้", "Setting “{value}” is unknown and not used"),
        Text("ตรวจการสะกด", "Check the spelling"),
        "fiscal_year",
        ("settings.key",),
        _settings_known,
    ),
    Rule(
        "E_WEIGHT",
        "error",
        Text("น้ำหนักของหน่วยงาน {unit} รวมได้ {sum} ต้องเป็น 100", "Weights of unit {unit} sum to {sum}, not 100"),
        Text("แก้น้ำหนักให้รวม 100 (ยอมให้คลาดเคลื่อน 0.01)", "Make them sum to 100 (within 0.01)"),
        "100.00",
    ),
    Rule(
        "W_WEIGHT",
        "warning",
        Text(
            "น้ำหนักของหน่วยงาน {unit} รวมได้ {sum} (แผนยังเป็นร่าง)",
            "Weights of unit {unit} sum to {sum} (the plan is a draft)",
        ),
        Text("ต้องรวม 100 ก่อนยืนยันแผน", "They must sum to 100 before the plan is confirmed"),
        "100.00",
    ),
    Rule(
        "E_PLAN_YEAR",
        "error",
        Text("ไม่พบปีงบประมาณในแผ่นงาน “ตั้งค่า”", "The settings sheet names no fiscal year"),
        Text("กรอก fiscal_year เช่น 2567", "Give fiscal_year, e.g. 2567"),
        "2567",
    ),
    Rule(
        "E_PLAN_EMPTY",
        "error",
        Text("แผ่นงาน “{value}” ไม่มีข้อมูล", "Sheet “{value}” has no rows"),
        Text("กรอกอย่างน้อยหนึ่งแถว", "Fill at least one row"),
        "01002",
    ),
)
