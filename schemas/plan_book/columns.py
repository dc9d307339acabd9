"""Columns that several sheets of the central plan workbook share, and how one column is written down."""

from __future__ import annotations

from typing import Any

from schemas.language import Field, Text

MARK = Field(
    "mark",
    Text("หมายเหตุแถว", "Row mark"),
    width=11,
    note=Text("แถวที่ขึ้นต้นว่า “ตัวอย่าง” ระบบไม่อ่าน ลบทิ้งได้", "Rows marked “ตัวอย่าง” are never read; delete them"),
)
EXAMPLE_MARK = "ตัวอย่าง"  # rows whose mark begins with it are never read

CRITERIA = ("c1", "c2", "c3", "c4", "c5")
CRITERIA_GROUP = Text("เกณฑ์การให้คะแนน (ค่าของระดับ 1 - 5)", "Scoring criteria (values of levels 1-5)")


def field(key: str, th: str, en: str, **more: Any) -> Field:
    """A column: its key, its heading in both languages, and whatever else of `Field` differs from the usual."""
    return Field(key, Text(th, en), **more)


def criteria(examples: bool = True) -> tuple[Field, ...]:
    """The five columns c1 to c5: the values of levels 1 to 5, with an example of each where wanted."""
    return tuple(
        field(
            f"c{n}",
            f"ระดับ {n}",
            f"Level {n}",
            kind="code",
            width=9,
            group=CRITERIA_GROUP,
            example=str(85 + 3 * n) if examples else "",
            note=Text("ตัวเลข หรือช่วง เช่น 10-20 สำหรับแบบช่วงคะแนน", "A number; a range such as 10-20 for bands"),
        )
        for n in range(1, 6)
    )
