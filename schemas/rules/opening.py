"""Rules about what came, before a form in it is read: can it be opened, is it ours, what a mail or zip held, who sent it."""

from __future__ import annotations

from schemas.language import Rule, Text


def _rule(code: str, severity: str, th: str, en: str, advice_th: str, advice_en: str, example: str = "") -> Rule:
    return Rule(code, severity, Text(th, en), Text(advice_th, advice_en), example or "—")  # type: ignore[arg-type]


_AGAIN = ("เปิดไฟล์ใน Excel แล้ว “บันทึกเป็น” .xlsx จากนั้นส่งใหม่", "Open it in Excel, save as .xlsx and send again")

RULES = (
    _rule(
        "E_UNSAFE_EMPTY",
        "error",
        "ไฟล์ว่าง ไม่มีข้อมูล",
        "The file is empty",
        "ตรวจว่าคัดลอกไฟล์ครบแล้วส่งใหม่",
        "Check that the copy finished, then send again",
    ),
    _rule(
        "E_UNSAFE_NOT_XLSX",
        "error",
        "ไฟล์นี้ไม่ใช่สมุดงาน Excel (.xlsx) แต่เป็น{what}",
        "This is not an Excel workbook (.xlsx) but {what_en}",
        *_AGAIN,
    ),
    _rule(
        "E_UNSAFE_PASSWORD",
        "error",
        "ไฟล์มีรหัสผ่าน",
        "The file has a password",
        "เอารหัสผ่านออกที่ File > Info แล้วส่งใหม่",
        "Remove it under File > Info and send again",
    ),
    _rule(
        "E_UNSAFE_BROKEN",
        "error",
        "ไฟล์เสียหาย เปิดไม่ได้ ({what})",
        "The file is damaged and cannot be opened ({what_en})",
        *_AGAIN,
    ),
    _rule(
        "E_UNSAFE_SIZE",
        "error",
        "ไฟล์ใหญ่เกินกำหนด ({what})",
        "The file is larger than allowed ({what_en})",
        "ส่งเฉพาะแบบฟอร์มที่ได้รับจากส่วนกลาง",
        "Send only the form you were given",
    ),
    _rule(
        "E_UNSAFE_CONTENT",
        "error",
        "ไฟล์มีส่วนที่ไม่ปลอดภัย ({what})",
        "The file holds something unsafe ({what_en})",
        "คัดลอกข้อมูลลงในแบบฟอร์มที่ได้รับจากส่วนกลาง แล้วส่งใหม่",
        "Copy the figures into the form you were given and send that",
    ),
    _rule(
        "E_UNSAFE_READER",
        "error",
        "โปรแกรมอ่านไฟล์นี้ไม่ได้ในเวลาหรือหน่วยความจำที่กำหนด",
        "The file could not be read within the limits of time and memory",
        *_AGAIN,
    ),
    _rule(
        "E_NOT_OURS",
        "error",
        "ไม่ใช่แบบฟอร์มของระบบนี้{what}",
        "This is not one of our forms{what_en}",
        "กรอกในแบบฟอร์มที่ได้รับจากส่วนกลาง (โฟลเดอร์ templates) ถ้าเป็นแบบฟอร์มนั้นที่บันทึกเป็นชนิดอื่น ให้เปิดแล้ว “บันทึกเป็น” .xlsx "
        "ถ้าเป็นหลักฐาน ให้พิมพ์ชื่อไฟล์นี้ในช่องหลักฐานของแบบฟอร์ม",
        "Fill the form you were given (folder templates); if it is that form saved as another kind, open it and save as .xlsx; "
        "if it is evidence, type its name into the evidence cell of the form",
    ),
    _rule(
        "E_CONTAINER_EMPTY",
        "error",
        "ใน{what}ไม่มีไฟล์แนบที่รับได้",
        "There is no file to take in within {what_en}",
        "แนบแบบฟอร์มที่กรอกแล้วไปกับอีเมลหรือไฟล์ zip แล้วส่งใหม่",
        "Attach the filled form to the mail, or put it into the zip, and send again",
    ),
    _rule(
        "E_CONTAINER_SEALED",
        "error",
        "{what}ถูกเข้ารหัส เปิดไม่ได้",
        "Encrypted, it cannot be opened: {what_en}",
        "ส่งแบบฟอร์มใหม่โดยไม่ใส่รหัสผ่านและไม่เข้ารหัส",
        "Send the form again without a password and without encryption",
    ),
    _rule(
        "E_CONTAINER_BROKEN",
        "error",
        "อีเมลหรือไฟล์บีบอัดเสียหาย เปิดไม่ได้ ({what})",
        "The mail or archive is damaged and cannot be opened ({what_en})",
        "บันทึกอีเมลหรือสร้างไฟล์ zip ใหม่แล้วส่งอีกครั้ง หรือส่งแบบฟอร์มโดยตรง",
        "Save the mail or make the zip anew and send it again, or send the form itself",
    ),
    _rule(
        "E_CONTAINER_SIZE",
        "error",
        "อีเมลหรือไฟล์บีบอัดมีเนื้อหามากเกินกำหนด ({what})",
        "The mail or archive holds more than allowed ({what_en})",
        "ส่งเฉพาะแบบฟอร์มและหลักฐาน แบ่งส่งหลายครั้งได้",
        "Send only forms and evidence, in several mails where need be",
    ),
    _rule(
        "I_UNPACKED",
        "info",
        "แยกไฟล์แนบออกมา {count} ไฟล์: {value}",
        "{count} files taken out: {value}",
        "แต่ละไฟล์มีคำตอบของตนเอง",
        "Each of them has its own answer",
        "แบบฟอร์ม.xlsx",
    ),
    _rule(
        "I_LEFT_BEHIND",
        "info",
        "ส่วนที่ไม่ได้รับเป็นไฟล์: {value}",
        "Not taken in as files: {value_en}",
        "ถ้าเป็นหลักฐาน โปรดแนบเป็นไฟล์ต่างหาก",
        "If one of them is evidence, attach it as a file",
    ),
    _rule(
        "Q_SENDER",
        "query",
        "อีเมลผู้ส่ง “{value}” ไม่ใช่อีเมลที่หน่วยงานลงทะเบียนไว้ เป็นข้อมูลของหน่วยงานจริงหรือไม่",
        "The sender “{value}” is not among the unit's registered addresses: is this the unit's own report?",
        "ให้หน่วยงานส่งจากอีเมลที่ลงทะเบียนไว้ หรือแจ้ง{centre}เพื่อเพิ่มอีเมล",
        "Send from a registered address, or have {centre} add this one",
        "plan@unit.example",
    ),
    _rule(
        "E_SENDER",
        "error",
        "ไม่รับ: อีเมลผู้ส่ง “{value}” ไม่ใช่ของหน่วยงานนี้",
        "Refused: the sender “{value}” is not one of this unit's",
        "ส่งจากอีเมลที่หน่วยงานลงทะเบียนไว้ หรือแจ้ง{centre}เพื่อเพิ่มอีเมล",
        "Send from the unit's registered address, or have {centre} add this one",
        "plan@unit.example",
    ),
)
