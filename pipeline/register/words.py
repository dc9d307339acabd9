"""What the register says: states in words, and every column with its meaning and formula."""

from __future__ import annotations

from pipeline.office.tables import Column
from schemas.language import Text

WORDS = {
    "missing": Text("ยังไม่ส่ง", "missing"),
    "partial": Text("ส่งไม่ครบ", "incomplete"),
    "returned": Text("ส่งกลับให้แก้", "returned"),
    "received": Text("รับแล้ว", "received"),
    "confirmed": Text("ยืนยันแล้ว", "confirmed"),
    "signed_off": Text("นำส่งข้อมูลแล้ว", "signed off"),
    "not due": Text("ยังไม่ถึงงวด", "not due"),
    "open": Text("มีผลอยู่", "in force"),
    "ended": Text("สิ้นสุดแล้ว", "ended"),
}
LIGHTS = {
    "missing": "red",
    "partial": "yellow",
    "returned": "yellow",
    "received": "green",
    "confirmed": "green",
    "signed_off": "green",
    "not due": "grey",
    "open": "yellow",
    "ended": "grey",
}
STATES = {
    "accepted": Text("รับแล้ว", "accepted"),
    "returned": Text("ส่งกลับให้แก้", "returned"),
    "refused": Text("ไม่รับ", "refused"),
    "duplicate": Text("ซ้ำ", "duplicate"),
    "quarantined": Text("เปิด/อ่านไม่ได้", "quarantined"),
    "pending": Text("รอ", "pending"),
    "received": Text("รับเข้าแล้ว ยังไม่ตรวจ", "taken in, not judged yet"),
}
OVERDUE = Text("เกินกำหนด {days} วัน", "{days} days overdue")
AS_OF = Text(
    "ข้อมูล ณ วันที่ {day} เวลา {at} น.  ·  ทุกร้อยละคิดจากหน่วยงานและรายงานเท่าที่แสดงในแถวเดียวกัน วิธีคำนวณอยู่ในแผ่นงาน “คำอธิบาย”",
    "As of {day}; formulas stand on the last sheet",
)
EVERY = Text("ทุกตัวชี้วัด", "every indicator")
NOTHING = Text("(ไม่มี)", "(none)")
SOURCES = {"plan": Text("สมุดแผนกลาง", "plan workbook"), "command": Text("คำสั่งของผู้ดูแลระบบ", "command")}
CHANNELS = {
    "folder": Text("โฟลเดอร์ inbox", "folder"),
    "mail": Text("อีเมล", "mail"),
    "command": Text("คำสั่งของผู้ดูแลระบบ", "command"),
}
SCENARIOS = {"plan": Text("แผน", "plan"), "actual": Text("ผล", "result"), "estimate": Text("ประมาณการ", "estimate")}
WITHIN = Text("ภายในกำหนด", "within the deadline")


def _c(key: str, th: str, en: str, kind: str, width: float, note_th: str = "", note_en: str = "") -> Column:
    return Column(key, Text(th, en), kind, width, Text(note_th, note_en))  # type: ignore[arg-type]


_UNIT = (
    _c("unit", "หน่วยงาน", "Unit", "text", 13),
    _c("unit_name", "ชื่อหน่วยงาน", "Name", "text", 56),
)
_FORM = (
    _c("form", "แบบฟอร์ม", "Form", "text", 29),
    _c("period", "งวด", "Period", "text", 22),
)
FILES = (
    _c("number", "เลขที่", "Number", "rank", 11, "ลำดับที่รับเข้า", "Order of arrival"),
    _c("received_at", "รับเมื่อ", "Received", "datetime", 27),
    _c("name", "ชื่อไฟล์", "File", "text", 44),
    _c("sender", "จาก", "From", "text", 30, "ผู้ส่ง หรือช่องทางที่ไฟล์เข้ามา", "The sender, or the way the file came"),
    _c("unit", "หน่วยงาน", "Unit", "text", 14),
    _c("form", "แบบฟอร์ม", "Form", "text", 29),
    _c("fiscal_year", "ปีงบประมาณ", "Fiscal year", "rank", 15),
    _c("state", "ผล", "State", "text", 18),
    _c("reason", "เหตุผล", "Reason", "text", 46),
    _c("rows_taken", "แถวที่รับ", "Rows taken", "count", 14),
    _c("rows_held", "แถวรอแก้", "Rows held", "count", 14),
    _c("answer", "คำตอบ (ใน outbox)", "Answer (in outbox)", "text", 62),
    _c("sha256", "ลายนิ้วมือไฟล์", "sha256", "text", 25, "16 หลักแรกของ sha256", "The first 16 digits"),
)
BALANCE = (
    _c("th", "ยอดไฟล์", "Balance of files", "text", 44),
    _c("en", "ภาษาอังกฤษ", "In English", "text", 44),
    _c("count", "จำนวน", "Files", "count", 14),
)
_DAYS = _c("days", "เกินกำหนด (วัน)", "Days overdue", "count", 14, "จำนวนวันนับจากวันกำหนดส่ง ถ้ายังค้างและพ้นกำหนดแล้ว", "Days since the deadline of what is owed")  # fmt: skip
_COUNTED = (
    _c("rows_due", "ตัวชี้วัดที่ต้องส่ง", "Rows due", "count", 20, "ตัวชี้วัดของหน่วยงานที่ถึงรอบรายงานในงวดนั้น", "The unit's indicators that report in the period"),
    _c("rows_in", "รับแล้ว", "Rows in", "count", 13, "ตัวชี้วัดที่มีข้อมูลรับไว้แล้ว", "Those with a standing row"),
    _c("rows_held", "รอแก้", "To correct", "count", 14, "ตัวชี้วัดที่แถวล่าสุดถูกส่งกลับ และยังไม่มีแถวที่ยืนยันแล้ว", "Those whose newest row was returned and of which none is confirmed"),
)  # fmt: skip
OWED = (
    *_UNIT,
    *_FORM,
    _c("state", "สถานะ", "State", "light", 24, "ยังไม่ส่ง = ไม่มีแถวใดรับแล้ว, ส่งไม่ครบ = บางตัวชี้วัดยังไม่มี, ส่งกลับให้แก้ = มีแถวรอแก้", "missing: no row; incomplete: some rows; returned: some row waits for correction"),
    _c("deadline", "กำหนดส่ง", "Deadline", "text", 18),
    _c("late", "เกินกำหนดหรือไม่", "Overdue", "text", 24),
    *_COUNTED,
    _c("to_correct", "ตัวชี้วัดที่ต้องแก้", "Correct these", "text", 34),
    _c("lacking", "ตัวชี้วัดที่ยังขาด", "Lacking", "text", 34, "ตัวชี้วัดที่ยังไม่ส่ง เมื่อส่งบางตัวมาแล้ว (ยังไม่ส่งเลย = ขาดทุกตัว)", "Indicators not reported where others were (nothing sent: all of them)"),
)  # fmt: skip
DUTIES = (
    *_UNIT,
    *_FORM,
    _c("state", "สถานะ", "State", "light", 24, "ยืนยันแล้ว = ทุกแถวยืนยัน, รับแล้ว = รับครบแต่ยังมีร่าง งวดที่ยังไม่สิ้นสุดและยังไม่ส่งไม่แสดง", "confirmed: every row is; received: all in, some still drafts; periods not ended and not reported are left out"),
    _c("deadline", "กำหนดส่ง", "Deadline", "text", 18, "จากปฏิทิน หรือค่าตั้งต้น", "From the calendar, else the settings"),
    _c("month", "เดือนที่ครบกำหนด", "Month due", "text", 15),
    *_COUNTED,
    _c("rows_confirmed", "ยืนยันแล้ว", "Confirmed", "count", 15, "ตัวชี้วัดที่แถวซึ่งใช้อยู่ยืนยันแล้ว", "Those whose standing row is confirmed"),
    _c("rows_on_time", "ทันกำหนด", "On time", "count", 13, "ตัวชี้วัดที่รับครั้งแรกไม่เกินวันกำหนดส่ง", "Those first taken by the deadline"),
    _c("rows_changed", "แก้หลังยืนยัน", "Changed after", "count", 16, "ตัวชี้วัดที่แก้ไขภายใต้การปลดล็อก", "Those changed under an unlock"),
    _c("first_at", "รับครั้งแรก", "First received", "datetime", 27),
    _c("last_at", "รับล่าสุด", "Last received", "datetime", 27),
    _DAYS,
)  # fmt: skip
_QUALITY = (
    _c("reports", "รายงานที่ถึงงวด", "Reports begun", "count", 18, "จำนวนแบบฟอร์มและงวดที่งวดสิ้นสุดแล้ว (แผน: ปีที่มีแผน)", "Forms and periods whose period has ended"),
    _c("received", "รับครบ", "Received", "count", 14, "ในจำนวนนั้น รับครบทุกตัวชี้วัด", "Of these, all rows are in"),
    _c("confirmed", "ยืนยันแล้ว", "Confirmed", "count", 15, "ในจำนวนนั้น ทุกแถวยืนยันแล้ว", "Of these, every row is confirmed"),
    _c("partial", "ส่งไม่ครบ", "Incomplete", "count", 15),
    _c("waiting", "รอแก้ไข", "To correct", "count", 14),
    _c("missing", "ยังไม่ส่ง", "Missing", "count", 13),
    _c("late", "ค้างเกินกำหนด", "Overdue", "count", 15, "รายงานที่ยังค้างและพ้นกำหนดส่งแล้ว", "Owed after the deadline"),
    _c("completeness", "ความครบถ้วน (%)", "Completeness", "percent", 20, "100 × แถวที่รับแล้ว ÷ แถวที่ต้องส่ง ของรายงานที่ถึงงวด", "100 × rows in ÷ rows due, of reports begun"),
    _c("timeliness", "ความตรงเวลา (%)", "Timeliness", "percent", 20, "100 × แถวที่รับครั้งแรกทันกำหนด ÷ แถวที่ต้องส่ง ของรายงานที่พ้นกำหนดแล้ว", "100 × rows first taken by the deadline ÷ rows due, of reports whose deadline has passed"),
    _c("correctness", "ความถูกต้อง (%)", "Correctness", "percent", 20, "100 × (1 − ไฟล์ที่ส่งกลับ ÷ ไฟล์ที่ตรวจ)", "100 × (1 − files returned ÷ files judged)"),
    _c("files", "ไฟล์ที่ตรวจ", "Files judged", "count", 14, "ไฟล์ที่รับแล้วหรือส่งกลับ ไม่นับไฟล์ซ้ำ", "Accepted or returned; duplicates are not counted"),
    _c("returned", "ส่งกลับ", "Returned", "count", 14, "ไฟล์ที่ส่งกลับให้แก้", "Files sent back"),
    _c("errors", "ขอให้แก้", "Corrections", "count", 16, "จำนวนรายการที่ขอให้แก้ในไฟล์เหล่านั้น", "Corrections asked in these files"),
    _c("queries", "ขอคำยืนยัน", "Queries", "count", 14, "จำนวนรายการที่ขอคำยืนยัน", "Doubts asked about"),
    _c("changed", "แก้หลังยืนยัน", "Changed after", "count", 16, "แถวที่แก้ไขภายใต้การปลดล็อก", "Rows changed under an unlock"),
)  # fmt: skip
_YEAR = _c("fiscal_year", "ปี", "Year", "rank", 10)
_BEHIND = _c("units", "หน่วยงานที่นับ", "Units counted", "count", 18, "จำนวนหน่วยงานที่อยู่เบื้องหลังตัวเลขในแถว", "How many units stand behind the line")  # fmt: skip
UNITS = (_YEAR, *_UNIT, *_QUALITY)
_LEVEL = (
    _c("level", "รหัส", "Code", "text", 11),
    _c("level_name", "ต้นสังกัด", "Parent", "text", 60, "ทุกหน่วยงาน หรือหน่วยงานใต้ต้นสังกัดทุกชั้น", "All units, or those below the parent at any depth"),
)  # fmt: skip
_SHORT = ("reports", "received", "confirmed", "waiting", "missing", "late", "completeness", "timeliness", "correctness")
LEVELS = (_YEAR, *_LEVEL, _BEHIND, *(c for c in _QUALITY if c.key in _SHORT))
MONTHS = (
    *_LEVEL,
    _c("month", "เดือน", "Month", "text", 12, "รายงานนับในเดือนที่ครบกำหนด ไฟล์นับในเดือนที่ได้รับ", "Reports count in the month of their deadline, files in the month they came"),
    _BEHIND,
    *_QUALITY,
)  # fmt: skip
_MEMO = (
    _c("memo", "เลขที่หนังสือ", "Memo", "text", 20),
    _c("reason", "เหตุผล", "Reason", "text", 44),
)
UNLOCKS = (
    _YEAR,
    *_UNIT,
    *_FORM,
    _c("indicator", "ตัวชี้วัด", "Indicator", "text", 16),
    _c("state", "สถานะ", "State", "light", 18, "มีผลอยู่ = หน่วยงานแก้แถวที่ยืนยันแล้วได้ถึงวันสิ้นสุด, สิ้นสุดแล้ว = แถวถูกล็อกตามเดิม", "in force: the unit may change confirmed rows until the last day; ended: rows are locked again"),
    _c("until", "วันสิ้นสุด", "Last day", "text", 18),
    *_MEMO,
    _c("source", "ปลดล็อกโดย", "Given by", "text", 24, "แผ่นงาน “ปลดล็อก” ของสมุดแผนกลางฉบับล่าสุด หรือคำสั่ง opsbook unlock", "A row of the newest plan workbook, or the command opsbook unlock"),
    _c("given_at", "สั่งเมื่อ", "Given", "datetime", 27),
)  # fmt: skip
CHANGES = (
    _YEAR,
    *_UNIT,
    *_FORM,
    _c("indicator", "ตัวชี้วัด", "Indicator", "text", 16),
    _c("scenario", "ชนิดค่า", "Figure", "text", 12),
    _c("old", "ค่าเดิม", "Old", "mixed", 16, "ค่าที่ยืนยันไว้ก่อนแก้ไข", "What was confirmed before the change"),
    _c("new", "ค่าใหม่", "New", "mixed", 16, "ค่าที่แก้ไขภายใต้การปลดล็อก ผลต่อคะแนนและอันดับอยู่ในรายงานผู้บริหาร แผ่นงาน “สิ่งที่เปลี่ยนไป”", "What it was changed to under an unlock; the effect on score and rank stands in the executive report"),
    *_MEMO,
    _c("sender", "จาก", "From", "text", 30, "ผู้ส่ง หรือช่องทางที่ไฟล์เข้ามา", "The sender, or the way the file came"),
    _c("file", "ชื่อไฟล์", "File", "text", 44),
    _c("received_at", "รับเมื่อ", "Received", "datetime", 27),
)  # fmt: skip
MEANING = (
    _c("sheet", "แผ่นงาน", "Sheet", "text", 18),
    _c("label", "คอลัมน์", "Column", "text", 24),
    _c("label_en", "ภาษาอังกฤษ", "In English", "text", 20),
    _c("th", "ความหมายและวิธีคำนวณ", "Meaning and formula", "long", 76),
    _c("en", "ภาษาอังกฤษ", "In English", "long", 62),
)
