"""The words in which every answer says what became of a file, wherever it is read: receipt, marked copy, mail."""

from __future__ import annotations

from schemas import evidence
from schemas.forms_index import forms
from schemas.language import Text

HEAD = {
    "accepted": Text("รับข้อมูลแล้ว", "Accepted"),
    "returned": Text("ส่งกลับให้แก้ไข", "Returned"),
    "refused": Text("ไม่รับ", "Refused"),
    "quarantined": Text("เปิดหรืออ่านไฟล์ไม่ได้", "Cannot be read"),
    "duplicate": Text("ไฟล์ซ้ำ รับไว้แล้ว", "Duplicate"),
}
SEVERITY = {
    "error": Text("ต้องแก้", "error"),
    "query": Text("ขอคำยืนยัน", "query"),
    "warning": Text("โปรดตรวจ", "warning"),
    "info": Text("แจ้งให้ทราบ", "info"),
}

UNLOCK = "unlock"  # what an unlock given by command is called among the files


def title_of(form: str | None) -> Text:
    """What a file of this form is called, evidence included; a dash where it is of none."""
    if form == evidence.FORM:
        return evidence.TITLE
    if form == UNLOCK:
        return Text("คำสั่งปลดล็อก", "Unlock")
    return forms()[form].title if form in forms() else Text(form or "-", form or "-")
