"""The words of a reminder, as a Thai office writes a memo (บันทึกข้อความ)."""

from __future__ import annotations

from schemas.language import Text

MEMO = Text("บันทึกข้อความ", "Memorandum")
HEAD = {
    "from": Text("ส่วนราชการ", "From"),
    "number": Text("ที่", "No."),
    "date": Text("วันที่", "Date"),
    "subject": Text("เรื่อง", "Subject"),
    "to": Text("เรียน", "To"),
}
SUBJECT = Text("ขอให้ส่งรายงานที่พ้นกำหนดส่ง ปีงบประมาณ พ.ศ. {year}", "Reports overdue, fiscal year {year}")
AGAIN = Text("{subject} (เตือนครั้งที่ {n})", "{subject} (reminder {n})")
BLANK_NUMBER = "................................"
HEAD_OF = Text("หัวหน้าหน่วยงาน {unit}", "Head of {unit}")
OPENING = Text(
    "ตามที่ {centre} กำหนดให้หน่วยงานส่งรายงานตามแผนปฏิบัติราชการ ประจำปีงบประมาณ พ.ศ. {year} ภายในวันที่กำหนด นั้น",
    "Reports under the action plan of fiscal year {year} are due as {centre} set",
)
FOUND = Text(
    "ณ วันที่ {day} ยังมีรายงานของ {unit} (รหัส {code}) ที่พ้นกำหนดส่งและไม่เรียบร้อย จำนวน {n} รายการ ดังนี้",
    "As of {day}, {n} reports of {unit} ({code}) are overdue:",
)
TABLE = (
    Text("ที่", "No."),
    Text("รายงานและงวด", "Report and period"),
    Text("สิ่งที่ค้าง", "What is owed"),
    Text("กำหนดส่ง", "Deadline"),
    Text("เกินกำหนด\n(วัน)", "Days\noverdue"),
)
OWED = {
    "missing": Text("ยังไม่ได้รับ", "nothing received"),
    "partial": Text(
        "ได้รับ {rows_in} จาก {rows_due} ตัวชี้วัด ยังขาด {lacking}", "{rows_in} of {rows_due} received; lacking {lacking}"
    ),
    "returned": Text("ส่งกลับให้แก้ {rows_held} ตัวชี้วัด: {to_correct}", "{rows_held} to correct: {to_correct}"),
    "received": Text("ได้รับแล้ว ยังไม่ยืนยัน", "received, not confirmed"),
}
ALSO_LACKING = Text(" และยังขาด {lacking}", "; lacking {lacking}")
REQUEST = Text("จึงขอให้ดำเนินการ ดังนี้", "Please")
DO = {
    "missing": Text(
        "รายงานที่ยังไม่ได้รับ ให้กรอกแบบฟอร์มที่ได้รับจากส่วนกลาง แล้วส่งไฟล์กลับทางช่องทางเดิม",
        "fill the form you were given and send it",
    ),
    "partial": Text(
        "รายงานที่ยังไม่ครบ ให้กรอกตัวชี้วัดที่ขาดในแบบฟอร์มเดิม ถ้ายังไม่มีผล ให้เลือก “ยังไม่สามารถรายงานผลได้” แล้วส่งใหม่ทั้งไฟล์",
        "complete the form; where there is no result yet, say so",
    ),
    "returned": Text(
        "รายงานที่ส่งกลับให้แก้ ให้แก้ช่องที่ทำเครื่องหมายไว้ในสำเนาที่ส่งคืน แล้วส่งสำเนานั้นกลับ", "correct the marked copy and send it back"
    ),
    "received": Text(
        "รายงานที่ยังไม่ยืนยัน ให้ตรวจความถูกต้อง เลือก “ยืนยัน” แล้วส่งใหม่", "confirm the rows and send the form again"
    ),
}
DO["evidence"] = Text(
    "หลักฐานที่ยังไม่ได้รับ ให้ส่งไฟล์หลักฐานตามชื่อที่พิมพ์ไว้ในแบบฟอร์ม ทางช่องทางเดิม", "send the evidence named in the form"
)
SENT = Text(
    "หากได้ส่งก่อนได้รับหนังสือฉบับนี้แล้ว ไม่ต้องดำเนินการใด ๆ อีก มีข้อสงสัยโปรดติดต่อ {centre}",
    "Nothing to do where it was sent meanwhile; questions to {centre}",
)
CLOSING = Text("จึงเรียนมาเพื่อโปรดดำเนินการ", "For your action")
DIRECTOR = Text("ผู้อำนวยการ{centre}", "Director of {centre}")
SIGNATURE = "(.....................................................)"
