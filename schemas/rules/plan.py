"""Rules of the central plan workbook: what must be there, be a figure, a choice, a period or a day, once only, and refer to what is."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from schemas.language import Field, Rule, Text
from schemas.periods import is_period
from schemas.plan_book.cells import is_number, parse_day
from schemas.plan_rule import PAIRS, SHEETS, column, given, plan_rule


def _cases(wanted: Callable[[Field], bool]) -> tuple[str, ...]:
    return tuple(f"{s.key}.{f.key}" for s in SHEETS.values() for f in s.inputs if wanted(f))


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
    columns = list(PAIRS.get(case, (column(case),)))
    blank = rows[columns].apply(lambda c: c.str.strip() == "").any(axis=1)
    return ~rows.duplicated(columns, keep="first") | blank


RULES = (
    plan_rule(
        "E_REQUIRED",
        "error",
        Text("ช่อง “{label}” ต้องไม่ว่าง", "“{label_en}” must not be blank"),
        Text("กรอกข้อมูลในช่องที่ทำเครื่องหมาย", "Fill the marked cell"),
        "01002",
        _cases(lambda f: f.required),
        lambda r, c: given(r, column(c)),
    ),
    plan_rule(
        "E_PLAN_NUMBER",
        "error",
        Text("“{value}” ในช่อง “{label}” ไม่ใช่ตัวเลข", "“{value}” under “{label_en}” is not a number"),
        Text("กรอกเฉพาะตัวเลข", "Type a figure only"),
        "10.00",
        _cases(lambda f: f.kind == "number"),
        lambda r, c: r[column(c)].map(is_number).astype(bool),
    ),
    plan_rule(
        "E_PLAN_CHOICE",
        "error",
        Text("“{value}” ไม่อยู่ในรายการของช่อง “{label}”", "“{value}” is not in the list of “{label_en}”"),
        Text("เลือกจากรายการ: {choices}", "Pick from the list: {choices}"),
        "ค่าล่าสุด",
        _cases(lambda f: f.kind == "choice"),
        lambda r, c: ~given(r, column(c)) | (r[f"{column(c)}_code"] != ""),
    ),
    plan_rule(
        "E_PLAN_DOUBLE",
        "error",
        Text("“{value}” ซ้ำกับแถวก่อนหน้า", "“{value}” repeats an earlier row"),
        Text("ลบแถวที่ซ้ำหรือแก้รหัส", "Delete the row or change the code"),
        "01002",
        _DOUBLES,
        _unique,
    ),
    plan_rule(
        "E_PLAN_REF",
        "error",
        Text("ไม่พบรหัส “{value}” ({label}) ในสมุดแผนนี้", "There is no “{value}” ({label_en}) in this plan"),
        Text("แก้รหัส หรือเพิ่มแถวของรหัสนี้ในแผ่นงานของมัน", "Correct the code, or add its row on its own sheet"),
        "G1",
        _REFS,
        lambda r, c: ~given(r, column(c)) | r[f"{column(c)}_known"],
    ),
    plan_rule(
        "E_PERIOD",
        "error",
        Text("“{value}” ไม่ใช่งวด", "“{value}” is not a period"),
        Text("เขียนเช่น 2567, 2567-Q1, 2567-H1", "Write 2567, 2567-Q1 or 2567-H1"),
        "2567-Q1",
        ("calendar.period", "unlocks.period"),
        lambda r, _c: r["period"].str.strip().map(lambda t: t == "" or is_period(t)).astype(bool),
    ),
    plan_rule(
        "E_PLAN_DATE",
        "error",
        Text("“{value}” ไม่ใช่วันที่", "“{value}” is not a date"),
        Text("เขียนเช่น 2024-01-15 หรือ 15/1/2567", "Write 2024-01-15 or 15/1/2567"),
        "15/1/2567",
        _DAYS,
        lambda r, c: ~given(r, column(c)) | r[column(c)].map(lambda t: parse_day(t) is not None).astype(bool),
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
