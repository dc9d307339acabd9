"""Unit form quarterly_result: per quarter and indicator, can report or not yet, value, status, problem, remedy, evidence."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from schemas.language import Choice, Field, Form, Sheet, Text
from schemas.owned import indicator_fields, sign_off_fields

REPORTABLE = (
    Choice("can", Text("สามารถรายงานผลได้", "can report")),
    Choice("cannot", Text("ยังไม่สามารถรายงานผลได้", "cannot report yet")),
)
STATUSES = (
    Choice("on", Text("เป็นไปตามแผน", "on plan")),
    Choice("ahead", Text("เร็วกว่าแผน", "ahead of plan")),
    Choice("behind", Text("ล่าช้ากว่าแผน", "behind plan")),
)
ROW_STATES = (
    Choice("draft", Text("ร่าง", "draft")),
    Choice("confirmed", Text("ยืนยัน", "confirmed")),
    Choice("withdrawn", Text("ถอนร่าง", "withdraw")),
)
RESULT = Text("ผลการดำเนินงาน", "Result")
EXPLAIN = Text("แผน ปัญหา และแนวทางแก้ไข", "Plan status, problem and remedy")
PROOF = Text("หลักฐานและการยืนยัน", "Evidence and confirmation")


def _period(q: int) -> Callable[[int], str]:
    return lambda fy: f"{fy}-Q{q}"


def _sheet(fy: int, q: int) -> Sheet:
    fields = (
        *indicator_fields(),
        Field("planned", Text(f"แผนถึงไตรมาส {q}", f"Plan to Q{q}"), "code", "system", width=10, group=RESULT),
        Field(
            "reportable",
            Text("การรายงานผล", "Can report?"),
            "choice",
            choices=REPORTABLE,
            width=22,
            group=RESULT,
            example="สามารถรายงานผลได้",
            note=Text("เลือกจากรายการ ถ้ายังไม่มีผลให้เลือก “ยังไม่สามารถรายงานผลได้”", "Pick from the list"),
        ),
        Field(
            "value",
            Text(f"ผลไตรมาส {q}", f"Result Q{q}"),
            "number",
            width=12,
            group=RESULT,
            scenario="actual",
            period=_period(q),
            example="88",
            note=Text("ตัวเลข 0-9 และ , / . - เท่านั้น", "Digits and , / . - only"),
            aliases=("ผลการดำเนินงาน",),
        ),
        Field("details", Text("รายละเอียดการดำเนินงาน", "Details"), "long", width=40, group=RESULT),
        Field(
            "plan_status",
            Text("สถานะเทียบแผน", "Status against plan"),
            "choice",
            choices=STATUSES,
            width=15,
            group=EXPLAIN,
        ),
        Field("problem", Text("สาเหตุ / ปัญหาและอุปสรรค", "Cause / problem"), "long", width=32, group=EXPLAIN),
        Field("remedy", Text("แนวทางแก้ไข", "Remedy"), "long", width=32, group=EXPLAIN),
        Field(
            "evidence",
            Text("ชื่อไฟล์หลักฐาน", "Evidence file names"),
            "long",
            width=32,
            group=PROOF,
            note=Text(
                "ชื่อไฟล์ละหนึ่งบรรทัด ไตรมาส 4 ต้องมีอย่างน้อย 1 ไฟล์เมื่อยืนยัน",
                "One file name a line; at least one when Q4 is confirmed",
            ),
        ),
        Field(
            "state",
            Text("สถานะผล", "State"),
            "choice",
            choices=ROW_STATES,
            width=11,
            group=PROOF,
            note=Text(
                "“ยืนยัน” แล้วจะแก้ไขไม่ได้อีก “ถอนร่าง” คือไม่ใช้แถวนี้แม้มีตัวเลขอยู่",
                "Once confirmed it cannot be changed; withdraw: the row is not used although it holds figures",
            ),
        ),
        Field(
            "remarks",
            Text("หมายเหตุ / คำตอบถึงส่วนกลาง", "Remarks / answers to the centre"),
            "long",
            width=26,
            group=PROOF,
            aliases=("หมายเหตุ", "Remarks"),
        ),
        Field("check", Text("ตรวจขณะกรอก", "Live check"), "computed", "system", width=26, group=PROOF),
    )
    return Sheet(
        f"q{q}",
        f"ไตรมาส {q}",
        Text(f"ผลการดำเนินงาน ไตรมาสที่ {q}/{fy}", f"Results of quarter {q}/{fy}"),
        fields,
        row_key="indicator",
        period=f"Q{q}",
        freeze=2,
        breaks=("plan_status",),
        head=sign_off_fields(),
    )


@cache
def sheets(fy: int) -> tuple[Sheet, ...]:
    """One sheet per quarter of fiscal year `fy` (B.E.), one row per indicator on each."""
    return tuple(_sheet(fy, q) for q in (1, 2, 3, 4))


FORM = Form(
    name="quarterly_result",
    version=2,
    title=Text("แบบรายงานผลรายไตรมาส", "Quarterly result form"),
    order=2,
    sheets=sheets,
    rules=(
        "E_CHAR",
        "E_FORM",
        "E_DATE",
        "E_TYPE",
        "E_FORMULA",
        "E_RATIO",
        "E_PERCENT",
        "W_NEGATIVE",
        "W_PERCENT",
        "I_RATIO",
        "E_CHOICE",
        "E_REPORTABLE",
        "E_VALUE",
        "E_VALUE_FORBIDDEN",
        "E_DETAILS",
        "E_EXPLAIN",
        "W_EXPLAIN",
        "E_EVIDENCE",
        "Q_STATUS",
        "E_OWNER",
        "E_LEVEL",
    ),
    instructions=(
        Text(
            "1. เลือกแผ่นงานของไตรมาสที่รายงาน แล้วกรอกเฉพาะช่องสีเหลืองอ่อน",
            "1. Go to the sheet of the quarter; fill the pale yellow cells only",
        ),
        Text(
            "2. เลือก “สามารถรายงานผลได้” แล้วกรอกผลและรายละเอียด หรือเลือก “ยังไม่สามารถรายงานผลได้”",
            "2. Pick “can report” and give value and details, or pick “cannot report yet”",
        ),
        Text(
            "3. ผลเป็นตัวเลข 0-9 และ , / . - เท่านั้น ไม่ต้องพิมพ์หน่วยหรือเครื่องหมาย %",
            "3. The value: digits and , / . - only; no units, no %",
        ),
        Text("4. ล่าช้ากว่าแผนต้องบอกสาเหตุ ปัญหา และแนวทางแก้ไข", "4. Behind plan needs cause, problem and remedy"),
        Text(
            "5. ยืนยันเมื่อถูกต้องแล้วเท่านั้น จากนั้นบันทึกและส่งไฟล์นี้กลับ ชื่อไฟล์เป็นอะไรก็ได้",
            "5. Confirm only when right, then save and send this file back under any name",
        ),
        Text(
            "6. เมื่อยืนยันครบทุกแถวของไตรมาสแล้ว เลือก “นำส่งข้อมูล” และผู้นำส่งที่หัวแผ่นงาน เพื่อนำส่งทั้งไตรมาส",
            "6. When every row of the quarter is confirmed, pick sign-off and who signs at the head of the sheet",
        ),
    ),
)
