"""Two sheets of the central plan workbook: when each form is due and closed, and the holidays that move a deadline."""

from __future__ import annotations

from schemas.language import Sheet, Text
from schemas.plan_book.choices import FORM_CHOICES, YES_NO
from schemas.plan_book.columns import MARK, field


def calendar() -> Sheet:
    """Deadlines that differ from the settings, and periods that are closed."""
    return Sheet(
        "calendar",
        "ปฏิทิน",
        Text("กำหนดส่งและการปิดงวด", "Deadlines and closed periods"),
        row_key="period",
        fixed=False,
        optional=True,
        spare_rows=40,
        freeze=3,
        fields=(
            MARK,
            field(
                "period",
                "งวด",
                "Period",
                kind="code",
                required=True,
                width=12,
                example="2567-Q1",
                note=Text(
                    "2567 ทั้งปี, 2567-Q1 ไตรมาส 1, 2567-H1 ครึ่งปี", "2567 the year, 2567-Q1 a quarter, 2567-H1 a half"
                ),
            ),
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
            field(
                "opens",
                "เปิดรับ",
                "Opens",
                kind="code",
                width=14,
                example="2024-01-01",
                note=Text("ปี-เดือน-วัน หรือ วัน/เดือน/ปี พ.ศ.", "YYYY-MM-DD, or D/M/B.E. year"),
            ),
            field(
                "deadline",
                "กำหนดส่ง",
                "Deadline",
                kind="code",
                width=14,
                example="2024-01-15",
                note=Text("เว้นว่าง = 15 วันหลังสิ้นไตรมาส", "Blank: 15 days after the quarter's end"),
            ),
            field(
                "evidence_deadline",
                "กำหนดส่งหลักฐาน",
                "Evidence deadline",
                kind="code",
                width=16,
                note=Text("เว้นว่าง = ตามค่า evidence_days หลังกำหนดส่ง", "Blank: evidence_days after the deadline"),
            ),
            field(
                "closes",
                "รับถึงวันที่",
                "Taken until",
                kind="code",
                width=14,
                note=Text(
                    "พ้นวันนี้แล้วไม่รับเพิ่ม เว้นว่าง = ตามค่า closes_days",
                    "Nothing is taken after this day; blank: closes_days after the deadline",
                ),
            ),
            field("closed", "ปิดงวดแล้ว", "Closed", kind="choice", choices=YES_NO, width=10, example="ไม่ใช่"),
            field("note", "หมายเหตุ", "Note", width=40),
        ),
        instructions=(
            Text(
                "งวดที่ปิดแล้วไม่รับข้อมูลเพิ่ม นอกนั้นรับและระบุว่าล่าช้า",
                "A closed period takes nothing more; otherwise late files are taken and marked late",
            ),
            Text(
                "ต้องการถามหรือไม่รับไฟล์ที่มาก่อนหรือหลังกำหนด: ตั้งความเข้มของ W_EARLY, W_LATE, E_CLOSED ในแผ่นงาน “กฎ”",
                "To ask about early or late files, or to refuse them, set W_EARLY, W_LATE, E_CLOSED on the rules sheet",
            ),
        ),
    )


def holidays() -> Sheet:
    """Days on which a computed deadline never falls."""
    return Sheet(
        "holidays",
        "วันหยุด",
        Text("วันหยุดที่เลื่อนกำหนดส่ง", "Holidays that move deadlines"),
        row_key="day",
        fixed=False,
        optional=True,
        spare_rows=30,
        freeze=2,
        fields=(
            MARK,
            field("day", "วันที่", "Day", kind="code", required=True, width=14, example="15/1/2567"),
            field("name", "วันหยุด", "Holiday", width=50, example="วันหยุดชดเชย"),
        ),
        instructions=(
            Text(
                "กำหนดส่งที่คิดจากค่าตั้งต้นและตรงกับวันในแผ่นนี้ เลื่อนไปวันทำการถัดไป วันที่พิมพ์ไว้ในปฏิทินไม่เลื่อน",
                "A deadline that follows from the settings and falls on a day listed here moves to the next working day; "
                "days typed in the calendar stand",
            ),
        ),
    )
