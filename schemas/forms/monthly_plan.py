"""Unit form monthly_plan: 12 months, 4 quarter totals, grand total, estimate years, results of three past years."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from schemas.language import Field, Form, Sheet, Text
from schemas.owned import indicator_fields, sign_off_fields
from schemas.periods import MONTH_NAMES, month_aliases, months_of, ranges

_QUARTERS = {
    1: Text("ไตรมาส 1 (ต.ค. - ธ.ค.)", "Quarter 1 (Oct-Dec)"),
    2: Text("ไตรมาส 2 (ม.ค. - มี.ค.)", "Quarter 2 (Jan-Mar)"),
    3: Text("ไตรมาส 3 (เม.ย. - มิ.ย.)", "Quarter 3 (Apr-Jun)"),
    4: Text("ไตรมาส 4 (ก.ค. - ก.ย.)", "Quarter 4 (Jul-Sep)"),
}
GRAND = Text("ทั้งปี", "Whole year")
ESTIMATES = Text("ปีประมาณการ: แผน", "Estimate years: plan")
RESULTS = Text("ผลย้อนหลัง 3 ปี", "Results of three past years")
NUMBER_NOTE = Text(
    "ตัวเลข 0-9 และ , / . - เท่านั้น เว้นว่างได้ถ้าไม่มี", "Digits and , / . - only; leave blank where there is none"
)
TOTAL_NOTE = Text(
    "หน่วยงานกรอกยอดรวมเอง ช่องเทาข้าง ๆ คือค่าที่ระบบคำนวณให้เทียบ",
    "Type the total yourself; the grey cell beside it is what we compute",
)
CALC = Text("ระบบคำนวณ", "Computed")


def month_key(month: int) -> str:
    """Field key of a calendar month: 10 -> "m10"."""
    return f"m{month:02d}"


def month_keys(quarter: int) -> tuple[str, ...]:
    """Field keys of a quarter's months: 2 -> ("m01", "m02", "m03")."""
    return tuple(month_key(m) for m in months_of(quarter))


def _at(suffix: str) -> Callable[[int], str]:
    return lambda fy: f"{fy}-{suffix}"


def _year(offset: int) -> Callable[[int], str]:
    return lambda fy: f"{fy + offset}"


def _range(n: int) -> Callable[[int], str]:
    return lambda fy: ranges(fy)[n]


def _quarter_fields(q: int, fy: int) -> list[Field]:
    months = [
        Field(
            month_key(m),
            MONTH_NAMES[m],
            "number",
            width=9,
            group=_QUARTERS[q],
            note=NUMBER_NOTE,
            scenario="plan",
            period=_at(f"{m:02d}"),
            aliases=month_aliases(m, fy),
        )
        for m in months_of(q)
    ]
    total = Field(
        f"q{q}",
        Text(f"รวมไตรมาส {q}", f"Total Q{q}"),
        "number",
        width=11,
        group=_QUARTERS[q],
        note=TOTAL_NOTE,
        scenario="plan",
        period=_at(f"Q{q}"),
        total_of=month_keys(q),
    )
    calc = Field(f"q{q}_calc", CALC, "computed", "system", width=9, group=_QUARTERS[q], total_of=month_keys(q))
    return [*months, total, calc]


def estimate_keys(fy: int) -> tuple[str, ...]:
    """Keys of the estimate-year plan fields, oldest first; the current year is "est_0"."""
    return (
        *(f"est_{o:+d}" if o else "est_0" for o in range(-3, 4)),
        *(f"est_r{n + 1}" for n in range(len(ranges(fy)))),
    )


def _estimate_fields(fy: int) -> list[Field]:
    fields = [
        Field(
            "est_0" if o == 0 else f"est_{o:+d}",
            Text(f"แผนปี {fy + o}", f"Plan {fy + o}"),
            "number",
            width=10,
            group=ESTIMATES,
            note=NUMBER_NOTE,
            scenario="estimate",
            period=_year(o),
        )
        for o in range(-3, 4)
    ]
    for n, label in enumerate(ranges(fy)):
        shown = label.replace("..", " - ")
        fields.append(
            Field(
                f"est_r{n + 1}",
                Text(f"แผนปี {shown}", f"Plan {shown}"),
                "number",
                width=12,
                group=ESTIMATES,
                note=NUMBER_NOTE,
                scenario="estimate",
                period=_range(n),
            )
        )
    return fields


@cache
def sheets(fy: int) -> tuple[Sheet, ...]:
    """The one sheet of the form for fiscal year `fy` (B.E.): one row per indicator."""
    fields: list[Field] = [*indicator_fields()]
    for q in (1, 2, 3, 4):
        fields += _quarter_fields(q, fy)
    fields += [
        Field(
            "total",
            Text("รวมทั้งสิ้น", "Grand total"),
            "number",
            width=12,
            group=GRAND,
            note=TOTAL_NOTE,
            scenario="plan",
            period=lambda fy: f"{fy}",
            total_of=("q1", "q2", "q3", "q4"),
        ),
        Field("total_calc", CALC, "computed", "system", width=10, group=GRAND, total_of=("q1", "q2", "q3", "q4")),
        Field("check", Text("ตรวจขณะกรอก", "Live check"), "computed", "system", width=26, group=GRAND),
        *_estimate_fields(fy),
        *(
            Field(
                f"res_-{o}",
                Text(f"ผลปี {fy - o}", f"Result {fy - o}"),
                "number",
                width=10,
                group=RESULTS,
                note=NUMBER_NOTE,
                scenario="actual",
                period=_year(-o),
            )
            for o in (3, 2, 1)
        ),
        Field(
            "success_factor", Text("ปัจจัยแห่งความสำเร็จ", "Success factor"), "long", width=34, aliases=("Success Factor",)
        ),
        Field(
            "remarks",
            Text("หมายเหตุ / คำตอบถึงส่วนกลาง", "Remarks / answers to the centre"),
            "long",
            width=30,
            aliases=("หมายเหตุ", "Remarks"),
        ),
    ]
    return (
        Sheet(
            "plan",
            "แผนรายเดือน",
            Text(f"แผนรายเดือนตามตัวชี้วัด ปีงบประมาณ พ.ศ. {fy}", f"Monthly plan by indicator, FY {fy}"),
            tuple(fields),
            row_key="indicator",
            freeze=2,
            breaks=("m04", "est_-3", "success_factor"),
            head=sign_off_fields(),
        ),
    )


FORM = Form(
    name="monthly_plan",
    version=2,
    title=Text("แบบบันทึกแผนรายเดือน", "Monthly plan form"),
    order=1,
    sheets=sheets,
    rules=(
        "E_CHAR",
        "E_FORM",
        "E_DATE",
        "E_TYPE",
        "E_FORMULA",
        "E_RATIO",
        "E_PERCENT",
        "W_NEGATIVE",
        "W_PERCENT",
        "I_RATIO",
        "E_QTOTAL",
        "E_GTOTAL",
        "E_SUM",
        "Q_SUM",
        "W_SUM",
        "W_EST",
        "Q_TARGET",
        "E_OWNER",
        "E_LEVEL",
    ),
    instructions=(
        Text(
            "1. กรอกเฉพาะช่องสีเหลืองอ่อน ช่องสีเทาเป็นของส่วนกลางหรือระบบคำนวณ",
            "1. Fill the pale yellow cells only; grey cells are the centre's or computed",
        ),
        Text(
            "2. ช่องตัวเลขพิมพ์ได้เฉพาะ 0-9 และ , / . -   ไม่ต้องพิมพ์หน่วยหรือเครื่องหมาย %",
            "2. Figures: digits and , / . - only; no units, no %",
        ),
        Text(
            "3. มีตัวเลขรายเดือนต้องมีผลรวมไตรมาส มีผลรวมไตรมาสต้องมียอดรวมทั้งสิ้น",
            "3. Months need their quarter total; quarter totals need the grand total",
        ),
        Text("4. “-” หมายถึงไม่มีข้อมูล   0 หมายถึงศูนย์", "4. “-” means no data; 0 means zero"),
        Text("5. กรอกเสร็จแล้วบันทึก แล้วส่งไฟล์นี้กลับ ชื่อไฟล์เป็นอะไรก็ได้", "5. Save and send this file back under any name"),
        Text(
            "6. เมื่อแผนครบและถูกต้องแล้ว เลือก “นำส่งข้อมูล” และผู้นำส่งที่หัวแผ่นงาน นำส่งแล้วแก้ไขไม่ได้ แถวที่ไม่มีแผนให้ใส่ “-”",
            "6. When the plan is complete, pick sign-off and who signs at the head; rows without a plan say “-”",
        ),
    ),
)
