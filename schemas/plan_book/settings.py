"""The settings of an office: the sheet, and every setting with its default and meaning."""

from __future__ import annotations

from schemas.language import Sheet, Text
from schemas.plan_book.columns import MARK, field

# key: what holds where the sheet is silent, and what the sheet says the value means
SETTINGS: dict[str, tuple[str, Text]] = {
    "fiscal_year": ("", Text("ปีงบประมาณของแผนฉบับนี้ (พ.ศ.) เช่น 2567", "Fiscal year of this plan (B.E.)")),
    "office_name": ("", Text("ชื่อสำนักงาน/กระทรวง/จังหวัด ที่ปรากฏบนรายงาน", "Name printed on reports")),
    "stage": ("", Text("ขั้นของแผน (ถ้ามี) เช่น คำขอกรม", "Stage of the plan, where there are several")),
    "plan_state": (
        "draft",
        Text(
            "สถานะแผน: draft หรือ confirmed (ยืนยันแล้ว น้ำหนักต้องรวม 100)",
            "draft or confirmed; once confirmed, weights must sum to 100",
        ),
    ),
    "centre_contact": ("กองนโยบายและแผน", Text("หน่วยงานกลางที่ให้ติดต่อ", "The central unit people contact")),
    "green_from": ("4", Text("ไฟเขียวตั้งแต่คะแนน", "Green light from this score")),
    "yellow_from": ("3", Text("ไฟเหลืองตั้งแต่คะแนน", "Yellow light from this score")),
    "status_tolerance": (
        "5",
        Text("ร้อยละที่ยอมให้ต่างจากแผนก่อนถือว่าล่าช้า/เร็วกว่าแผน", "Per cent from plan before behind or ahead"),
    ),
    "headline": (
        "reported",
        Text("คะแนนหลัก: reported = เฉพาะที่รายงาน, all = ทุกตัวชี้วัด", "Headline total: reported indicators or all"),
    ),
    "unreported_at_year_end": (
        "0",
        Text("คะแนนของตัวชี้วัดที่ไม่รายงานเมื่อสิ้นปี: 0 หรือ 1", "Score of unreported indicators at the year's end: 0 or 1"),
    ),
    "ranking_coverage": (
        "50",
        Text(
            "จัดอันดับเฉพาะหน่วยงานที่รายงานตั้งแต่ร้อยละนี้ของน้ำหนัก", "Rank units with at least this share of weight reported (%)"
        ),
    ),
    "late_penalty": ("0", Text("คะแนนที่หักต่อการรายงานล่าช้าหนึ่งครั้ง", "Score taken off per late report")),
    "deadline_days": (
        "15",
        Text("กำหนดส่งกี่วันหลังสิ้นไตรมาส ถ้าปฏิทินไม่ระบุ", "Days after the quarter's end where the calendar is silent"),
    ),
    "window_opens_day": (
        "",
        Text(
            "เปิดรับผลตั้งแต่วันที่เท่าใดของเดือนสุดท้ายในงวด เช่น 25 (เดือนที่สั้นกว่าใช้วันสุดท้าย) เว้นว่าง = วันแรกของงวด",
            "Results are taken from this day of the period's last month on, e.g. 25; blank: the period's first day",
        ),
    ),
    "evidence_days": (
        "4",
        Text("หลักฐานส่งตามมาได้อีกกี่วันหลังกำหนดส่ง ถ้าปฏิทินไม่ระบุ", "Days after the deadline in which evidence may follow"),
    ),
    "closes_days": (
        "",
        Text(
            "ไม่รับเพิ่มเมื่อพ้นกำหนดส่งกี่วัน เว้นว่าง = รับเสมอจนกว่าจะปิดงวด",
            "Days after the deadline when a period closes; blank: never",
        ),
    ),
    "settled_by": (
        "received",
        Text(
            "ถือว่าส่งแล้วเมื่อ: received = รับครบ, confirmed = รับครบและยืนยันแล้ว",
            "A form is no longer owed once received, or once confirmed",
        ),
    ),
    "reminder_days": (
        "7",
        Text("ออกหนังสือเตือนครั้งถัดไปทุกกี่วัน (0 = ไม่ออกหนังสือ)", "Days between reminders; 0: no letters are drawn"),
    ),
    "unit_folders": (
        "yes",
        Text(
            "รวมไฟล์ของแต่ละหน่วยงานไว้ใน outbox/units เพื่อแบ่งปันเฉพาะหน่วยงานนั้น (yes/no)",
            "Gather each unit's files in outbox/units, to be shared with that unit alone: yes or no",
        ),
    ),
    "letter_number": ("", Text("เลขที่หนังสือขึ้นต้น เช่น กค 0201/", "How numbers of letters begin")),
    "letter_signed_by": (
        "",
        Text(
            "ตำแหน่งผู้ลงนามหนังสือเตือน เว้นว่าง = ผู้อำนวยการหน่วยงานกลาง",
            "Role title that signs the reminders; blank: the director of the central unit",
        ),
    ),
    "sender_check": (
        "off",
        Text(
            "ตรวจอีเมลผู้ส่งกับที่หน่วยงานลงทะเบียนไว้: off = ไม่ตรวจ, query = สอบถาม, refuse = ไม่รับ",
            "Hold a mail's sender against the unit's addresses: off, query or refuse",
        ),
    ),
    "mail_drafts": (
        "yes",
        Text(
            "เตรียมร่างอีเมลตอบใน outbox/mail: yes หรือ no", "Keep a draft of every answer ready in outbox/mail: yes or no"
        ),
    ),
    "signing": (
        "file",
        Text(
            "หลักฐานการยืนยัน: file = ตามไฟล์, channel = ต้องส่งทางโฟลเดอร์ของหน่วยงานหรือผู้ส่งที่ลงทะเบียน",
            "Proof of a confirmation: file = its state cell; channel = the unit's folder or a registered sender",
        ),
    ),
    "bands": (
        "<100=200; <=100=300; <110=400; >=110=500",
        Text(
            "คะแนน PMQA ตามร้อยละของเป้าหมาย อ่านจากซ้ายไปขวา เงื่อนไขแรกที่จริงใช้คะแนนนั้น",
            "PMQA points by per cent of target, read from the left: the first condition that holds gives the points",
        ),
    ),
}


def settings() -> Sheet:
    """One row per setting of `SETTINGS`: key, value, meaning."""
    return Sheet(
        "settings",
        "ตั้งค่า",
        Text("ค่าที่สำนักงานกำหนดเอง", "Settings of this office"),
        row_key="key",
        fixed=False,
        spare_rows=10,
        freeze=3,
        fields=(
            MARK,
            field("key", "ชื่อค่า", "Setting", required=True, width=34, example="fiscal_year"),
            field("value", "ค่า", "Value", width=40, example="2567"),
            field("meaning", "ความหมาย", "Meaning", kind="long", width=80, example="ปีงบประมาณของแผนฉบับนี้ (พ.ศ.)"),
        ),
        instructions=(Text("แก้เฉพาะคอลัมน์ “ค่า”", "Change only the value column"),),
    )
