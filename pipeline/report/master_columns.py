"""The columns of master.xlsx: key, Thai and English label, kind, width and what each means."""

from __future__ import annotations

from dataclasses import replace

from pipeline.office.tables import Column, Kind
from schemas.language import Text


def _column(key: str, th: str, en: str, kind: Kind, width: float, note_th: str, note_en: str) -> Column:
    return Column(key, Text(th, en), kind, width, Text(note_th, note_en))


_COLUMNS = (
    _column(
        "unit", "รหัสหน่วยงาน", "Unit code", "text", 13, "รหัสเป็นข้อความ เก็บเลข 0 ข้างหน้าไว้", "Text: leading zeros are kept"
    ),
    _column("unit_name", "หน่วยงาน", "Unit", "long", 34, "ชื่อเต็มของหน่วยงาน", "Full name of the unit"),
    _column("unit_short", "ชื่อย่อ", "Short name", "text", 12, "ชื่อย่อของหน่วยงาน", "Short name of the unit"),
    _column("unit_type", "ประเภทหน่วยงาน", "Unit type", "text", 14, "ตามสมุดแผนกลาง", "As the central plan says"),
    _column("parent", "รหัสต้นสังกัด", "Parent code", "text", 13, "รหัสของหน่วยงานต้นสังกัด", "Code of the parent unit"),
    _column("parent_name", "ต้นสังกัด", "Parent", "long", 46, "ชื่อหน่วยงานต้นสังกัด", "Name of the parent unit"),
    _column("dimension_name", "มิติ", "Dimension", "long", 36, "มิติของตัวชี้วัด", "Dimension of the indicator"),
    _column("goal_name", "เป้าประสงค์", "Goal", "long", 30, "เป้าประสงค์ที่ตัวชี้วัดสนับสนุน", "Goal the indicator serves"),
    _column("indicator", "รหัสตัวชี้วัด", "Indicator code", "text", 13, "รหัสตามสมุดแผนกลาง", "Code in the central plan"),
    _column("indicator_name", "ตัวชี้วัด", "Indicator", "long", 52, "ชื่อเต็มของตัวชี้วัด", "Full name of the indicator"),
    _column(
        "unit_of_measure",
        "หน่วยวัด",
        "Unit of measure",
        "text",
        13,
        "หน่วยของเป้าหมาย แผน และผล",
        "Of target, plan and result",
    ),
    _column(
        "type", "ประเภทตัวชี้วัด", "Type", "text", 14, "เชิงปริมาณ คุณภาพ เวลา หรือต้นทุน", "Quantity, quality, time or cost"
    ),
    _column(
        "direction",
        "ทิศทาง",
        "Direction",
        "text",
        15,
        "ค่ามากดี ค่าน้อยดี หรือใกล้ค่ากลางดี",
        "Whether more, less or the middle is better",
    ),
    _column("scoring", "วิธีให้คะแนน", "Scoring", "text", 18, "วิธีแปลงผลเป็นคะแนน", "How a result becomes a score"),
    _column(
        "over_time",
        "การรวมตามเวลา",
        "Over time",
        "text",
        14,
        "ผลสะสมรวมจากไตรมาสอย่างไร",
        "How quarters add up to the result to date",
    ),
    _column("weight", "น้ำหนัก", "Weight", "number", 10, "น้ำหนักร้อยละภายในหน่วยงาน", "Per cent within the unit"),
    _column(
        "weight_used",
        "น้ำหนักที่ใช้คิด",
        "Weight used",
        "number",
        11,
        "น้ำหนักรวมส่วนที่ได้รับจากตัวชี้วัดที่ไม่เกี่ยวข้อง (N/A) ซึ่งกระจายให้ตามสัดส่วน",
        "With the share handed on, in proportion, by indicators that are not applicable",
    ),
    _column("target", "เป้าหมาย", "Target", "number", 12, "เป้าหมายของทั้งปี", "Target of the year"),
    _column(
        "target_scale",
        "มาตราของเป้าหมาย",
        "Target scale",
        "text",
        13,
        "เป้าหมายเป็นหน่วยวัดหรือระดับคะแนน",
        "Whether the target is a measure or a level",
    ),
    _column(
        "levels",
        "คะแนนของเกณฑ์",
        "Criteria score",
        "text",
        13,
        "คะแนนของเกณฑ์แต่ละช่อง ว่าง = 1 ถึง 5 คะแนน",
        "What each criterion scores; blank: 1 to 5",
    ),
    *(
        _column(f"c{n}", f"เกณฑ์ระดับ {n}", f"Level {n}", "mixed", 11, f"ค่าที่ได้ {n} คะแนน", f"Value that scores {n}")
        for n in range(1, 6)
    ),
    _column("baseline3", "ผลย้อนหลัง 3 ปี", "3 years ago", "number", 12, "ผลเมื่อ 3 ปีก่อน", "Result three years ago"),
    _column("baseline2", "ผลย้อนหลัง 2 ปี", "2 years ago", "number", 12, "ผลเมื่อ 2 ปีก่อน", "Result two years ago"),
    _column("baseline1", "ผลย้อนหลัง 1 ปี", "1 year ago", "number", 12, "ผลเมื่อปีก่อน", "Result of last year"),
    _column(
        "plan",
        "แผนถึงงวดนี้",
        "Plan to date",
        "number",
        12,
        "แผนสะสมตั้งแต่ต้นปีถึงงวดที่รายงาน",
        "Plan from the year's start to this period",
    ),
    _column(
        "value",
        "ผลของไตรมาส",
        "Value of the quarter",
        "number",
        12,
        "ค่าที่หน่วยงานรายงานในไตรมาสนี้",
        "What this quarter's row says",
    ),
    _column(
        "result",
        "ผลถึงงวดนี้",
        "Result to date",
        "number",
        12,
        "ผลสะสมตามวิธีรวมตามเวลา",
        "Result by the aggregation over time",
    ),
    _column(
        "achievement_percent",
        "ร้อยละของเป้าหมาย",
        "Achievement %",
        "percent",
        13,
        "ผลถึงงวดนี้ ÷ เป้าหมาย × 100",
        "Result to date / target x 100",
    ),
    _column(
        "score",
        "คะแนน",
        "Score",
        "score",
        10,
        "1.0000 ถึง 5.0000 ปัดครึ่งขึ้น 4 ตำแหน่ง ว่าง = ยังไม่มีคะแนน ไม่ใช่ศูนย์",
        "1.0000 to 5.0000, rounded half up; blank means none yet, never zero",
    ),
    _column("score_percent", "คะแนนร้อยละ", "Score %", "percent", 12, "คะแนน ÷ 5 × 100", "Score / 5 x 100"),
    _column("weighted", "คะแนนถ่วงน้ำหนัก", "Weighted", "score", 13, "คะแนน × น้ำหนัก ÷ 100", "Score x weight / 100"),
    _column(
        "points",
        "คะแนน PMQA",
        "PMQA points",
        "number",
        11,
        "200 ถึง 500 คะแนน ไม่นำไปรวมกับคะแนน 1-5",
        "200 to 500; never part of a total of 1-5 scores",
    ),
    _column(
        "previous_score",
        "คะแนนไตรมาสก่อน",
        "Previous score",
        "score",
        13,
        "คะแนนของไตรมาสก่อนหน้า",
        "Score of the quarter before",
    ),
    _column(
        "last_year_plan",
        "แผนปีก่อน",
        "Plan a year ago",
        "number",
        12,
        "แผนถึงไตรมาสเดียวกันของปีก่อน ว่าง = ไม่มีในทะเบียน",
        "To the same quarter a year ago; blank: not in the ledger",
    ),
    _column(
        "last_year_result",
        "ผลปีก่อน",
        "Result a year ago",
        "number",
        12,
        "ผลถึงไตรมาสเดียวกันของปีก่อน",
        "To the same quarter a year ago",
    ),
    _column(
        "last_year_score",
        "คะแนนปีก่อน",
        "Score a year ago",
        "score",
        12,
        "คะแนน ณ ไตรมาสเดียวกันของปีก่อน",
        "At the same quarter a year ago",
    ),
    _column("light", "สัญญาณไฟ", "Light", "light", 12, "สีตามคะแนน พร้อมคำ", "By score, colour and word"),
    _column(
        "declared",
        "สถานะที่หน่วยงานแจ้ง",
        "Declared status",
        "text",
        16,
        "เทียบแผน ตามที่หน่วยงานเลือก",
        "Against plan, as the unit says",
    ),
    _column(
        "computed",
        "สถานะที่คำนวณ",
        "Computed status",
        "text",
        16,
        "เทียบผลสะสมกับแผนสะสม",
        "Result to date against plan to date",
    ),
    _column("status", "สถานะเทียบแผน", "Status", "text", 16, "ล่าช้าเมื่อแจ้งหรือคำนวณได้ว่าล่าช้า", "Behind when either says so"),
    _column(
        "reported",
        "การรายงาน",
        "Reported",
        "text",
        22,
        "รายงานแล้ว / ยังไม่สามารถรายงานผลได้ / ไม่มีข้อมูล / รอแก้ไข / ยังไม่ถึงรอบ / ไม่เกี่ยวข้อง",
        "Reported / cannot report yet / nothing received / waiting for correction / not due yet / not applicable",
    ),
    _column(
        "state",
        "ร่าง/ยืนยัน",
        "State",
        "long",
        22,
        "ร่าง ยืนยัน หรือนำส่งแล้ว โดยหลักฐานใด ใครนำส่ง และแก้ไขหลังปลดล็อกหรือไม่",
        "Draft, confirmed or signed off; by which proof, by whom, and whether changed under an unlock",
    ),
    _column("late", "ส่งล่าช้า", "Late", "text", 10, "“ล่าช้า” เมื่อได้รับหลังกำหนดส่ง", "Received after the deadline"),
    _column("details", "รายละเอียดการดำเนินงาน", "Details", "long", 50, "คำอธิบายผลของหน่วยงาน", "The unit's own words"),
    _column("problem", "สาเหตุ ปัญหาและอุปสรรค", "Problem", "long", 50, "เหตุที่ล่าช้ากว่าแผน", "Why it is behind"),
    _column("remedy", "แนวทางแก้ไข", "Remedy", "long", 50, "สิ่งที่หน่วยงานจะทำ", "What the unit will do"),
    _column("evidence", "หลักฐาน", "Evidence", "long", 70, "ชื่อไฟล์หลักฐานที่แจ้ง", "Names of evidence files"),
    _column(
        "notes",
        "ข้อยกเว้นและการปลดล็อก",
        "Waivers and unlocks",
        "long",
        40,
        "ข้อยกเว้นที่อนุมัติไว้กับตัวเลขนี้ และการปลดล็อกที่ตัวเลขนี้ผ่านมา",
        "Waivers under which the figure was taken, and unlocks it went through",
    ),
    _column("file", "ไฟล์ที่มา", "Source file", "long", 32, "ชื่อไฟล์ที่ผลนี้มาจาก", "File the figure came from"),
    _column("sheet", "แผ่นงานที่มา", "Source sheet", "text", 13, "แผ่นงานในไฟล์ที่มา", "Sheet of that file"),
    _column("cell", "เซลล์ที่มา", "Source cell", "text", 10, "เซลล์ในแผ่นงานที่มา", "Cell of that sheet"),
    _column(
        "received_at",
        "วันที่ได้รับ",
        "Received",
        "datetime",
        19,
        "วันและเวลาที่ได้รับไฟล์ (แสดงเป็น พ.ศ.)",
        "When the file arrived (shown in B.E.)",
    ),
)

# What is printed: who, what, plan, result, score and status on one page's width; the rest is for the screen.
_PRINTED = {
    "unit": 11, "unit_name": 30, "indicator": 12, "indicator_name": 44, "unit_of_measure": 11, "weight": 9, "target": 10, "plan": 10, "result": 10,
    "achievement_percent": 12, "score": 9, "weighted": 11, "light": 11, "status": 15, "reported": 20, "state": 18,
}  # fmt: skip
PRINTED = len(_PRINTED)
_BY_KEY = {c.key: c for c in _COLUMNS}
DATA = (
    *(replace(_BY_KEY[k], width=w) for k, w in _PRINTED.items()),
    *(c for c in _COLUMNS if c.key not in _PRINTED),
)

_WHO = (
    _column("unit", "รหัส", "Code", "text", 11, "รหัส", "Code"),
    _column("unit_name", "ชื่อ", "Name", "long", 38, "ชื่อเต็ม", "Full name"),
    _column("unit_type", "ประเภท", "Type", "text", 14, "ประเภท", "Type"),
)
_FIGURES = (
    _column(
        "headline",
        "คะแนนหลัก",
        "Headline score",
        "score",
        12,
        "คะแนนรวมที่สำนักงานเลือกใช้ (เต็ม 5)",
        "The total the office chose (of 5)",
    ),
    _column("headline_percent", "ร้อยละ", "Per cent", "percent", 11, "คะแนนหลัก ÷ 5 × 100", "Headline / 5 x 100"),
    _column("light", "สัญญาณไฟ", "Light", "light", 12, "สีตามคะแนนหลัก", "By the headline score"),
    _column(
        "rank",
        "อันดับ",
        "Rank",
        "rank",
        9,
        "คะแนนเท่ากันอันดับเดียวกัน ว่าง = รายงานน้อยเกินกว่าจะจัดอันดับ",
        "Ties share a rank; blank: too little reported",
    ),
    _column(
        "coverage",
        "ความครอบคลุม (ร้อยละของน้ำหนัก)",
        "Coverage %",
        "percent",
        18,
        "น้ำหนักของตัวชี้วัดที่รายงาน ÷ น้ำหนักทั้งหมด",
        "Share of weight reported",
    ),
    _column(
        "score_reported",
        "คะแนนเฉพาะที่รายงาน",
        "On reported",
        "score",
        13,
        "Σ(น้ำหนัก × คะแนน) ÷ Σ น้ำหนักของที่รายงาน",
        "Sum(w s) / sum(w of reported)",
    ),
    _column(
        "score_all",
        "คะแนนทุกตัวชี้วัด",
        "On all",
        "score",
        12,
        "ตัวชี้วัดที่ไม่รายงานคิดเป็น 0 (หรือคะแนนต่ำสุดตามตั้งค่า)",
        "The unreported at 0, or the floor as set",
    ),
    _column(
        "previous", "คะแนนไตรมาสก่อน", "Previous", "score", 12, "คะแนนหลักของไตรมาสก่อน", "Headline of the quarter before"
    ),
    _column("indicators", "ตัวชี้วัด", "Indicators", "count", 13, "จำนวนตัวชี้วัดทั้งหมด", "Indicators in all"),
    _column("reported", "รายงานแล้ว", "Reported", "count", 11, "จำนวนที่รายงานผลแล้ว", "With a value"),
    _column("confirmed", "ยืนยันแล้ว", "Confirmed", "count", 11, "จำนวนที่ยืนยันหรือนำส่งแล้ว", "Confirmed or signed off"),
    _column("held", "รอแก้ไข", "Held", "count", 10, "ส่งแล้วแต่รอแก้ไข", "Sent, waiting for correction"),
    _column("behind", "ล่าช้ากว่าแผน", "Behind", "count", 11, "จำนวนที่ล่าช้ากว่าแผน", "Behind plan"),
    _column("late", "ส่งล่าช้า", "Late", "count", 10, "จำนวนแถวที่ได้รับหลังกำหนด", "Received late"),
    *(
        _column(light, f"ไฟ{th}", en, "count", 9, f"จำนวนไฟ{th}", f"Number of {en.lower()} lights")
        for light, th, en in (
            ("green", "เขียว", "Green"),
            ("yellow", "เหลือง", "Yellow"),
            ("red", "แดง", "Red"),
            ("grey", "เทา", "Grey"),
        )
    ),
)
UNITS = (*_WHO, _column("parent_name", "ต้นสังกัด", "Parent", "long", 28, "หน่วยงานต้นสังกัด", "Parent unit"), *_FIGURES)
PARENTS = (
    *_WHO,
    _column("units", "หน่วยงาน", "Units", "count", 11, "จำนวนหน่วยงานในสังกัด", "Units below it"),
    _column(
        "units_reporting",
        "หน่วยงานที่รายงาน",
        "Units reporting",
        "count",
        12,
        "จำนวนหน่วยงานที่ส่งผลแล้ว",
        "Units that reported",
    ),
    *_FIGURES,
)
