"""Name of a demo scenario and a number of units -> the rows of the six sheets of a central plan workbook."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.demo.cards import Row
from pipeline.demo.indicators import catalogue, complete
from pipeline.demo.offices import Office, local, ministry, province
from schemas.forms.central_plan import SETTINGS
from schemas.periods import first_day

SCENARIOS: dict[str, Callable[[int | None], Office]] = {"ministry": ministry, "province": province, "local": local}
DEADLINE_NOTE = "กำหนดส่งของข้อมูลสาธิต ตั้งไว้ล่วงหน้าเพื่อไม่ให้แสดงว่าล่าช้า"
_NO_REVIEW_BEFORE = 3  # years after the fiscal year's end until a demonstration deadline passes

_PLAN: tuple[tuple[str, str, str, str], ...] = (
    ("mission", "M1", "เสนอแนะนโยบายและกำกับการปฏิบัติราชการให้เป็นไปตามแผน", ""),
    ("mission", "M2", "พัฒนาระบบงาน บุคลากร และการบริการประชาชน", ""),
    ("topic", "T1", "การเพิ่มประสิทธิภาพการดำเนินงาน", ""),
    ("topic", "T2", "การพัฒนาเสริมสร้างคุณภาพบุคลากร", ""),
    ("topic", "T3", "การบริหารจัดการเทคโนโลยีสารสนเทศและการสื่อสาร", ""),
    ("issue", "I1", "ขับเคลื่อนนโยบายและแผนให้เกิดผลสัมฤทธิ์", ""),
    ("issue", "I2", "ยกระดับและพัฒนาระบบราชการภายในหน่วยงาน", ""),
    ("goal", "G1", "การดำเนินงานตามแผนบรรลุเป้าหมาย", "I1"),
    ("goal", "G2", "การบริหารจัดการมีคุณภาพและเป็นที่ยอมรับ", "I2"),
    ("goal", "G3", "ประชาชนและผู้รับบริการได้รับบริการที่ดี", "I1"),
    ("goal", "G4", "บุคลากรมีคุณภาพและมีความสุขในการทำงาน", "I2"),
    ("dimension", "D1", "มิติด้านประสิทธิผลตามยุทธศาสตร์", ""),
    ("dimension", "D2", "มิติด้านคุณภาพการให้บริการ", ""),
    ("dimension", "D3", "มิติด้านประสิทธิภาพของการปฏิบัติราชการ", ""),
    ("dimension", "D4", "มิติด้านการพัฒนาองค์การ", ""),
)


def plan(scenario: str, units: int | None, fiscal_year: int) -> dict[str, list[Row]]:
    """Rows of every sheet of the central plan by field key, choices as Thai labels; `units` = how many report.

    `units` None is the scenario's own size (15, 13, 103). KeyError where the scenario is unknown, ValueError where
    it cannot have so many units. Weights of each unit sum to exactly 100.
    """
    office = SCENARIOS[scenario](units)
    rows = {
        "settings": _settings(office, fiscal_year),
        "units": list(office.units),
        "plan": _strategy(office),
        "indicators": _indicators(office),
        "assignments": list(office.assignments),
        "calendar": _calendar(fiscal_year),
    }
    return {key: [complete(key, row) for row in table] for key, table in rows.items()}


def _settings(office: Office, fiscal_year: int) -> list[Row]:
    own = {
        "fiscal_year": str(fiscal_year),
        "office_name": f"{office.name} (ข้อมูลสาธิต)",
        "plan_state": "confirmed",
        "centre_contact": office.centre,
    }
    return [
        {"key": key, "value": own.get(key, default), "meaning": text.both} for key, (default, text) in SETTINGS.items()
    ]


def _strategy(office: Office) -> list[Row]:
    vision = {"kind": "vision", "code": "V1", "text": office.vision, "parent": ""}
    keys = ("kind", "code", "text", "parent")
    return [vision, *(dict(zip(keys, line, strict=True)) for line in _PLAN)]


def _indicators(office: Office) -> list[Row]:
    """The indicators that somebody is assigned, in the catalogue's order, with the office's own role titles."""
    used = {row["indicator"] for row in office.assignments}
    return [row | office.roles for code, row in catalogue().items() if code in used]


def _calendar(fiscal_year: int) -> list[Row]:
    opens = first_day(fiscal_year).isoformat()
    last = f"{fiscal_year - 543 + _NO_REVIEW_BEFORE}-12-31"
    due = {"opens": opens, "deadline": last, "closed": "no", "note": DEADLINE_NOTE}
    quarters = [
        {"period": f"{fiscal_year}-Q{q}", "form": "quarterly_result", "evidence_deadline": last} | due
        for q in (1, 2, 3, 4)
    ]
    return [{"period": f"{fiscal_year}", "form": "monthly_plan"} | due, *quarters]
