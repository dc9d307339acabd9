"""goals/UNIT.xlsx: the list per service goal as a workbook, with real numbers."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.model import Scorecard
from pipeline.report import goal_list, kpi_list_book

PATTERN = "goals/{}.xlsx"


def parts(card: Scorecard) -> Iterator[tuple[str, Scorecard]]:
    """What the document is made from."""
    return goal_list.parts(card)


def draw(part: Scorecard, path: str) -> None:
    """Write the list on one sheet."""
    kpi_list_book.workbook(part, goal_list.listing(part), path)
