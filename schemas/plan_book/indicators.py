"""Two sheets of the central plan workbook: what each indicator is, and which unit answers for it."""

from __future__ import annotations

from schemas.language import Sheet, Text
from schemas.plan_book.choices import (
    BASES,
    CYCLES,
    DIRECTIONS,
    LEVELS,
    OVER_TIME,
    OVER_UNITS,
    SCORINGS,
    STATES,
    TARGET_SCALES,
    TYPES,
    YES_NO,
)
from schemas.plan_book.columns import MARK, criteria, field

CRITERIA_TEXT_GROUP = Text("คำอธิบายเกณฑ์", "Criteria in words")
ROUND_GROUP = Text("เกณฑ์รอบที่ 1 (ครึ่งปีแรก ถ้าต่าง)", "Criteria of round 1 (first half-year, where they differ)")
BASELINE_GROUP = Text("ข้อมูลพื้นฐานย้อนหลัง", "Baselines")
STRUCTURE_GROUP = Text("โครงสร้างแผนงาน", "Programme structure")


def indicators() -> Sheet:
    """One row per indicator: how it is measured, aimed at, scored and added up."""
    return Sheet(
        "indicators",
        "ตัวชี้วัด",
        Text("รายละเอียดตัวชี้วัด", "Indicators"),
        row_key="code",
        fixed=False,
        spare_rows=120,
        freeze=3,
        pages_wide=4,
        fields=(
            MARK,
            field("code", "รหัสตัวชี้วัด", "Indicator code", kind="code", required=True, width=12, example="สนย.1"),
            field(
                "name",
                "ตัวชี้วัด",
                "Indicator",
                kind="long",
                required=True,
                width=48,
                example="ระดับความสำเร็จในการจัดทำแผนปฏิบัติการรายปี",
            ),
            field("unit_of_measure", "หน่วยวัด", "Unit of measure", required=True, width=13, example="ร้อยละ"),
            field("type", "ประเภทตัวชี้วัด", "Type", kind="choice", choices=TYPES, width=14, example="เชิงปริมาณ"),
            field("dimension", "รหัสมิติ", "Dimension code", kind="code", width=10, example="D1"),
            field("topic", "รหัสแผนปฏิบัติราชการ", "Plan topic code", kind="code", width=12, example="T1"),
            field("goal", "รหัสเป้าประสงค์", "Goal code", kind="code", width=12, example="G1"),
            field("weight", "น้ำหนัก (ร้อยละ)", "Weight (%)", kind="number", width=11, example="10.00"),
            field("target", "เป้าหมาย", "Target", kind="number", width=11, example="100"),
            field(
                "target_scale",
                "มาตราของเป้าหมาย",
                "Target scale",
                kind="choice",
                choices=TARGET_SCALES,
                width=13,
                example="หน่วยวัด",
            ),
            field("direction", "ทิศทาง", "Direction", kind="choice", choices=DIRECTIONS, width=16, example="ยิ่งมากยิ่งดี"),
            field(
                "scoring",
                "วิธีให้คะแนน",
                "Scoring mode",
                kind="choice",
                choices=SCORINGS,
                required=True,
                width=18,
                example="เทียบบัญญัติไตรยางศ์",
            ),
            *criteria(),
            *(
                field(
                    f"c{n}_text",
                    f"คำอธิบายระดับ {n}",
                    f"Level {n} in words",
                    kind="long",
                    width=26,
                    group=CRITERIA_TEXT_GROUP,
                )
                for n in range(1, 6)
            ),
            *(
                field(
                    f"baseline{n}",
                    f"ย้อนหลัง {n} ปี",
                    f"{n} year{'s' if n > 1 else ''} ago",
                    kind="number",
                    width=10,
                    group=BASELINE_GROUP,
                    example="-",
                )
                for n in (3, 2, 1)
            ),
            field(
                "cycle", "รอบการรายงาน", "Reporting cycle", kind="choice", choices=CYCLES, width=14, example="รายไตรมาส"
            ),
            field(
                "over_time",
                "การรวมตามเวลา",
                "Aggregation over time",
                kind="choice",
                choices=OVER_TIME,
                width=14,
                example="ค่าล่าสุด",
            ),
            field(
                "over_units",
                "การรวมข้ามหน่วยงาน",
                "Aggregation over units",
                kind="choice",
                choices=OVER_UNITS,
                width=16,
                example="ค่าเฉลี่ย",
            ),
            field(
                "basis", "ค่าที่รายงาน", "Per period or cumulative", kind="choice", choices=BASES, width=12, example="สะสม"
            ),
            field("negatives", "ติดลบได้", "Negatives allowed", kind="choice", choices=YES_NO, width=9, example="ไม่ใช่"),
            field("evidence", "หลักฐานที่ต้องแนบ", "Evidence required", kind="long", width=26, example="รายงานการประชุม"),
            field("responsible", "ผู้รับผิดชอบ", "Responsible", width=20, example="ผู้อำนวยการกองนโยบายและแผน"),
            field("supporter", "ผู้สนับสนุน", "Supporter", width=20, example="หัวหน้ากลุ่มติดตามประเมินผล"),
            field("description", "คำอธิบาย", "Description", kind="long", width=40),
            field("condition", "เงื่อนไข", "Conditions", kind="long", width=26, example="-"),
            field("source", "แหล่งข้อมูล/วิธีการจัดเก็บ", "Source", kind="long", width=30),
            field(
                "levels",
                "คะแนนของเกณฑ์แต่ละช่อง",
                "What each criterion scores",
                kind="choice",
                choices=LEVELS,
                width=16,
                note=Text(
                    "เว้นว่าง = 1 ถึง 5 คะแนน; 50/75/100 ใช้สามช่องแรก คิดเป็นคะแนนเต็ม 5 ตามสัดส่วน",
                    "Blank: 1 to 5. 50/75/100 uses the first three and counts in proportion to 5",
                ),
            ),
            *(
                field(f"h1c{n}", f"รอบที่ 1 ระดับ {n}", f"Round 1, level {n}", kind="code", width=9, group=ROUND_GROUP)
                for n in range(1, 6)
            ),
            field("programme", "แผนงาน", "Programme", width=20, group=STRUCTURE_GROUP),
            field("project", "โครงการ", "Project", width=20, group=STRUCTURE_GROUP),
            field("output", "ผลผลิต", "Output", width=20, group=STRUCTURE_GROUP),
            field("activity", "กิจกรรม", "Activity", width=20, group=STRUCTURE_GROUP),
            field(
                "higher_plans", "แผนระดับที่สนับสนุน", "Higher plans served", kind="long", width=30, group=STRUCTURE_GROUP
            ),
            field("state", "สถานะตัวชี้วัด", "State", kind="choice", choices=STATES, width=10, example="ยืนยัน"),
        ),
        instructions=(
            Text(
                "หนึ่งแถวต่อหนึ่งตัวชี้วัด เกณฑ์ต้องเรียงทางเดียว (ขึ้นหรือลง)",
                "One row per indicator; criteria run one way, up or down",
            ),
            Text(
                "ตัวชี้วัดที่ไม่มีในฉบับใหม่ถือว่ายกเลิกนับจากนั้น ข้อมูลเดิมยังอยู่",
                "An indicator absent from a new revision is retired from then on; its figures stay",
            ),
        ),
    )


def assignments() -> Sheet:
    """Which unit answers for which indicator, and what differs for it."""
    return Sheet(
        "assignments",
        "มอบหมาย",
        Text("ตัวชี้วัดใดเป็นของหน่วยงานใด", "Which indicator belongs to which unit"),
        row_key="indicator",
        fixed=False,
        spare_rows=300,
        freeze=4,
        fields=(
            MARK,
            field("indicator", "รหัสตัวชี้วัด", "Indicator code", kind="code", required=True, width=14, example="สนย.1"),
            field(
                "unit",
                "รหัสหน่วยงาน",
                "Unit code",
                kind="code",
                required=True,
                width=14,
                example="01002",
                note=Text(
                    "รหัสหน่วยงาน หรือ * = ทุกหน่วยงานที่ไม่มีหน่วยงานย่อย หรือชื่อประเภทหน่วยงาน",
                    "A unit code, * for every unit without children, or the name of a unit type",
                ),
            ),
            field("weight", "น้ำหนัก (ถ้าต่าง)", "Weight where it differs", kind="number", width=14),
            field("target", "เป้าหมาย (ถ้าต่าง)", "Target where it differs", kind="number", width=14),
            *criteria(examples=False),
            field(
                "applies",
                "ใช้กับหน่วยงานนี้",
                "Applies",
                kind="choice",
                choices=YES_NO,
                width=14,
                note=Text(
                    "ไม่ใช่ = ไม่เกี่ยวข้องกับหน่วยงานนี้ น้ำหนักกระจายให้ตัวชี้วัดอื่นตามสัดส่วน และแสดงไว้ในรายงาน",
                    "no: not applicable to this unit; its weight is handed on in proportion, and reports show it",
                ),
            ),
        ),
        instructions=(
            Text("เว้นว่างน้ำหนัก เป้าหมาย เกณฑ์ = ใช้ค่าของตัวชี้วัด", "Blank weight, target or criteria: those of the indicator"),
            Text(
                "แถวที่เจาะจงกว่าชนะ: รหัสหน่วยงาน ก่อนประเภท ก่อน *",
                "The more specific row wins: unit code, then type, then *",
            ),
        ),
    )
