"""goals/UNIT.xlsx: the list per service goal as a workbook, with real numbers."""

from __future__ import annotations

from pipeline.model import Scorecard
from pipeline.report import goal_list, kpi_list_book

PATTERN = "goals/{}.xlsx"


parts = goal_list.parts  # what the document is made from


def draw(part: Scorecard, path: str) -> None:
    """Write the list on one sheet."""
    kpi_list_book.workbook(part, goal_list.listing(part), path)
