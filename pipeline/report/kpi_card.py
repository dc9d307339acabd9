"""cards/UNIT.docx: the KPI card of each of a unit's indicators, in the layout of the finance ministry's card."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from pipeline.model import Scorecard
from pipeline.office import styles
from pipeline.office.document import SMALL, Cell, Paper, Row
from pipeline.report import share
from pipeline.report.words import LABELS, REPORTED, as_of, drafted, figure, fixed, period
from schemas.language import Text

PATTERN = "cards/{}.docx"
TITLE = Text("ผลการดำเนินงานตามตัวชี้วัด", "KPI cards")
CONTENTS = Text("สารบัญตัวชี้วัด", "Indicators")
# The labels of the card, in its order; the words are the source's.
OFFICE_PLAN = Text("แผนปฏิบัติราชการของ{office}", "Annual plan of {office}")
FIELDS = (
    ("name", Text("ตัวชี้วัด", "Indicator")),
    ("code", Text("รหัสตัวชี้วัด", "Code")),
    ("topic_name", OFFICE_PLAN),
    ("issue_name", Text("ประเด็นยุทธศาสตร์ของหน่วยงาน", "Strategic issue")),
    ("dimension_name", Text("มิติการประเมินผล", "Dimension")),
    ("goal_name", Text("เป้าประสงค์", "Goal")),
    ("weight", Text("น้ำหนัก (ร้อยละ)", "Weight (%)")),
    ("description", Text("คำอธิบาย", "Description")),
)
CRITERIA = (
    Text("ระดับคะแนนตัวชี้วัด", "Level"),
    Text("ระดับผลการดำเนินงาน", "Value"),
    Text("คำอธิบายเกณฑ์การให้คะแนน", "In words"),
)
MODE = Text("วิธีให้คะแนน", "Scoring mode")
WEIGHT_USED = Text("น้ำหนักที่ใช้คิดเมื่อรวมส่วนของตัวชี้วัดที่ไม่เกี่ยวข้อง", "weight with the share of what is not applicable")
CRITERIA_TITLE = Text("เกณฑ์การให้คะแนน", "Scoring criteria")
MORE = (
    ("condition", Text("เงื่อนไข (ถ้ามี)", "Conditions")),
    ("unit_of_measure", Text("หน่วยวัด", "Unit of measure")),
    ("target", Text("เป้าหมายปีปัจจุบัน", "Target")),
    ("baseline1", Text("ข้อมูลพื้นฐานย้อนหลัง 1 ปี (ถ้ามี)", "Baseline, 1 year ago")),
    ("baseline2", Text("ข้อมูลพื้นฐานย้อนหลัง 2 ปี (ถ้ามี)", "Baseline, 2 years ago")),
    ("baseline3", Text("ข้อมูลพื้นฐานย้อนหลัง 3 ปี (ถ้ามี)", "Baseline, 3 years ago")),
    ("source", Text("แหล่งข้อมูล/วิธีการจัดเก็บข้อมูล", "Source of the data")),
    ("responsible", Text("ผู้รับผิดชอบตัวชี้วัด", "Responsible")),
    ("supporter", Text("ผู้สนับสนุน", "Supporter")),
)
# What a card of the source does not have; a line only where the plan says something.
FURTHER = (
    ("programme", Text("แผนงาน", "Programme")),
    ("project", Text("โครงการ", "Project")),
    ("output", Text("ผลผลิต", "Output")),
    ("activity", Text("กิจกรรม", "Activity")),
    ("higher_plans", Text("แผนระดับที่สนับสนุน", "Higher plans served")),
    ("evidence", Text("หลักฐานที่ต้องแนบ", "Evidence required")),
)
REPORT = Text("รายงานผลการดำเนินงาน", "Results")
LINES = (
    ("result", Text("ผลการดำเนินงาน", "Result")),
    ("details", Text("รายละเอียดการดำเนินงาน", "Details")),
    ("score", Text("คะแนนตัวชี้วัด", "Score")),
    ("weighted", Text("คะแนนถ่วงน้ำหนัก", "Weighted score")),
    ("evidence", Text("ไฟล์เอกสาร/หลักฐาน", "Evidence")),
)
_WIDTHS = (45.0, 30.0, 30.0, 30.0, 30.0)
_SIZE = 13.0
_LABEL = Cell(bold=True, fill=styles.BAND, ink=styles.NAVY, size=_SIZE)
_VALUE = Cell(size=_SIZE)


def parts(card: Scorecard) -> share.Parts:
    """Each unit's own rows and quarters; a card goes to the unit itself, so it may name who is responsible."""
    return share.by_unit(card)


def draw(part: Scorecard, path: str) -> None:
    """Write the unit's document: contents, then a page or more for each indicator."""
    unit = part.rows.iloc[0]
    heading = f"{unit['unit_name']}  ·  {period(part).th}"
    paper = Paper(f"{TITLE.th} {heading}", heading, part.as_of, letterhead=part.letterhead)
    paper.heading(TITLE.th, 1)
    paper.line(f"หน่วยงาน  {unit['unit_name']}", bold=True)
    paper.line(f"ปีงบประมาณ  {part.fiscal_year}   {period(part).th}", after=2)
    paper.line(as_of(part), size=SMALL, ink=styles.MUTED, after=8)
    paper.heading(CONTENTS.th, 2)
    rows = part.rows.to_dict("records")
    paper.contents([(f"{n}. {r['indicator']}  {r['indicator_name']}", f"kpi{n}") for n, r in enumerate(rows, 1)])
    quarters = {str(i): q for i, q in part.quarters.groupby("indicator", sort=False)}
    for n, row in enumerate(rows, 1):
        paper.heading(f"{n}. {row['indicator']}", 2, anchor=f"kpi{n}", new_page=True)
        paper.table(_WIDTHS, list(_card(part, row, quarters.get(row["indicator"], part.quarters.iloc[:0]))))
    paper.save(path)


def _card(part: Scorecard, row: dict[str, object], quarters: pd.DataFrame) -> Iterator[Row]:
    plan = dict(part.definitions.get(str(row["indicator"]), {}))
    confirmed = plan.get("state") == "confirmed"
    values = {
        **plan,
        "code": str(row["indicator"]),
        "name": drafted(str(row["indicator_name"]), confirmed),
        **{k: figure(row[k]) for k in ("weight", "target", "baseline1", "baseline2", "baseline3")},  # type: ignore[arg-type]
    }
    if row["weight_used"] == row["weight_used"] and row["weight_used"] != row["weight"]:
        values["weight"] += f"   ({WEIGHT_USED.th} {figure(row['weight_used'])})"  # type: ignore[arg-type]
    for key, label in FIELDS:
        yield _field(label.th.format(office=part.office_name), values.get(key, ""))
    yield from _criteria(row, plan)
    for key, label in MORE:
        phone = "   เบอร์ติดต่อ -" if key in ("responsible", "supporter") else ""
        yield _field(label.th, (values.get(key, "") or "-") + phone)
    for key, label in FURTHER:
        if values.get(key, "").strip(" -"):
            yield _field(label.th, values[key])
    heads = [f"ไตรมาสที่ {q}" for q in (1, 2, 3, 4)]
    yield Row([_LABEL.of(REPORT.th), *(_LABEL.of(h, align="center") for h in heads)], keep=True)
    known = {str(q["period"]): q for q in quarters.to_dict("records")}
    year = part.fiscal_year
    for key, label in LINES:
        cells = [_told(known.get(f"{year}-Q{q}"), key) for q in (1, 2, 3, 4)]
        size = SMALL if key in ("details", "evidence") else _SIZE
        align = "left" if key in ("details", "evidence") else "center"
        cells_of = [Cell(text, size=size, align=align) for text in cells]
        yield Row([_LABEL.of(label.th), *cells_of], keep=key in ("result", "score", "weighted"))


def _criteria(row: dict[str, object], plan: dict[str, str]) -> Iterator[Row]:
    """The five levels with value and words; where the mode has none, only the mode."""
    mode = LABELS["scoring"].get(str(row["scoring"]), "")
    yield Row([_LABEL.of(f"{CRITERIA_TITLE.th}  ({MODE.th}: {mode})", span=5)], keep=True)
    levels = [(str(row[f"c{n}"]), plan.get(f"c{n}_text", "")) for n in range(1, 6)]
    if not any(value or words for value, words in levels):
        return
    yield Row([_LABEL.of(h.th, align="center", span=3 if n == 2 else 1) for n, h in enumerate(CRITERIA)])
    for n, (value, words) in enumerate(levels, 1):
        cells = [_VALUE.of(t or "-", align="center") for t in (str(n), value)]
        yield Row([*cells, _VALUE.of(words or "-", span=3)])


def _field(label: str, text: str) -> Row:
    return Row([_LABEL.of(label), _VALUE.of(text or "-", span=4)])


def _told(quarter: dict[str, object] | None, key: str) -> str:
    """What a quarter's column says: nothing before its time, else the figure, or why there is none."""
    if quarter is None:
        return ""
    if key == "result":
        said = str(quarter["reported"])
        if quarter["result"] == quarter["result"] and said in ("reported", "not_due"):
            return figure(quarter["result"])  # type: ignore[arg-type]
        return REPORTED[said].th
    if key == "score" and quarter["points"] == quarter["points"]:
        return f"{quarter['points']:.0f} (PMQA)"
    if key in ("score", "weighted"):
        return fixed(quarter[key])  # type: ignore[arg-type]
    text = str(quarter[key])
    return drafted(text, quarter["state"] in ("confirmed", "signed_off")) if key == "details" else text
