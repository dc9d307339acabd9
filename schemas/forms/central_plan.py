"""The central plan workbook: everything a planning officer decides, one sheet per kind of decision.

This module is the door: its sheets, lists and settings are written in `schemas/plan_book/`, and asked for here.
"""

from __future__ import annotations

from functools import cache

from schemas.language import Form, Sheet, Text
from schemas.plan_book import dates, indicators, policy, settings, units
from schemas.plan_book.choices import (
    BASES,
    DIRECTIONS,
    LEVELS,
    OVER_TIME,
    OVER_UNITS,
    SCORINGS,
    TARGET_SCALES,
    TYPES,
)
from schemas.plan_book.columns import EXAMPLE_MARK
from schemas.plan_book.settings import SETTINGS

__all__ = [
    "BASES",
    "DIRECTIONS",
    "EXAMPLE_MARK",
    "FORM",
    "LEVELS",
    "OVER_TIME",
    "OVER_UNITS",
    "SCORINGS",
    "SETTINGS",
    "TARGET_SCALES",
    "TYPES",
    "sheets",
]


@cache
def sheets(_fy: int) -> tuple[Sheet, ...]:
    """The sheets of the workbook, the same for every year."""
    return (
        settings.settings(),
        units.units(),
        units.plan(),
        indicators.indicators(),
        indicators.assignments(),
        dates.calendar(),
        dates.holidays(),
        policy.rules(),
        policy.waivers(),
        policy.unlocks(),
    )


FORM = Form(
    name="central_plan",
    version=1,
    title=Text("สมุดแผนกลาง", "Central plan workbook"),
    order=0,
    sheets=sheets,
    rules=(
        "E_REQUIRED",
        "E_PLAN_NUMBER",
        "E_PLAN_CHOICE",
        "E_PLAN_DOUBLE",
        "E_PLAN_REF",
        "E_CRITERIA",
        "E_CRITERIA_VALUE",
        "E_CRITERIA_MISSING",
        "E_PERIOD",
        "E_PLAN_DATE",
        "E_SETTING",
        "W_SETTING",
        "Q_TARGET_SCALE",
    ),
    instructions=(
        Text(
            "กรอกข้อมูลในแผ่นงานต่าง ๆ แล้วบันทึกไฟล์นี้ลงในโฟลเดอร์ inbox",
            "Fill the sheets, then save this file into the inbox folder",
        ),
        Text(
            "แก้แผนเมื่อใดก็ส่งทั้งเล่มใหม่ ระบบเก็บทุกฉบับและออกแบบฟอร์มเฉพาะหน่วยงานที่เปลี่ยน",
            "To revise, send the whole workbook again: every revision is kept, and only changed templates are issued",
        ),
        Text(
            "ช่องสีเหลืองอ่อนคือช่องกรอก แถว “ตัวอย่าง” ระบบไม่อ่าน",
            "Pale yellow cells are for you; rows marked “ตัวอย่าง” are never read",
        ),
    ),
)
