"""Three sheets of the central plan workbook: how strict rules are, what is waived, what may be changed though confirmed."""

from __future__ import annotations

from schemas.language import Sheet, Text
from schemas.plan_book.choices import FORM_CHOICES, SEVERITIES, YES_NO
from schemas.plan_book.columns import MARK, field


def rules() -> Sheet:
    """Severities that differ from the catalogue, and rules on trial."""
    return Sheet(
        "rules",
        "กฎ",
        Text("ความเข้มของกฎ", "How strict each rule is"),
        row_key="code",
        fixed=False,
        optional=True,
        spare_rows=30,
        freeze=3,
        fields=(
            MARK,
            field("code", "รหัสกฎ", "Rule code", kind="code", required=True, width=20, example="W_SUM"),
            field("severity", "ความเข้ม", "Severity", kind="choice", choices=SEVERITIES, width=16, example="ขอคำยืนยัน"),
            field(
                "trial",
                "ทดลองใช้",
                "On trial",
                kind="choice",
                choices=YES_NO,
                width=12,
                example="ไม่ใช่",
                note=Text("ใช่ = แจ้งให้ทราบเท่านั้น ยังไม่ส่งกลับ", "yes: reported as info only"),
            ),
            field("note", "หมายเหตุ", "Note", kind="long", width=60),
        ),
        instructions=(
            Text(
                "ใส่เฉพาะกฎที่ต้องการเปลี่ยน กฎที่ไม่อยู่ในนี้ใช้ความเข้มตามคู่มือ",
                "Only rules that differ; the others keep their own severity",
            ),
        ),
    )


def waivers() -> Sheet:
    """Doubts that somebody approved, for a time."""
    return Sheet(
        "waivers",
        "ข้อยกเว้น",
        Text("ข้อยกเว้นที่อนุมัติแล้ว", "Approved waivers"),
        row_key="rule",
        fixed=False,
        optional=True,
        spare_rows=40,
        freeze=4,
        fields=(
            MARK,
            field("unit", "รหัสหน่วยงาน", "Unit code", kind="code", required=True, width=14, example="01002"),
            field(
                "indicator", "รหัสตัวชี้วัด หรือ *", "Indicator code or *", kind="code", required=True, width=16, example="*"
            ),
            field("rule", "รหัสกฎ", "Rule code", kind="code", required=True, width=18, example="Q_SUM"),
            field("reason", "เหตุผล", "Reason", kind="long", required=True, width=50, example="ใช้ตัวเลขจากระบบเดิม"),
            field(
                "approved_by",
                "ผู้อนุมัติ (ตำแหน่ง)",
                "Approved by (role)",
                required=True,
                width=26,
                example="ผู้อำนวยการกองแผนงาน",
            ),
            field("until", "ใช้ถึงวันที่", "Until", kind="code", required=True, width=14, example="30/9/2567"),
        ),
        instructions=(
            Text(
                "ข้อยกเว้นสิ้นสุดเองเมื่อพ้นวันที่กำหนด และพิมพ์ไว้ทุกที่ที่ตัวเลขนั้นปรากฏ",
                "A waiver ends by itself and is printed wherever the figure is",
            ),
        ),
    )


def unlocks() -> Sheet:
    """Confirmed figures that a unit may change, for a time."""
    return Sheet(
        "unlocks",
        "ปลดล็อก",
        Text("ปลดล็อกข้อมูลที่ยืนยันแล้ว", "Unlocks of confirmed figures"),
        row_key="unit",
        fixed=False,
        optional=True,
        spare_rows=30,
        freeze=3,
        fields=(
            MARK,
            field("unit", "รหัสหน่วยงาน", "Unit code", kind="code", required=True, width=14, example="01002"),
            field(
                "form",
                "แบบฟอร์ม",
                "Form",
                kind="choice",
                choices=FORM_CHOICES,
                required=True,
                width=16,
                example="ผลรายไตรมาส",
            ),
            field("period", "งวด", "Period", kind="code", required=True, width=12, example="2567-Q1"),
            field(
                "indicator", "รหัสตัวชี้วัด หรือ *", "Indicator code or *", kind="code", required=True, width=16, example="*"
            ),
            field("memo", "เลขที่หนังสือ", "Memo number", required=True, width=20, example="ที่ กค 0201/123"),
            field("reason", "เหตุผล", "Reason", kind="long", required=True, width=46, example="ตัวเลขเดิมคลาดเคลื่อน"),
            field("until", "ใช้ถึงวันที่", "Until", kind="code", required=True, width=14, example="30/9/2567"),
        ),
        instructions=(
            Text(
                "ปลดล็อกสิ้นสุดเอง การแก้ไขระหว่างนั้นเก็บค่าเดิม ค่าใหม่ และเลขที่หนังสือไว้",
                "An unlock ends by itself; changes under it keep old value, new value and memo",
            ),
        ),
    )
