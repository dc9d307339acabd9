"""The sections of the page of changes: which frame each shows, with which columns, and what it says when it is empty."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.office.tables import Column
from schemas.language import Text


@dataclass(frozen=True)
class Section:
    """A part of the page: which frame, its columns (one a column of the page), and what stands there when it is empty."""

    frame: str
    title: Text
    columns: tuple[Column, ...]
    empty: Text
    needs_past: bool = False


_UNIT = Column("unit_name", Text("หน่วยงาน", "Unit"), "long")
_INDICATOR = Column("indicator_text", Text("ตัวชี้วัด", "Indicator"), "long")
SECTIONS = (
    Section(
        "restated",
        Text(
            "ตัวเลขที่ปรับแก้หลังพ้นกำหนดส่งของงวด หรือหลังปลดล็อก",
            "Figures restated after their quarter closed, or under an unlock",
        ),
        (
            _UNIT,
            _INDICATOR,
            Column("period_text", Text("งวด", "Period"), "text"),
            Column("old_value", Text("เดิม", "Old"), "number"),
            Column("new_value", Text("ใหม่", "New"), "number"),
            Column("why_text", Text("เหตุผลและผู้แก้", "Why and who"), "long"),
            Column("effect_text", Text("ผลต่อคะแนนและอันดับ", "Effect on score and rank"), "long"),
        ),
        Text("ไม่มีตัวเลขใดที่ส่งทันกำหนดแล้วถูกแก้ภายหลัง", "No figure sent in time was changed later"),
    ),
    Section(
        "moves",
        Text("คะแนนหน่วยงานเทียบไตรมาสก่อน", "Units against last quarter"),
        (
            Column("light_text", Text("สัญญาณไฟขณะนี้", "Light now"), "long"),
            _UNIT,  # in the wide column: a line a unit
            Column("previous", Text("ไตรมาสก่อน", "Before"), "score"),
            Column("headline", Text("ไตรมาสนี้", "Now"), "score"),
            Column("change_text", Text("เปลี่ยน", "Change"), "text"),
        ),
        Text("คะแนนทุกหน่วยงานเท่าเดิม", "Every unit's score is as it was"),
        needs_past=True,
    ),
    Section(
        "lights",
        Text("ตัวชี้วัดที่เปลี่ยนสัญญาณไฟ", "Indicators whose light changed"),
        (
            _UNIT,
            _INDICATOR,
            Column("score_before", Text("คะแนนก่อน", "Before"), "score"),
            Column("score", Text("คะแนนนี้", "Now"), "score"),
            Column("way", Text("ทิศทาง", "Way"), "text"),
            Column("lights_text", Text("สัญญาณไฟ", "Lights"), "long"),
        ),
        Text("ไม่มีตัวชี้วัดใดเปลี่ยนสัญญาณไฟ", "No light changed"),
        needs_past=True,
    ),
    Section(
        "last_year",
        Text("เทียบไตรมาสเดียวกันของปีก่อน", "Against the same quarter a year ago"),
        (
            _UNIT,
            _INDICATOR,
            Column("last_year_result", Text("ผลปีก่อน", "Then"), "number"),
            Column("result", Text("ผลปีนี้", "Now"), "number"),
            Column("change_text", Text("คะแนนเปลี่ยน", "Score"), "text"),
            Column("scores_text", Text("คะแนนปีก่อน → ปีนี้", "Scores"), "long"),
        ),
        Text("ทะเบียนไม่มีผลปีก่อนของตัวชี้วัดเดียวกัน", "The ledger holds no results of the same indicators a year ago"),
    ),
    Section(
        "remedies",
        Text("ผลของแนวทางแก้ไขที่เสนอไว้ไตรมาสก่อน", "What became of last quarter's remedies"),
        (
            _UNIT,
            _INDICATOR,
            Column("result_before", Text("ผลก่อน", "Before"), "number"),
            Column("result", Text("ผลนี้", "Now"), "number"),
            Column("became_text", Text("ขณะนี้", "Now"), "long"),
            Column("remedy_before", Text("แนวทางแก้ไขที่เสนอไว้", "Remedy then"), "long"),
            Column("problem", Text("ปัญหาขณะนี้", "Problem now"), "long"),
        ),
        Text("ไตรมาสก่อนไม่มีตัวชี้วัดที่ล่าช้ากว่าแผน", "Nothing was behind plan last quarter"),
        needs_past=True,
    ),
    Section(
        "arrived",
        Text("ตัวเลขที่มาถึงครั้งแรกหลังพ้นกำหนดส่งของงวด", "Figures that first arrived after their quarter closed"),
        (
            _UNIT,
            _INDICATOR,
            Column("period_text", Text("งวด", "Period"), "text"),
            Column("value", Text("ผล", "Result"), "number"),
            Column("came_text", Text("ได้รับวันที่", "Received"), "text"),
            Column("file", Text("ไฟล์ที่มา", "Source file"), "long"),
        ),
        Text("ไม่มีตัวเลขใดที่มาถึงครั้งแรกหลังพ้นกำหนดส่ง", "No figure first arrived after the deadline"),
    ),
    Section(
        "advice",
        Text("ตัวชี้วัดที่ควรทบทวนเป้าหมาย", "Targets to review"),
        (
            _UNIT,
            _INDICATOR,
            Column("target", Text("เป้าหมาย", "Target"), "number"),
            Column("baseline3", Text("3 ปีก่อน", "3 years ago"), "number"),
            Column("baseline2", Text("2 ปีก่อน", "2 years ago"), "number"),
            Column("baseline1", Text("1 ปีก่อน", "1 year ago"), "number"),
            Column("advice", Text("คำแนะนำ", "Advice"), "long"),
        ),
        Text("ไม่มีตัวชี้วัดที่ผลย้อนหลังทั้งสามปีดีกว่าเป้าหมาย", "No indicator beat its target in all three years"),
    ),
)
