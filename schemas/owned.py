"""Columns that every unit form shares: what the centre owns of an indicator (filled in and locked)."""

from __future__ import annotations

from schemas.language import Choice, Field, Text
from schemas.states import ROLES

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
        Field("weight", Text("น้ำหนัก", "Weight"), "code", "centre", width=9, group=_GROUP),
        Field("target", Text("เป้าหมาย", "Target"), "code", "centre", width=9, group=_GROUP),
    )


SIGNED = "signed"


def sign_off_fields() -> tuple[Field, ...]:
    """The cells at the head of a sheet by which the whole of it is signed off, and by whom."""
    return (
        Field(
            "sign_off",
            Text("นำส่งทั้งแผ่นงาน (Sign off)", "Sign off this sheet"),
            "choice",
            choices=(Choice(SIGNED, Text("นำส่งข้อมูล", "sign off")),),
            width=20,
            note=Text(
                "เลือกเมื่อทั้งแผ่นงานครบและถูกต้อง นำส่งแล้วแก้ไขไม่ได้ ยังไม่นำส่งให้เว้นว่าง",
                "Pick it when the whole sheet is complete and right: it cannot be changed after that. Else leave blank",
            ),
        ),
        Field(
            "signed_by",
            Text("นำส่งโดย (บทบาท)", "Signed by (role)"),
            "choice",
            choices=tuple(Choice(code, text) for code, text in ROLES.items()),
            width=20,
            note=Text("บทบาทของผู้นำส่ง ไม่ใส่ชื่อบุคคล", "The role of who signs, no names of persons"),
        ),
    )


# What a unit may not change; `basis` is words of ours about the aggregation, compared with nothing.
OWNED = ("name", "unit_of_measure", "weight", "target")
