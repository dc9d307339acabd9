"""The data set's tables: which columns, of which type, and what each means in Thai and English."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pipeline.report.master_columns import DATA, PARENTS, UNITS
from schemas.language import Text

Type = Literal["string", "number", "integer", "boolean", "datetime"]


@dataclass(frozen=True)
class Variable:
    """One column of a table of the data set; `allowed` are the codes it may hold, where they are a closed list."""

    name: str
    type: Type
    title: Text
    meaning: Text
    allowed: tuple[str, ...] = ()


_KNOWN = {c.key: (c.label, c.note) for c in (*UNITS, *PARENTS, *DATA)}
_OWN = {
    "period": (Text("งวด", "Period"), Text("เช่น 2567-Q2 = ไตรมาส 2 ปีงบประมาณ 2567", "2567-Q2 is quarter 2 of B.E. fiscal year 2567")),
    "kind": (Text("ชนิดแถว", "Kind"), Text("unit หน่วยงาน, parent ต้นสังกัด, office ทั้งสำนักงาน", "unit, parent, or the whole office")),
    "dimension": (Text("รหัสมิติ", "Dimension code"), Text("รหัสตามสมุดแผนกลาง", "Code in the central plan")),
    "goal": (Text("รหัสเป้าประสงค์", "Goal code"), Text("รหัสตามสมุดแผนกลาง", "Code in the central plan")),
    "sha256": (Text("ค่าแฮชของไฟล์ที่มา", "Hash of the source file"), Text("ตรงกับ inputs ใน manifest.json", "As in the inputs of manifest.json")),
    "submission": (Text("เลขรับ", "Arrival number"), Text("เลขที่ไฟล์ที่รับไว้ 0 = ไม่มี", "Number of the arrival, 0 where there is none")),
    "state_text": (
        Text("สถานะตามที่พิมพ์", "State as printed"),
        Text("ยืนยันหรือนำส่งโดยหลักฐานใด ใครนำส่ง และแก้ไขหลังปลดล็อกหรือไม่", "How confirmed, by whom signed, and whether changed under an unlock"),
    ),
    "units": (Text("จำนวนหน่วยงาน", "Units"), Text("หน่วยงานเบื้องหลังคะแนนรวม", "Units behind the total")),
    "units_reporting": (Text("หน่วยงานที่รายงาน", "Units reporting"), Text("ที่ส่งผลแล้ว", "That have reported")),
    "previous": (Text("คะแนนไตรมาสก่อน", "Previous headline"), Text("คะแนนหลักของไตรมาสก่อน", "Headline of the quarter before")),
}  # fmt: skip
_ALLOWED: dict[str, tuple[str, ...]] = {
    "light": ("green", "yellow", "red", "grey"),
    "reported": ("reported", "cannot", "blank", "held", "not_due", "not_applicable"),
    "status": ("on", "ahead", "behind"),
    "declared": ("on", "ahead", "behind"),
    "computed": ("on", "ahead", "behind"),
    "state": ("draft", "confirmed", "signed_off"),
    "kind": ("unit", "parent", "office"),
    "target_scale": ("raw", "level"),
    "direction": ("higher", "lower", "middle"),
}
_COUNTS = {
    "units", "units_reporting", "indicators", "confirmed", "held", "behind", "green", "yellow", "red", "grey", "submission",
}  # fmt: skip
_NUMBERS = {
    "weight", "weight_used", "target", "baseline3", "baseline2", "baseline1", "plan", "value", "result", "achievement_percent", "score", "score_percent", "weighted",
    "points", "previous_score", "last_year_plan", "last_year_result", "last_year_score", "coverage", "score_reported", "score_all", "headline", "headline_percent", "previous", "rank",
}  # fmt: skip

_SCORES = (
    "unit", "unit_name", "unit_type", "parent", "parent_name", "indicator", "indicator_name", "period", "unit_of_measure", "type", "dimension",
    "dimension_name", "goal", "goal_name", "weight", "weight_used", "target", "target_scale", "direction", "scoring", "over_time", "levels", "c1", "c2", "c3", "c4", "c5", "baseline3",
    "baseline2", "baseline1", "plan", "value", "result", "achievement_percent", "score", "score_percent", "weighted", "points", "previous_score",
    "last_year_plan", "last_year_result", "last_year_score", "light",
    "declared", "computed", "status", "reported", "state", "state_text", "late", "details", "problem", "remedy", "notes", "submission", "sha256", "sheet", "cell", "received_at",
)  # fmt: skip
_UNITS = (
    "kind", "unit", "unit_name", "unit_type", "parent", "parent_name", "period", "units", "units_reporting", "indicators", "reported", "confirmed", "held",
    "behind", "late", "green", "yellow", "red", "grey", "coverage", "score_reported", "score_all", "headline", "headline_percent", "previous", "light", "rank",
)  # fmt: skip
_TREND = ("unit", "period", "headline", "coverage")


def _variable(table: str, name: str) -> Variable:
    title, meaning = _OWN.get(name) or _KNOWN[name]
    counts = _COUNTS | ({"reported", "late"} if table == "units" else set())
    kind: Type = "integer" if name in counts else "number" if name in _NUMBERS else "string"
    if name == "late" and table == "scores":
        kind, meaning = "boolean", Text("ได้รับหลังกำหนดส่ง", "Received after the deadline")
    if name == "received_at":
        kind, meaning = "datetime", Text("เวลาที่ได้รับไฟล์ (ISO 8601)", "When the file arrived (ISO 8601)")
    return Variable(name, kind, title, meaning, _ALLOWED.get(name, ()) if kind == "string" else ())


TABLES = {
    name: tuple(_variable(name, column) for column in columns)
    for name, columns in (("scores", _SCORES), ("units", _UNITS), ("trend", _TREND))
}
TITLES = {
    "scores": Text("ผลและคะแนนรายหน่วยงานรายตัวชี้วัด", "Results and scores by unit and indicator"),
    "units": Text("คะแนนรวมรายหน่วยงาน ต้นสังกัด และทั้งสำนักงาน", "Totals by unit, parent and the whole office"),
    "trend": Text("คะแนนรวมรายไตรมาส (unit ว่าง = ทั้งสำนักงาน)", "Headline by quarter (unit empty: the whole office)"),
}
KEYS = {"scores": ["unit", "indicator"], "units": ["kind", "unit"], "trend": ["unit", "period"]}
