"""Rules of evidence files: what may be kept, what is asked about, what is still owed."""

from __future__ import annotations

from schemas.language import Rule, Text


def _rule(code: str, severity: str, th: str, en: str, advice_th: str, advice_en: str, example: str) -> Rule:
    return Rule(code, severity, Text(th, en), Text(advice_th, advice_en), example)  # type: ignore[arg-type]


_AS_PDF = ("พิมพ์หรือบันทึกเป็น PDF แล้วส่งใหม่", "Print or save it as PDF and send that", "รายงานการประชุม.pdf")
_NAME = "01101.P1.2567-Q4.pdf"

RULES = (
    _rule(
        "E_EVIDENCE_REFUSED",
        "error",
        "ไม่รับไฟล์ชนิดนี้เป็นหลักฐาน ({what})",
        "This kind of file is not taken as evidence ({what_en})",
        "ส่งเป็น PDF รูปภาพ หรือเอกสาร Office ถ้าเป็นแบบฟอร์ม ให้บันทึกเป็น .xlsx",
        "Send a PDF, a picture or an Office document; if it is a form, save it as .xlsx",
        "รายงานการประชุม.pdf",
    ),
    _rule(
        "E_EVIDENCE_KIND",
        "error",
        "ชื่อไฟล์ลงท้าย {value} แต่เนื้อหาเป็น{what}",
        "The name ends in {value}, but the content is a {what_en}",
        "เปลี่ยนนามสกุลไฟล์ให้ตรงกับเนื้อหา แล้วส่งใหม่",
        "Give the file the ending of its content and send it again",
        "รายงานการประชุม.pdf",
    ),
    _rule(
        "E_EVIDENCE_ACTIVE",
        "error",
        "ไฟล์มีส่วนที่ทำงานเองเมื่อเปิด ({what})",
        "The file would do something by itself when opened ({what_en})",
        *_AS_PDF,
    ),
    _rule(
        "E_EVIDENCE_BROKEN",
        "error",
        "ไฟล์หลักฐานเสียหาย เปิดไม่ได้ ({what})",
        "The evidence file is damaged ({what_en})",
        "เปิดดูก่อน แล้วคัดลอกหรือสแกนใหม่และส่งอีกครั้ง",
        "Open it yourself, then copy or scan it again and send it once more",
        "รายงานการประชุม.pdf",
    ),
    _rule(
        "E_EVIDENCE_PASSWORD",
        "error",
        "ไฟล์หลักฐานมีรหัสผ่านหรือถูกเข้ารหัส",
        "The evidence file has a password or is encrypted",
        *_AS_PDF,
    ),
    _rule(
        "Q_EVIDENCE_UNNAMED",
        "query",
        "รับเป็นไฟล์หลักฐานแล้ว (ไม่มีการอ่านตัวเลข) แต่ยังไม่มีแบบฟอร์มของ {unit} ระบุชื่อไฟล์นี้ เป็นหลักฐานของตัวชี้วัดใด",
        "Kept as evidence (no figures are read from it), but no form of {unit} names it: which indicator is it for?",
        "พิมพ์ชื่อไฟล์นี้ในช่องหลักฐานของแบบฟอร์ม หรือส่งใหม่โดยตั้งชื่อ หน่วยงาน.ตัวชี้วัด.งวด เช่น " + _NAME,
        "Type its name into the evidence cell of the form, or send it again named UNIT.INDICATOR.PERIOD, e.g. " + _NAME,
        _NAME,
    ),
    _rule(
        "Q_EVIDENCE_UNIT",
        "query",
        "เก็บไฟล์ไว้แล้ว (ไม่มีการอ่านตัวเลข) แต่ไม่ทราบว่าเป็นหลักฐานของหน่วยงานใด",
        "Kept (no figures are read from it), but it is not known which unit's evidence it is",
        "วางไฟล์ใน inbox/รหัสหน่วยงาน/ หรือข้างแบบฟอร์ม หรือตั้งชื่อ หน่วยงาน.ตัวชี้วัด.งวด เช่น " + _NAME,
        "Put it into inbox/UNIT/ or beside the form, or name it UNIT.INDICATOR.PERIOD, e.g. " + _NAME,
        _NAME,
    ),
    _rule(
        "Q_EVIDENCE_TWO",
        "query",
        "เก็บไฟล์ไว้แล้ว แต่ชื่อไฟล์ตรงกับหลายที่ ระบบไม่เดา",
        "Kept, but its name fits in more than one place: nothing is guessed",
        "ส่งใหม่โดยตั้งชื่อ หน่วยงาน.ตัวชี้วัด.งวด เช่น " + _NAME,
        "Send it again named UNIT.INDICATOR.PERIOD, e.g. " + _NAME,
        _NAME,
    ),
    _rule(
        "W_EVIDENCE_LATE",
        "warning",
        "หลักฐานมาหลังกำหนด {value}",
        "The evidence came after its deadline {value_en}",
        "รับไว้แล้วและระบุว่าล่าช้า",
        "Taken, and marked late",
        "—",
    ),
    _rule(
        "W_EVIDENCE_MACRO",
        "warning",
        "เอกสารมีแมโคร ระบบเก็บไว้แต่ไม่เปิด",
        "The document holds macros: it is kept and never opened here",
        "ครั้งต่อไปส่งเป็น PDF",
        "Next time send a PDF",
        "รายงานการประชุม.pdf",
    ),
    _rule(
        "W_EVIDENCE_ATTACHED",
        "warning",
        "มีไฟล์อื่นฝังอยู่ในเอกสาร ระบบเก็บไว้แต่ไม่อ่าน",
        "Other files are embedded in the document: they are kept and not read",
        "ส่งไฟล์ที่ฝังไว้แยกต่างหากถ้าเป็นหลักฐาน",
        "Send them as files of their own where they are evidence",
        "รายงานการประชุม.pdf",
    ),
    _rule(
        "I_EVIDENCE_DUE",
        "info",
        "ยังไม่ได้รับหลักฐาน {count} ไฟล์ที่ระบุไว้: {value} ส่งได้ถึง {until}",
        "Evidence files named and not received yet: {count}; they may follow until {until_en}",
        "ส่งไฟล์ทางเดียวกับแบบฟอร์มนี้ โดยใช้ชื่อไฟล์ตามที่ระบุไว้",
        "Send the files the way this form came, under the names given here",
        "—",
    ),
    _rule(
        "W_EVIDENCE_OVERDUE",
        "warning",
        "ยังไม่ได้รับหลักฐาน {count} ไฟล์ที่ระบุไว้: {value} พ้นกำหนด {until} แล้ว",
        "Evidence files named and not received: {count}; they were due on {until_en}",
        "ส่งไฟล์โดยเร็ว วางข้างแบบฟอร์มนี้ หรือใน inbox/รหัสหน่วยงาน/",
        "Send the files soon: beside this form or into inbox/UNIT/",
        "—",
    ),
)
