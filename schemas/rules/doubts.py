"""Rules of doubt: the row is taken, and the unit is asked. They compare with other figures, so no frame of one file checks them."""

from __future__ import annotations

from schemas.language import Rule, Text

_ANSWER = Text(
    "ถ้าถูกต้อง โปรดตอบในช่องหมายเหตุของแถว ถ้าไม่ถูกต้อง โปรดแก้แล้วส่งใหม่",
    "If it is right, answer in the row's remarks column; if not, correct it and send again",
)

# Their value is the code of another unit: the centre sees it (trace, check, --json), no answer to a unit ever does.
NAME_ANOTHER_UNIT = ("Q_TWIN",)

RULES = (
    Rule(
        "Q_SCALE",
        "query",
        Text(
            "“{value}” {than}{like} ({reference}) ประมาณ {times} เท่า{more} หน่วยถูกต้องหรือไม่",
            "“{value}” is about {times_en} {like_en} ({reference}){more_en}: is the unit right?",
        ),
        Text(
            "ตรวจว่ากรอกเป็นหน่วย พัน หรือล้าน ถ้าถูกต้อง โปรดตอบในช่องหมายเหตุของแถว",
            "Check units, thousands or millions; if it is right, answer in the row's remarks column",
        ),
        "85",
    ),
    Rule(
        "Q_TWIN",
        "query",
        Text(
            "มี {count} ค่าตรงกับไฟล์ของหน่วยงานอื่น เช่น “{like}” เป็นค่าของหน่วยงานท่านเองหรือไม่",
            "{count} figures are the same as in another unit's file, “{like}” for one: are they your own?",
        ),
        _ANSWER,
        "87.35",
    ),
    Rule(
        "Q_OUTLIER",
        "query",
        Text(
            "“{value}” {than}ที่หน่วยงานเคยรายงาน (ประมาณ {usual}) มาก ถูกต้องหรือไม่",
            "“{value}” is far {than_en} what the unit has reported before (about {usual}): is it right?",
        ),
        _ANSWER,
        "12",
    ),
    Rule(
        "Q_SAME_TEXT",
        "query",
        Text(
            "{label}ซ้ำกับไตรมาสก่อนทุกคำ ยังเป็นเช่นเดิมหรือไม่",
            "{label_en}: word for word the same as last quarter: is it still so?",
        ),
        Text(
            "เขียนสิ่งที่เกิดขึ้นในไตรมาสนี้ ถ้ายังเป็นเช่นเดิม โปรดตอบในช่องหมายเหตุของแถว",
            "Write what happened this quarter; if nothing changed, answer in the row's remarks column",
        ),
        "ไตรมาสนี้ได้ผู้รับจ้างแล้ว จะส่งมอบงวดแรกเดือนมิถุนายน",
    ),
    Rule(
        "Q_LOOKS",
        "query",
        Text("ระบบอ่าน {pairs} ตรงกับที่ตั้งใจหรือไม่", "Read as {pairs_en}: is that what was meant?"),
        Text(
            "หลักพันใช้จุลภาค (1,000) จุดใช้กับทศนิยมเท่านั้น ถ้าอ่านถูกแล้ว โปรดตอบในช่องหมายเหตุของแถว",
            "Thousands take a comma (1,000), the point is for decimals; if it was read right, answer in the remarks column",
        ),
        "1,000",
    ),
    Rule(
        "Q_SHOWN",
        "query",
        Text(
            "เซลล์แสดง {pairs} ตามค่าที่เก็บไว้ ค่าใดถูกต้อง",
            "The cell shows {pairs_en}, the value stored in it: which is right?",
        ),
        Text(
            "รูปแบบเซลล์ตัดหลักหรือซ่อนค่า ตั้งรูปแบบเป็น “ทั่วไป” แล้วตรวจ ถ้าอ่านถูกแล้ว โปรดตอบในช่องหมายเหตุของแถว",
            "The number format cuts digits or hides them: set it to General and look; if it was read right, answer in the "
            "remarks column",
        ),
        "1,234,567",
    ),
    Rule(
        "Q_BASELINE",
        "query",
        Text(
            "ผลปี {years} ที่กรอก ({value}) ต่างจากแผนกลาง ({known}) ซึ่งระบบใช้อยู่ ค่าที่กรอกถูกต้องหรือไม่",
            "The result of {years} typed here ({value}) differs from the plan workbook's ({known}), which holds: is yours right?",
        ),
        Text(
            "ค่าในแผนกลางยังใช้อยู่จนกว่าส่วนกลางจะแก้ โปรดตอบในช่องหมายเหตุของแถว หรือกรอกตามแผนกลาง",
            "The plan's figure holds until the centre changes it: answer in the remarks column, or type the plan's figure",
        ),
        "85",
    ),
    Rule(
        "I_ANSWERED",
        "info",
        Text("ตอบแล้ว “{answer}” (คำถาม: {question})", "Answered “{answer}” (asked: {question_en})"),
        Text("ส่วนกลางเห็นคำตอบนี้คู่กับค่า ไม่ต้องทำอะไรอีก", "The centre sees the answer beside the figure; nothing more to do"),
        "ถูกต้องแล้ว ปีนี้ได้งบประมาณเพิ่ม",
    ),
)
