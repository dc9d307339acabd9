"""parents/PARENT.xlsx: master.xlsx of the units under one parent, so that each can be given its own."""

from __future__ import annotations

from pipeline.model import Scorecard
from pipeline.report import master, share

PATTERN = "parents/{}.xlsx"


def parts(card: Scorecard) -> share.Parts:
    """The scorecard of each parent's units; a parent over everybody has master.xlsx already."""
    return share.by_parent(card)


def draw(part: Scorecard, path: str) -> None:
    """Write the workbook."""
    master.draw(part, master.tables(part), path)
