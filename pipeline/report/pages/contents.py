"""The names of the sheets of executive.xlsx, the ways between them, and the ways into master.xlsx."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from pipeline.model import Scorecard
from pipeline.office.panels import Way
from pipeline.report import order

SUMMARY, HEATMAP, BEHIND, SELECTOR = "สรุป", "แผนที่ความร้อน", "ล่าช้ากว่าแผน", "รายหน่วยงาน"
CHANGES = "สิ่งที่เปลี่ยนไป"
INDICATORS = "รายตัวชี้วัด"
DATA, FIGURES = "ฐานข้อมูลรายหน่วยงาน", "ข้อมูลแผนภูมิ"  # hidden
HEAT_TOP = 7  # the sheet row (from 0) of the first unit in the heat map
MOST_PARENTS = 100  # a sheet each; beyond that the workbook would be all tabs


@dataclass(frozen=True)
class Contents:
    """Sheet names, each parent's sheet, each unit's row in the heat map, and places in master.xlsx."""

    parents: Mapping[str, str]
    heat_rows: Mapping[str, int]
    master: Mapping[tuple[str, str], str]
    summary: str = SUMMARY
    heatmap: str = HEATMAP
    behind: str = BEHIND
    changes: str = CHANGES
    selector: str = SELECTOR
    indicators: str = INDICATORS
    data: str = DATA
    figures: str = FIGURES

    @classmethod
    def of(cls, card: Scorecard, tables: Mapping[str, pd.DataFrame]) -> Contents:
        """The contents of one workbook."""
        parents = tables["parents"].head(MOST_PARENTS) if len(tables["parents"]) > 1 else tables["parents"].iloc[:0]
        shown = [short or name for short, name in zip(parents["unit_short"], parents["unit_name"], strict=True)]
        names = order.sheet_names(shown, (SUMMARY, HEATMAP, BEHIND, CHANGES, SELECTOR, INDICATORS, DATA, FIGURES))
        heat = {unit: HEAT_TOP + n for n, unit in enumerate(tables["units"]["unit"])}
        return cls(dict(zip(parents["unit"], names, strict=True)), heat, order.places_in_master(card.rows))

    @property
    def order(self) -> list[str]:
        """The sheets from left to right."""
        first = [self.summary, self.heatmap, self.behind, self.changes, self.selector, self.indicators]
        return [*first, *self.parents.values(), self.data, self.figures]

    def to(self, sheet: str, cell: str = "A1") -> str:
        """The target of a link within the workbook."""
        return f"internal:'{sheet.replace(chr(39), chr(39) * 2)}'!{cell}"

    def to_master(self, unit: str, indicator: str = "") -> str:
        """The target of a link to the rows of a unit (or one indicator) in master.xlsx; "" where it has none."""
        place = self.master.get((unit, indicator))
        return f"external:{order.MASTER_FILE}#{place}" if place else ""

    def to_heat(self, unit: str) -> str:
        """The target of a link to the unit's row in the heat map."""
        return self.to(self.heatmap, f"A{self.heat_rows[unit] + 1}") if unit in self.heat_rows else ""

    def home(self) -> Way:
        """The way back to the first page."""
        return Way(self.to(self.summary), f"◀ {self.summary}")

    def ways(self, here: str) -> list[Way]:
        """The ways from one sheet to the others of the first rank."""
        others = (self.heatmap, self.behind, self.changes, self.selector)
        found = [Way(self.to(name), f"▸ {name}") for name in others if name != here]
        return found if here == self.summary else [self.home(), *found]
