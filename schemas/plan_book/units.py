"""Two sheets of the central plan workbook: who reports, and the strategy they report on."""

from __future__ import annotations

from schemas.language import Sheet, Text
from schemas.plan_book.choices import PLAN_KINDS
from schemas.plan_book.columns import MARK, field


def units() -> Sheet:
    """One row per unit that reports, and per parent."""
    return Sheet(
        "units",
        "หน่วยงาน",
        Text("หน่วยงานที่รายงาน", "Reporting units"),
        row_key="code",
        fixed=False,
        spare_rows=200,
        freeze=3,
        fields=(
            MARK,
            field(
                "code",
                "รหัสหน่วยงาน",
                "Unit code",
                kind="code",
                required=True,
                width=12,
                example="01002",
                note=Text("เป็นข้อความ เก็บเลข 0 ข้างหน้าไว้", "Text: leading zeros are kept"),
            ),
            field("name", "ชื่อหน่วยงาน", "Name", required=True, width=44, example="กองนโยบายและแผน"),
            field("short_name", "ชื่อย่อ", "Short name", width=12, example="กนผ."),
            field("type", "ประเภท", "Type", width=16, example="กอง"),
            field("parent", "รหัสหน่วยงานต้นสังกัด", "Parent code", kind="code", width=14, example="01000"),
            field(
                "senders", "อีเมลผู้ส่ง (คั่นด้วย ;)", "E-mail senders (separated by ;)", width=42, example="plan@unit.example"
            ),
            field(
                "addressee",
                "เรียน (ตำแหน่ง)",
                "Addressee (role)",
                width=30,
                example="ผู้อำนวยการกองนโยบายและแผน",
                note=Text("ใช้ในหนังสือเตือน เว้นว่าง = หัวหน้าหน่วยงาน", "For reminders; blank: the head of the unit"),
            ),
        ),
        instructions=(Text("หนึ่งแถวต่อหนึ่งหน่วยงาน หน่วยงานต้นสังกัดก็เป็นแถวหนึ่ง", "One row per unit; parents are rows too"),),
    )


def plan() -> Sheet:
    """Vision, mission, issues, goals, dimensions and topics, each under its parent."""
    return Sheet(
        "plan",
        "แผน",
        Text("วิสัยทัศน์ พันธกิจ ประเด็นยุทธศาสตร์ เป้าประสงค์ มิติ", "Vision, mission, strategic issues, goals, dimensions"),
        row_key="code",
        fixed=False,
        optional=True,
        spare_rows=60,
        freeze=3,
        fields=(
            MARK,
            field(
                "kind",
                "ประเภท",
                "Kind",
                kind="choice",
                choices=PLAN_KINDS,
                required=True,
                width=22,
                example="เป้าประสงค์",
            ),
            field("code", "รหัส", "Code", kind="code", required=True, width=10, example="G1"),
            field(
                "text",
                "ข้อความ",
                "Text",
                kind="long",
                required=True,
                width=80,
                example="การบริหารจัดการมีคุณภาพและเป็นที่ยอมรับ",
            ),
            field("parent", "อยู่ภายใต้รหัส", "Under code", kind="code", width=14, example="I1"),
        ),
        instructions=(Text("เป้าประสงค์อยู่ภายใต้ประเด็นยุทธศาสตร์", "A goal stands under a strategic issue"),),
    )
