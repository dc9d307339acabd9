"""The central plan workbook: everything a planning officer decides, one sheet per kind of decision."""

from __future__ import annotations

from functools import cache

from schemas.language import Choice, Field, Form, Sheet, Text

MARK = Field(
    "mark",
    Text("หมายเหตุแถว", "Row mark"),
    width=11,
    note=Text("แถวที่ขึ้นต้นว่า “ตัวอย่าง” ระบบไม่อ่าน ลบทิ้งได้", "Rows marked “ตัวอย่าง” are never read; delete them"),
)
EXAMPLE_MARK = "ตัวอย่าง"

YES_NO = (Choice("yes", Text("ใช่", "yes")), Choice("no", Text("ไม่ใช่", "no")))
TYPES = (
    Choice("quantity", Text("เชิงปริมาณ", "quantity")),
    Choice("quality", Text("เชิงคุณภาพ", "quality")),
    Choice("time", Text("เชิงเวลา", "time")),
    Choice("cost", Text("เชิงต้นทุน", "cost")),
)
DIRECTIONS = (
    Choice("higher", Text("ยิ่งมากยิ่งดี", "higher")),
    Choice("lower", Text("ยิ่งน้อยยิ่งดี", "lower")),
    Choice("middle", Text("ยิ่งใกล้ค่ากลางยิ่งดี", "middle")),
)
CYCLES = (
    Choice("monthly", Text("รายเดือน", "monthly")),
    Choice("quarterly", Text("รายไตรมาส", "quarterly")),
    Choice("half-yearly", Text("รอบ 6 เดือน", "half-yearly")),
    Choice("yearly", Text("รายปี", "yearly")),
)
OVER_TIME = (
    Choice("sum", Text("ผลรวม", "sum")),
    Choice("last", Text("ค่าล่าสุด", "last")),
    Choice("max", Text("ค่าสูงสุด", "max")),
    Choice("mean", Text("ค่าเฉลี่ย", "mean")),
    Choice("ratio", Text("อัตราส่วน", "ratio")),
    Choice("none", Text("ไม่รวม", "none")),
    Choice("auto", Text("อัตโนมัติ", "auto")),
)
OVER_UNITS = (
    Choice("sum", Text("ผลรวม", "sum")),
    Choice("mean", Text("ค่าเฉลี่ย", "mean")),
    Choice("weighted_mean", Text("ค่าเฉลี่ยถ่วงน้ำหนัก", "weighted_mean")),
    Choice("ratio", Text("อัตราส่วน", "ratio")),
    Choice("max", Text("ค่าสูงสุด", "max")),
    Choice("min", Text("ค่าต่ำสุด", "min")),
    Choice("none", Text("ไม่รวม", "none")),
)
BASES = (
    Choice("period", Text("เฉพาะงวด", "period")),
    Choice("cumulative", Text("สะสม", "cumulative")),
)
TARGET_SCALES = (
    Choice("raw", Text("หน่วยวัด", "raw")),
    Choice("level", Text("ระดับคะแนน", "level")),
)
SCORINGS = (
    Choice("interpolate", Text("เทียบบัญญัติไตรยางศ์", "interpolate")),
    Choice("level", Text("ระดับความสำเร็จ", "level")),
    Choice("band", Text("ช่วงคะแนน", "band")),
    Choice("percent_of_target", Text("ร้อยละของเป้าหมาย", "percent_of_target")),
    Choice("yes_no", Text("มี/ไม่มี (1 = มี)", "yes_no")),
    Choice("none", Text("ไม่ให้คะแนน", "none")),
)
# What criteria 1, 2, … score. Scales of other points count in proportion to their last: 50 of 100 is 2.5 of 5.
LEVELS = (
    Choice("1-5", Text("1 ถึง 5 คะแนน", "1-5")),
    Choice("50/75/100", Text("50/75/100", "50/75/100")),
    Choice("0/50/100", Text("0/50/100", "0/50/100")),
    Choice("1/2/3", Text("1/2/3", "1/2/3")),
    Choice("1/3/5", Text("1/3/5", "1/3/5")),
)
STATES = (Choice("draft", Text("ร่าง", "draft")), Choice("confirmed", Text("ยืนยัน", "confirmed")))
PLAN_KINDS = (
    Choice("vision", Text("วิสัยทัศน์", "vision")),
    Choice("mission", Text("พันธกิจ", "mission")),
    Choice("issue", Text("ประเด็นยุทธศาสตร์", "strategic issue")),
    Choice("goal", Text("เป้าประสงค์", "goal")),
    Choice("dimension", Text("มิติ", "dimension")),
    Choice("topic", Text("แผนปฏิบัติราชการ เรื่อง", "plan topic")),
)
FORM_CHOICES = (
    Choice("monthly_plan", Text("แผนรายเดือน", "monthly_plan")),
    Choice("quarterly_result", Text("ผลรายไตรมาส", "quarterly_result")),
)


def _f(key: str, th: str, en: str, **more: object) -> Field:
    return Field(key, Text(th, en), **more)  # type: ignore[arg-type]


CRITERIA_GROUP = Text("เกณฑ์การให้คะแนน (ค่าของระดับ 1 - 5)", "Scoring criteria (values of levels 1-5)")
CRITERIA_TEXT_GROUP = Text("คำอธิบายเกณฑ์", "Criteria in words")
ROUND_GROUP = Text("เกณฑ์รอบที่ 1 (ครึ่งปีแรก ถ้าต่าง)", "Criteria of round 1 (first half-year, where they differ)")
BASELINE_GROUP = Text("ข้อมูลพื้นฐานย้อนหลัง", "Baselines")
STRUCTURE_GROUP = Text("โครงสร้างแผนงาน", "Programme structure")


def _criteria(note: bool = True) -> tuple[Field, ...]:
    return tuple(
        _f(
            f"c{n}",
            f"ระดับ {n}",
            f"Level {n}",
            kind="code",
            width=9,
            group=CRITERIA_GROUP,
            example=str(85 + 3 * n) if note else "",
            note=Text("ตัวเลข หรือช่วง เช่น 10-20 สำหรับแบบช่วงคะแนน", "A number; a range such as 10-20 for bands"),
        )
        for n in range(1, 6)
    )


def _units() -> Sheet:
    return Sheet(
        "units",
        "หน่วยงาน",
        Text("หน่วยงานที่รายงาน", "Reporting units"),
        row_key="code",
        fixed=False,
        spare_rows=200,
        freeze=3,
        fields=(
            MARK,
            _f(
                "code",
                "รหัสหน่วยงาน",
                "Unit code",
                kind="code",
                required=True,
                width=12,
                example="01002",
                note=Text("เป็นข้อความ เก็บเลข 0 ข้างหน้าไว้", "Text: leading zeros are kept"),
            ),
            _f("name", "ชื่อหน่วยงาน", "Name", required=True, width=44, example="กองนโยบายและแผน"),
            _f("short_name", "ชื่อย่อ", "Short name", width=12, example="กนผ."),
            _f("type", "ประเภท", "Type", width=16, example="กอง"),
            _f("parent", "รหัสหน่วยงานต้นสังกัด", "Parent code", kind="code", width=14, example="01000"),
            _f(
                "senders", "อีเมลผู้ส่ง (คั่นด้วย ;)", "E-mail senders (separated by ;)", width=42, example="plan@unit.example"
            ),
            _f(
                "addressee",
                "เรียน (ตำแหน่ง)",
                "Addressee (role)",
                width=30,
                example="ผู้อำนวยการกองนโยบายและแผน",
                note=Text("ใช้ในหนังสือเตือน เว้นว่าง = หัวหน้าหน่วยงาน", "For reminders; blank: the head of the unit"),
            ),
        ),
        instructions=(Text("หนึ่งแถวต่อหนึ่งหน่วยงาน หน่วยงานต้นสังกัดก็เป็นแถวหนึ่ง", "One row per unit; parents are rows too"),),
    )


def _plan() -> Sheet:
    return Sheet(
        "plan",
        "แผน",
        Text("วิสัยทัศน์ พันธกิจ ประเด็นยุทธศาสตร์ เป้าประสงค์ มิติ", "Vision, mission, strategic issues, goals, dimensions"),
        row_key="code",
        fixed=False,
        optional=True,
        spare_rows=60,
        freeze=3,
        fields=(
            MARK,
            _f(
                "kind",
                "ประเภท",
                "Kind",
                kind="choice",
                choices=PLAN_KINDS,
                required=True,
                width=22,
                example="เป้าประสงค์",
            ),
            _f("code", "รหัส", "Code", kind="code", required=True, width=10, example="G1"),
            _f(
                "text",
                "ข้อความ",
                "Text",
                kind="long",
                required=True,
                width=80,
                example="การบริหารจัดการมีคุณภาพและเป็นที่ยอมรับ",
            ),
            _f("parent", "อยู่ภายใต้รหัส", "Under code", kind="code", width=14, example="I1"),
        ),
        instructions=(Text("เป้าประสงค์อยู่ภายใต้ประเด็นยุทธศาสตร์", "A goal stands under a strategic issue"),),
    )


def _indicators() -> Sheet:
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
            _f("code", "รหัสตัวชี้วัด", "Indicator code", kind="code", required=True, width=12, example="สนย.1"),
            _f(
                "name",
                "ตัวชี้วัด",
                "Indicator",
                kind="long",
                required=True,
                width=48,
                example="ระดับความสำเร็จในการจัดทำแผนปฏิบัติการรายปี",
            ),
            _f("unit_of_measure", "หน่วยวัด", "Unit of measure", required=True, width=13, example="ร้อยละ"),
            _f("type", "ประเภทตัวชี้วัด", "Type", kind="choice", choices=TYPES, width=14, example="เชิงปริมาณ"),
            _f("dimension", "รหัสมิติ", "Dimension code", kind="code", width=10, example="D1"),
            _f("topic", "รหัสแผนปฏิบัติราชการ", "Plan topic code", kind="code", width=12, example="T1"),
            _f("goal", "รหัสเป้าประสงค์", "Goal code", kind="code", width=12, example="G1"),
            _f("weight", "น้ำหนัก (ร้อยละ)", "Weight (%)", kind="number", width=11, example="10.00"),
            _f("target", "เป้าหมาย", "Target", kind="number", width=11, example="100"),
            _f(
                "target_scale",
                "มาตราของเป้าหมาย",
                "Target scale",
                kind="choice",
                choices=TARGET_SCALES,
                width=13,
                example="หน่วยวัด",
            ),
            _f("direction", "ทิศทาง", "Direction", kind="choice", choices=DIRECTIONS, width=16, example="ยิ่งมากยิ่งดี"),
            _f(
                "scoring",
                "วิธีให้คะแนน",
                "Scoring mode",
                kind="choice",
                choices=SCORINGS,
                required=True,
                width=18,
                example="เทียบบัญญัติไตรยางศ์",
            ),
            *_criteria(),
            *(
                _f(
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
                _f(
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
            _f(
                "cycle", "รอบการรายงาน", "Reporting cycle", kind="choice", choices=CYCLES, width=14, example="รายไตรมาส"
            ),
            _f(
                "over_time",
                "การรวมตามเวลา",
                "Aggregation over time",
                kind="choice",
                choices=OVER_TIME,
                width=14,
                example="ค่าล่าสุด",
            ),
            _f(
                "over_units",
                "การรวมข้ามหน่วยงาน",
                "Aggregation over units",
                kind="choice",
                choices=OVER_UNITS,
                width=16,
                example="ค่าเฉลี่ย",
            ),
            _f(
                "basis", "ค่าที่รายงาน", "Per period or cumulative", kind="choice", choices=BASES, width=12, example="สะสม"
            ),
            _f("negatives", "ติดลบได้", "Negatives allowed", kind="choice", choices=YES_NO, width=9, example="ไม่ใช่"),
            _f("evidence", "หลักฐานที่ต้องแนบ", "Evidence required", kind="long", width=26, example="รายงานการประชุม"),
            _f("responsible", "ผู้รับผิดชอบ", "Responsible", width=20, example="ผู้อำนวยการกองนโยบายและแผน"),
            _f("supporter", "ผู้สนับสนุน", "Supporter", width=20, example="หัวหน้ากลุ่มติดตามประเมินผล"),
            _f("description", "คำอธิบาย", "Description", kind="long", width=40),
            _f("condition", "เงื่อนไข", "Conditions", kind="long", width=26, example="-"),
            _f("source", "แหล่งข้อมูล/วิธีการจัดเก็บ", "Source", kind="long", width=30),
            _f(
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
                _f(f"h1c{n}", f"รอบที่ 1 ระดับ {n}", f"Round 1, level {n}", kind="code", width=9, group=ROUND_GROUP)
                for n in range(1, 6)
            ),
            _f("programme", "แผนงาน", "Programme", width=20, group=STRUCTURE_GROUP),
            _f("project", "โครงการ", "Project", width=20, group=STRUCTURE_GROUP),
            _f("output", "ผลผลิต", "Output", width=20, group=STRUCTURE_GROUP),
            _f("activity", "กิจกรรม", "Activity", width=20, group=STRUCTURE_GROUP),
            _f("higher_plans", "แผนระดับที่สนับสนุน", "Higher plans served", kind="long", width=30, group=STRUCTURE_GROUP),
            _f("state", "สถานะตัวชี้วัด", "State", kind="choice", choices=STATES, width=10, example="ยืนยัน"),
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


def _assignments() -> Sheet:
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
            _f("indicator", "รหัสตัวชี้วัด", "Indicator code", kind="code", required=True, width=14, example="สนย.1"),
            _f(
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
            _f("weight", "น้ำหนัก (ถ้าต่าง)", "Weight where it differs", kind="number", width=14),
            _f("target", "เป้าหมาย (ถ้าต่าง)", "Target where it differs", kind="number", width=14),
            *_criteria(note=False),
            _f(
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


def _calendar() -> Sheet:
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
            _f(
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
            _f(
                "form",
                "แบบฟอร์ม",
                "Form",
                kind="choice",
                choices=FORM_CHOICES,
                required=True,
                width=16,
                example="ผลรายไตรมาส",
            ),
            _f(
                "opens",
                "เปิดรับ",
                "Opens",
                kind="code",
                width=14,
                example="2024-01-01",
                note=Text("ปี-เดือน-วัน หรือ วัน/เดือน/ปี พ.ศ.", "YYYY-MM-DD, or D/M/B.E. year"),
            ),
            _f(
                "deadline",
                "กำหนดส่ง",
                "Deadline",
                kind="code",
                width=14,
                example="2024-01-15",
                note=Text("เว้นว่าง = 15 วันหลังสิ้นไตรมาส", "Blank: 15 days after the quarter's end"),
            ),
            _f(
                "evidence_deadline",
                "กำหนดส่งหลักฐาน",
                "Evidence deadline",
                kind="code",
                width=16,
                note=Text("เว้นว่าง = ตามค่า evidence_days หลังกำหนดส่ง", "Blank: evidence_days after the deadline"),
            ),
            _f(
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
            _f("closed", "ปิดงวดแล้ว", "Closed", kind="choice", choices=YES_NO, width=10, example="ไม่ใช่"),
            _f("note", "หมายเหตุ", "Note", width=40),
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


def _holidays() -> Sheet:
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
            _f("day", "วันที่", "Day", kind="code", required=True, width=14, example="15/1/2567"),
            _f("name", "วันหยุด", "Holiday", width=50, example="วันหยุดชดเชย"),
        ),
        instructions=(
            Text(
                "กำหนดส่งที่คิดจากค่าตั้งต้นและตรงกับวันในแผ่นนี้ เลื่อนไปวันทำการถัดไป วันที่พิมพ์ไว้ในปฏิทินไม่เลื่อน",
                "A deadline that follows from the settings and falls on a day listed here moves to the next working day; "
                "days typed in the calendar stand",
            ),
        ),
    )


def _unlocks() -> Sheet:
    return Sheet(
        "unlocks",
        "ปลดล็อก",
        Text("ปลดล็อกข้อมูลที่ยืนยันแล้ว", "Unlocks of confirmed figures"),
        row_key="unit",
        fixed=False,
        optional=True,
        spare_rows=30,
        freeze=3,
        fields=(
            MARK,
            _f("unit", "รหัสหน่วยงาน", "Unit code", kind="code", required=True, width=14, example="01002"),
            _f(
                "form",
                "แบบฟอร์ม",
                "Form",
                kind="choice",
                choices=FORM_CHOICES,
                required=True,
                width=16,
                example="ผลรายไตรมาส",
            ),
            _f("period", "งวด", "Period", kind="code", required=True, width=12, example="2567-Q1"),
            _f("indicator", "รหัสตัวชี้วัด หรือ *", "Indicator code or *", kind="code", required=True, width=16, example="*"),
            _f("memo", "เลขที่หนังสือ", "Memo number", required=True, width=20, example="ที่ กค 0201/123"),
            _f("reason", "เหตุผล", "Reason", kind="long", required=True, width=46, example="ตัวเลขเดิมคลาดเคลื่อน"),
            _f("until", "ใช้ถึงวันที่", "Until", kind="code", required=True, width=14, example="30/9/2567"),
        ),
        instructions=(
            Text(
                "ปลดล็อกสิ้นสุดเอง การแก้ไขระหว่างนั้นเก็บค่าเดิม ค่าใหม่ และเลขที่หนังสือไว้",
                "An unlock ends by itself; changes under it keep old value, new value and memo",
            ),
        ),
    )


SEVERITIES = (
    Choice("error", Text("ต้องแก้", "error")),
    Choice("query", Text("ขอคำยืนยัน", "query")),
    Choice("warning", Text("โปรดตรวจ", "warning")),
    Choice("info", Text("แจ้งให้ทราบ", "info")),
)


def _rules() -> Sheet:
    return Sheet(
        "rules",
        "กฎ",
        Text("ความเข้มของกฎ", "How strict each rule is"),
        row_key="code",
        fixed=False,
        optional=True,
        spare_rows=30,
        freeze=3,
        fields=(
            MARK,
            _f("code", "รหัสกฎ", "Rule code", kind="code", required=True, width=20, example="W_SUM"),
            _f("severity", "ความเข้ม", "Severity", kind="choice", choices=SEVERITIES, width=16, example="ขอคำยืนยัน"),
            _f(
                "trial",
                "ทดลองใช้",
                "On trial",
                kind="choice",
                choices=YES_NO,
                width=12,
                example="ไม่ใช่",
                note=Text("ใช่ = แจ้งให้ทราบเท่านั้น ยังไม่ส่งกลับ", "yes: reported as info only"),
            ),
            _f("note", "หมายเหตุ", "Note", kind="long", width=60),
        ),
        instructions=(
            Text(
                "ใส่เฉพาะกฎที่ต้องการเปลี่ยน กฎที่ไม่อยู่ในนี้ใช้ความเข้มตามคู่มือ",
                "Only rules that differ; the others keep their own severity",
            ),
        ),
    )


def _waivers() -> Sheet:
    return Sheet(
        "waivers",
        "ข้อยกเว้น",
        Text("ข้อยกเว้นที่อนุมัติแล้ว", "Approved waivers"),
        row_key="rule",
        fixed=False,
        optional=True,
        spare_rows=40,
        freeze=4,
        fields=(
            MARK,
            _f("unit", "รหัสหน่วยงาน", "Unit code", kind="code", required=True, width=14, example="01002"),
            _f("indicator", "รหัสตัวชี้วัด หรือ *", "Indicator code or *", kind="code", required=True, width=16, example="*"),
            _f("rule", "รหัสกฎ", "Rule code", kind="code", required=True, width=18, example="Q_SUM"),
            _f("reason", "เหตุผล", "Reason", kind="long", required=True, width=50, example="ใช้ตัวเลขจากระบบเดิม"),
            _f(
                "approved_by",
                "ผู้อนุมัติ (ตำแหน่ง)",
                "Approved by (role)",
                required=True,
                width=26,
                example="ผู้อำนวยการกองแผนงาน",
            ),
            _f("until", "ใช้ถึงวันที่", "Until", kind="code", required=True, width=14, example="30/9/2567"),
        ),
        instructions=(
            Text(
                "ข้อยกเว้นสิ้นสุดเองเมื่อพ้นวันที่กำหนด และพิมพ์ไว้ทุกที่ที่ตัวเลขนั้นปรากฏ",
                "A waiver ends by itself and is printed wherever the figure is",
            ),
        ),
    )


def _settings() -> Sheet:
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
            _f("key", "ชื่อค่า", "Setting", required=True, width=34, example="fiscal_year"),
            _f("value", "ค่า", "Value", width=40, example="2567"),
            _f("meaning", "ความหมาย", "Meaning", kind="long", width=80, example="ปีงบประมาณของแผนฉบับนี้ (พ.ศ.)"),
        ),
        instructions=(Text("แก้เฉพาะคอลัมน์ “ค่า”", "Change only the value column"),),
    )


@cache
def sheets(_fy: int) -> tuple[Sheet, ...]:
    """The sheets of the workbook, the same for every year."""
    return (
        _settings(),
        _units(),
        _plan(),
        _indicators(),
        _assignments(),
        _calendar(),
        _holidays(),
        _rules(),
        _waivers(),
        _unlocks(),
    )


FORM = Form(
    name="central_plan",
    version=1,
    title=Text("สมุดแผนกลาง", "Central plan workbook"),
    order=0,
    sheets=sheets,
    rules=(
        "E_REQUIRED",
        "E_PLAN_NUMBER",
        "E_PLAN_CHOICE",
        "E_PLAN_DOUBLE",
        "E_PLAN_REF",
        "E_CRITERIA",
        "E_CRITERIA_VALUE",
        "E_CRITERIA_MISSING",
        "E_PERIOD",
        "E_PLAN_DATE",
        "E_SETTING",
        "W_SETTING",
        "Q_TARGET_SCALE",
    ),
    instructions=(
        Text(
            "กรอกข้อมูลในแผ่นงานต่าง ๆ แล้วบันทึกไฟล์นี้ลงในโฟลเดอร์ inbox",
            "Fill the sheets, then save this file into the inbox folder",
        ),
        Text(
            "แก้แผนเมื่อใดก็ส่งทั้งเล่มใหม่ ระบบเก็บทุกฉบับและออกแบบฟอร์มเฉพาะหน่วยงานที่เปลี่ยน",
            "To revise, send the whole workbook again: every revision is kept, and only changed templates are issued",
        ),
        Text(
            "ช่องสีเหลืองอ่อนคือช่องกรอก แถว “ตัวอย่าง” ระบบไม่อ่าน",
            "Pale yellow cells are for you; rows marked “ตัวอย่าง” are never read",
        ),
    ),
)

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
