"""Columns that every unit form shares: what the centre owns of an indicator (filled in and locked)."""

from __future__ import annotations

from schemas.language import Field, Text

_GROUP = Text("ตัวชี้วัด (ส่วนกลางกำหนด แก้ไขไม่ได้)", "Indicator (set by the centre, locked)")


def indicator_fields() -> tuple[Field, ...]:
    """Code, name, unit of measure, how totals are made, weight and target of an indicator."""
    return (
        Field(
            "indicator",
            Text("รหัสตัวชี้วัด", "Indicator code"),
            "code",
            "centre",
            True,
            width=13,
            group=_GROUP,
            aliases=("รหัส",),
        ),
        Field("name", Text("ตัวชี้วัด", "Indicator"), "long", "centre", width=40, group=_GROUP, aliases=("ชื่อตัวชี้วัด",)),
        Field(
            "unit_of_measure",
            Text("หน่วยวัด", "Unit of measure"),
            "text",
            "centre",
            width=12,
            group=_GROUP,
            aliases=("หน่วยนับ",),
        ),
        Field("basis", Text("วิธีรวมยอด", "How totals are made"), "text", "centre", width=15, group=_GROUP),
        Field("weight", Text("น้ำหนัก", "Weight"), "code", "centre", width=8, group=_GROUP),
        Field("target", Text("เป้าหมาย", "Target"), "code", "centre", width=9, group=_GROUP),
    )


# What a unit may not change; `basis` is words of ours about the aggregation, compared with nothing.
OWNED = ("name", "unit_of_measure", "weight", "target")
