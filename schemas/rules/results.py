"""Rules of the quarterly result row: report or not yet, value, details, explanation, evidence, declared status."""

from __future__ import annotations

import pandas as pd

from schemas.evidence import names
from schemas.forms.quarterly_result import REPORTABLE, ROW_STATES, STATUSES
from schemas.language import Rule, Text

_CHOICES = {"reportable": REPORTABLE, "plan_status": STATUSES, "state": ROW_STATES}
_LABELS = {
    "reportable": Text("การรายงานผล", "Can report?"),
    "plan_status": Text("สถานะเทียบแผน", "Status against plan"),
    "state": Text("สถานะผล", "State"),
}


def _empty(rows: pd.DataFrame, key: str) -> pd.Series:
    return rows[key].str.strip() == ""


def _is(rows: pd.DataFrame, key: str, code: str) -> pd.Series:
    return rows[f"{key}_code"] == code


def _behind(rows: pd.DataFrame) -> pd.Series:
    """Behind plan: declared OR computed."""
    return _is(rows, "plan_status", "behind") | (rows["computed"] == "behind")


def _unexplained(rows: pd.DataFrame) -> pd.Series:
    return _is(rows, "reportable", "can") & _behind(rows) & (_empty(rows, "problem") | _empty(rows, "remedy"))


def _blank_explanations(row: object, _case: str) -> tuple[str, ...]:
    return tuple(k for k in ("problem", "remedy") if not str(row[k]).strip())  # type: ignore[index]


def _status_words(row: object, _case: str) -> dict[str, object]:
    names = {c.code: c.text for c in STATUSES}
    declared, computed = names[row["plan_status_code"]], names[row["computed"]]  # type: ignore[index]
    return {"declared": declared.th, "computed": computed.th, "declared_en": declared.en, "computed_en": computed.en}


RULES = (
    Rule(
        "E_CHOICE",
        "error",
        Text("“{value}” ไม่อยู่ในรายการของช่อง{label}", "“{value}” is not in the list of “{label_en}”"),
        Text("เลือกจากรายการ: {choices}", "Pick from the list: {choices_en}"),
        "สามารถรายงานผลได้",
        "row",
        ("reportable", "plan_status", "state"),
        check=lambda r, c: _empty(r, c) | (r[f"{c}_code"] != ""),
        blames=lambda _r, c: (c,),
        figures=lambda r, c: {
            "value": r[c],
            "label": _LABELS[c].th,
            "label_en": _LABELS[c].en,
            "choices": " | ".join(x.text.th for x in _CHOICES[c]),
            "choices_en": " | ".join(x.text.en for x in _CHOICES[c]),
        },
    ),
    Rule(
        "E_REPORTABLE",
        "error",
        Text(
            "มีข้อมูลในแถวนี้แต่ยังไม่ได้เลือกว่ารายงานผลได้หรือไม่",
            "The row has data but does not say whether a result can be reported",
        ),
        Text("เลือก “สามารถรายงานผลได้” หรือ “ยังไม่สามารถรายงานผลได้”", "Pick “can report” or “cannot report yet”"),
        "สามารถรายงานผลได้",
        "row",
        check=lambda r, _c: ~_empty(r, "reportable"),
        blames=lambda _r, _c: ("reportable",),
        proposal=lambda r, _c: "สามารถรายงานผลได้" if r["value.g"] else None,
    ),
    Rule(
        "E_VALUE",
        "error",
        Text("เลือก “สามารถรายงานผลได้” แต่ไม่มีผลการดำเนินงาน", "“Can report” is picked but there is no value"),
        Text("กรอกผลเป็นตัวเลข หรือเลือก “ยังไม่สามารถรายงานผลได้”", "Type the value, or pick “cannot report yet”"),
        "88",
        "row",
        check=lambda r, _c: ~(_is(r, "reportable", "can") & ~r["value.g"]),
        blames=lambda _r, _c: ("value",),
    ),
    Rule(
        "E_VALUE_FORBIDDEN",
        "error",
        Text("เลือก “ยังไม่สามารถรายงานผลได้” แต่มีผล {value}", "“Cannot report yet” is picked but there is a value {value}"),
        Text("ลบผล หรือเลือก “สามารถรายงานผลได้”", "Delete the value, or pick “can report”"),
        "(ว่าง)",
        "row",
        check=lambda r, _c: ~(_is(r, "reportable", "cannot") & r["value.g"]),
        blames=lambda _r, _c: ("value", "reportable"),
        figures=lambda r, _c: {"value": r["value"]},
    ),
    Rule(
        "E_DETAILS",
        "error",
        Text("มีผลแต่ไม่มีรายละเอียดการดำเนินงาน", "There is a value but no details"),
        Text("อธิบายสั้น ๆ ว่าได้ดำเนินการอะไร", "Say briefly what was done"),
        "แจ้งเวียนและชี้แจงหน่วยงานแล้ว",
        "row",
        check=lambda r, _c: ~(_is(r, "reportable", "can") & r["value.g"] & _empty(r, "details")),
        blames=lambda _r, _c: ("details",),
    ),
    Rule(
        "E_EXPLAIN",
        "error",
        Text("ผลล่าช้ากว่าแผน โปรดระบุสาเหตุ ปัญหา และแนวทางแก้ไข", "Behind plan: give cause, problem and remedy"),
        Text("จำเป็นก่อนยืนยันผล", "Needed before the result is confirmed"),
        "จัดซื้อล่าช้า / เร่งรัดผู้รับจ้าง",
        "row",
        check=lambda r, _c: ~(_unexplained(r) & _is(r, "state", "confirmed")),
        blames=_blank_explanations,
    ),
    Rule(
        "W_EXPLAIN",
        "warning",
        Text(
            "ผลล่าช้ากว่าแผน ก่อนยืนยันต้องระบุสาเหตุและแนวทางแก้ไข",
            "Behind plan: cause and remedy will be needed before confirming",
        ),
        Text("กรอกสาเหตุ ปัญหา และแนวทางแก้ไข", "Give cause, problem and remedy"),
        "จัดซื้อล่าช้า / เร่งรัดผู้รับจ้าง",
        "row",
        check=lambda r, _c: ~(_unexplained(r) & ~_is(r, "state", "confirmed")),
        blames=_blank_explanations,
    ),
    Rule(
        "E_EVIDENCE",
        "error",
        Text("ยืนยันผลไตรมาส 4 ต้องระบุชื่อไฟล์หลักฐานอย่างน้อย 1 ไฟล์", "Confirming Q4 needs at least one evidence file name"),
        Text(
            "พิมพ์ชื่อไฟล์หลักฐาน ไฟล์ส่งตามมาภายหลังได้จนถึงกำหนด",
            "Type the file's name; the file itself may follow until the deadline",
        ),
        "รายงานการประชุม.pdf",
        "row",
        check=lambda r, _c: (
            ~(
                _is(r, "state", "confirmed")
                & _is(r, "reportable", "can")
                & (r["quarter"] == "Q4")
                & r["evidence"].map(lambda cell: not names(cell)).astype(bool)
            )
        ),
        blames=lambda _r, _c: ("evidence",),
    ),
    Rule(
        "Q_STATUS",
        "query",
        Text(
            "เลือก “{declared}” แต่คำนวณเทียบแผนได้ “{computed}” ถูกต้องหรือไม่",
            "“{declared_en}” is declared, but against the plan it is “{computed_en}”: is it right?",
        ),
        Text("ถ้าถูกต้อง โปรดอธิบายในช่องหมายเหตุ", "If it is right, say why in the remarks column"),
        "เป็นไปตามแผน",
        "row",
        check=lambda r, _c: (
            (r["plan_status_code"] == "")
            | (r["computed"] == "")
            | (r["plan_status_code"] == r["computed"])
            | ~_is(r, "reportable", "can")
        ),
        blames=lambda _r, _c: ("plan_status",),
        figures=_status_words,
    ),
)
