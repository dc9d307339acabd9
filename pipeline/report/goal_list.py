"""goals/UNIT.docx: a unit's indicators under its service-delivery goals, with the plan of the year and of each quarter."""

from __future__ import annotations

from pipeline.model import Scorecard
from pipeline.report import kpi_list, share
from pipeline.report.kpi_list import Group, ListColumn, Listing
from pipeline.report.words import LABELS, drafted, figure
from schemas.language import Text

PATTERN = "goals/{}.docx"
TITLE = Text(
    "ตัวชี้วัดตามเป้าหมายการให้บริการของ{unit} ประจำปีงบประมาณ พ.ศ. {year}",
    "Indicators of the service goals of {unit}, fiscal year {year}",
)
GOAL = Text("เป้าหมายการให้บริการหน่วยงาน", "Service goal")
NO_GOAL = Text("ไม่ระบุเป้าหมายการให้บริการ", "No service goal")
PLANNED = Text("ค่าเป้าหมาย", "Planned")
# The columns of the budget bureau's list, in its order; a plan not entered yet stays blank, which is legal there.
COLUMNS = (
    ListColumn("code", Text("รหัส", "Code"), 20),
    ListColumn("name", Text("ชื่อตัวชี้วัด", "Indicator"), 90),
    ListColumn("unit_of_measure", Text("หน่วยนับ", "Unit of measure"), 24),
    ListColumn("type", Text("ประเภทตัวชี้วัด", "Type"), 30.5),
    ListColumn("total", Text("รวม", "Total"), 18.5, PLANNED),
    *(ListColumn(f"q{q}", Text(f"ไตรมาส\u00a0{q}", f"Quarter {q}"), 18.5, PLANNED) for q in (1, 2, 3, 4)),
)
_KEYS = ["unit", "unit_name", "indicator", "indicator_name", "unit_of_measure", "type", "goal", "goal_name"]


def parts(card: Scorecard) -> share.Parts:
    """Each unit's indicators and plan; nothing that is reported, so a result never changes the list."""
    return share.definitions_only(card, _KEYS, plans=True)


def listing(part: Scorecard) -> Listing:
    """The list of one unit: goals in the order of their codes, indicators in the order of the plan's. Pure."""
    title = TITLE.th.format(unit=part.rows["unit_name"].iloc[0], year=part.fiscal_year)
    return Listing(title, kpi_list.basis(part), COLUMNS, _groups(part))


def _groups(part: Scorecard) -> list[Group]:
    rows = part.rows.merge(part.plans, on=["unit", "indicator"], how="left") if len(part.plans) else part.rows
    found: dict[str, list[dict[str, str]]] = {}
    for row in rows.sort_values("goal", kind="stable").to_dict("records"):
        confirmed = part.definitions.get(row["indicator"], {}).get("state") == "confirmed"
        name = f"{GOAL.th}  {row['goal']}  {row['goal_name']}" if row["goal"] else NO_GOAL.th
        planned = {c.key: row.get(c.key, float("nan")) for c in COLUMNS if c.group}
        line = {
            "code": row["indicator"],
            "name": drafted(row["indicator_name"], confirmed),
            "unit_of_measure": row["unit_of_measure"],
            "type": LABELS["type"].get(row["type"], row["type"]),
            **{key: "" if value != value else figure(value) for key, value in planned.items()},
        }
        found.setdefault(name, []).append(line)
    return [Group(name, lines) for name, lines in found.items()]


def draw(part: Scorecard, path: str) -> None:
    """Write the list as a document on A4 across."""
    kpi_list.document(part, listing(part), path)
