"""The 39 indicators of the demo -> rows of the indicator sheet, every field filled, choices as Thai labels."""

from __future__ import annotations

from functools import cache

from pipeline.demo.cards import CARDS, Row
from pipeline.demo.pmqa import PMQA
from schemas.forms.central_plan import FORM
from schemas.language import Sheet

# Role titles only: whoever holds the role is no business of a demonstration.
OWNERS = {
    "สนย": ("ผู้อำนวยการสำนักนโยบายและยุทธศาสตร์", "หัวหน้ากลุ่มติดตามประเมินผล"),
    "กพร": ("หัวหน้ากลุ่มพัฒนาระบบบริหาร", "นักพัฒนาระบบราชการ"),
    "ปศ": ("ปศุสัตว์จังหวัด", "หัวหน้ากลุ่มยุทธศาสตร์และสารสนเทศการปศุสัตว์"),
    "สบค": ("ผู้อำนวยการสำนักบริหารทรัพยากรบุคคล", "หัวหน้ากลุ่มพัฒนาบุคลากร"),
    "ศทส": ("ผู้อำนวยการศูนย์เทคโนโลยีสารสนเทศและการสื่อสาร", "หัวหน้ากลุ่มพัฒนาระบบงาน"),
    "สสน": ("ผู้อำนวยการสำนักสารนิเทศ", "หัวหน้ากลุ่มสื่อสารออนไลน์"),
    "สบก": ("ผู้อำนวยการสำนักบริหารกลาง", "หัวหน้ากลุ่มอาคารสถานที่"),
    "สตร": ("ผู้อำนวยการสำนักตรวจราชการ", "หัวหน้ากลุ่มแผนการตรวจราชการ"),
    "ศรท": ("ผู้อำนวยการศูนย์บริการประชาชน", "หัวหน้ากลุ่มรับเรื่องร้องเรียน"),
    "สกม": ("ผู้อำนวยการสำนักกฎหมาย", "หัวหน้ากลุ่มคดี"),
    "ศปท": ("หัวหน้าศูนย์ปฏิบัติการต่อต้านการทุจริต", "หัวหน้ากลุ่มส่งเสริมคุณธรรม"),
    "สกป": ("ผู้อำนวยการสำนักบริหารกองทุนประชารัฐสวัสดิการ", "หัวหน้ากลุ่มบริหารกองทุน"),
    "สพค": ("ผู้อำนวยการสถาบันพัฒนาบุคลากรด้านการคลัง", "หัวหน้ากลุ่มทุนและองค์ความรู้"),
    "01": ("ปลัดองค์กรปกครองส่วนท้องถิ่น", "ผู้อำนวยการกองยุทธศาสตร์และงบประมาณ"),
    "02": ("ปลัดองค์กรปกครองส่วนท้องถิ่น", "ผู้อำนวยการกองยุทธศาสตร์และงบประมาณ"),
}
_COMMON = {
    "source": "ผลการดำเนินงานของหน่วยงาน รวบรวมตามรอบการรายงาน",
    "programme": "แผนงานพื้นฐานด้านการปรับสมดุลและพัฒนาระบบการบริหารจัดการภาครัฐ",
    "output": "การบริหารจัดการภาครัฐที่มีประสิทธิภาพ",
    "higher_plans": "ยุทธศาสตร์ชาติด้านการปรับสมดุลและพัฒนาระบบการบริหารจัดการภาครัฐ",
}


@cache
def plan_sheet(key: str) -> Sheet:
    """One sheet of the central plan workbook, whose fields are the same in every year."""
    return next(sheet for sheet in FORM.sheets(0) if sheet.key == key)


def complete(key: str, row: Row) -> Row:
    """`row` with every field of the plan sheet `key` in form order: blanks filled, choices as Thai labels."""
    fields = plan_sheet(key).fields
    return {f.key: f.choice_label(row[f.key]) if f.choices and row.get(f.key) else row.get(f.key, "") for f in fields}


def catalogue() -> dict[str, Row]:
    """All indicators of the demo by code, as rows of the indicator sheet."""
    return {row["code"]: complete("indicators", _owned(row)) for row in (*CARDS, *PMQA)}


def _owned(row: Row) -> Row:
    responsible, supporter = OWNERS[row.get("owner") or row["code"].partition(".")[0]]
    return _COMMON | {"responsible": responsible, "supporter": supporter} | row
