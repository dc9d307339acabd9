"""Rules of one numeric cell: what may be typed into plan and result cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from schemas.language import Rule, Text
from schemas.numbers import suggest


def _not(code: str) -> Callable[[pd.DataFrame, str], pd.Series]:
    return lambda cells, _case: cells["verdict"] != code


def _this(row: Mapping[str, Any], _case: str) -> tuple[str, ...]:
    return (row["field"],)


def _typed(row: Mapping[str, Any], _case: str) -> dict[str, object]:
    return {"value": row["text"]}


def _offer(row: Mapping[str, Any], _case: str) -> str | None:
    return suggest(row["text"]) if row["kind"] == "text" else None


def _rule(code: str, th: str, en: str, advice_th: str, advice_en: str, example: str, **more: Any) -> Rule:
    defaults: dict[str, Any] = {"check": _not(code), "blames": _this, "figures": _typed}
    return Rule(
        code,
        more.pop("severity", "error"),
        Text(th, en),
        Text(advice_th, advice_en),
        example,
        "cell",
        **{**defaults, **more},
    )


RULES = (
    _rule(
        "E_CHAR",
        "“{value}” กรอกได้เฉพาะตัวเลข 0-9 และ , / . - เท่านั้น",
        "“{value}”: only digits 0-9 and , / . - may be typed here",
        "พิมพ์เฉพาะตัวเลข ไม่ต้องมีหน่วย เครื่องหมาย % หรือเลขไทย",
        "Type the figure only: no unit, no %, no Thai digits",
        "1,234.50",
        proposal=_offer,
    ),
    _rule(
        "E_FORM",
        "“{value}” อ่านเป็นตัวเลขไม่ได้",
        "“{value}” cannot be read as a number",
        "ใช้จุลภาคคั่นหลักพันทีละสามหลัก และจุดทศนิยมหนึ่งจุด",
        "Commas go between groups of three digits, one decimal point",
        "1,234.50",
    ),
    _rule(
        "E_DATE",
        "Excel แปลงค่าเป็นวันที่ ({value}) โปรดกรอกใหม่เป็นตัวเลข",
        "Excel turned the value into a date ({value}): type it again as a number",
        "ตั้งรูปแบบเซลล์เป็น “ข้อความ” แล้วพิมพ์ใหม่ เช่น 1/2",
        "Set the cell format to Text, then type it again, e.g. 1/2",
        "1/2",
    ),
    _rule(
        "E_TYPE",
        "“{value}” เป็นค่าจริง/เท็จ ไม่ใช่ตัวเลข",
        "“{value}” is a true/false value, not a number",
        "ลบแล้วพิมพ์เป็นตัวเลข",
        "Delete it and type a number",
        "1",
    ),
    _rule(
        "E_FORMULA",
        "เซลล์มีสูตรแต่ไม่มีค่าที่คำนวณไว้",
        "The cell holds a formula without a stored value",
        "พิมพ์ตัวเลขแทนสูตร หรือเปิดไฟล์ใน Excel แล้วบันทึกอีกครั้ง",
        "Type the number instead, or open the file in Excel and save it again",
        "85",
    ),
    _rule(
        "E_RATIO",
        "“{value}” เป็นอัตราส่วน แต่ตัวชี้วัดนี้ไม่ได้วัดเป็นอัตราส่วน",
        "“{value}” is a ratio, but this indicator is not measured as one",
        "พิมพ์ผลลัพธ์เป็นตัวเลขเดียว",
        "Type the one figure that is meant",
        "0.5",
    ),
    _rule(
        "E_PERCENT",
        "เซลล์อยู่ในรูปแบบ % แต่ตัวชี้วัดนี้ไม่ได้วัดเป็นร้อยละ",
        "The cell is percent-formatted, but this indicator is not a percentage",
        "ตั้งรูปแบบเซลล์เป็น “ข้อความ” แล้วพิมพ์ตัวเลข",
        "Set the cell format to Text and type the number",
        "85",
    ),
    _rule(
        "W_PERCENT",
        "เซลล์อยู่ในรูปแบบ % อ่านเป็นร้อยละ {read}",
        "The cell is percent-formatted: read as {read} per cent",
        "ถ้าไม่ใช่ โปรดพิมพ์เป็นตัวเลขธรรมดา",
        "If that is wrong, type a plain number",
        "85",
        severity="warning",
        check=lambda c, _: ~((c["kind"] == "percent") & c["value"].notna()),
        figures=lambda r, _: {"read": f"{r['value']:g}"},
    ),
    _rule(
        "I_RATIO",
        "“{value}” อ่านเป็น {read}",
        "“{value}” is read as {read}",
        "เก็บทั้งตัวเศษและตัวส่วนไว้แล้ว",
        "Numerator and denominator are both kept",
        "85/100",
        severity="info",
        check=lambda c, _: c["verdict"] != "ratio",
        figures=lambda r, _: {"value": r["text"], "read": f"{r['value']:.6g}"},
    ),
    _rule(
        "W_NEGATIVE",
        "“{value}” เป็นค่าติดลบ ซึ่งตัวชี้วัดนี้ไม่น่าจะมี",
        "“{value}” is negative, which this indicator should not be",
        "ตรวจเครื่องหมายลบ",
        "Check the minus sign",
        "5",
        severity="warning",
        check=lambda c, _: ~((c["value"] < 0) & ~c["negatives"]),
    ),
    _rule(
        "E_LEVEL",
        "“{value}” อยู่นอกช่วงระดับ 0 ถึง 5",
        "“{value}” is outside the levels 0 to 5",
        "ตัวชี้วัดระดับความสำเร็จกรอกได้ 0 ถึง 5",
        "Level indicators take 0 to 5",
        "4",
        check=lambda c, _: ~(c["level"] & ((c["value"] < 0) | (c["value"] > 5))),
    ),
)
