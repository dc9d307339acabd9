"""The hidden sheet behind the page of one unit: a row a unit, a row an indicator, and where the chosen one starts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pipeline.model import Scorecard
from pipeline.office import styles
from pipeline.office.book import Book, Worksheet, column_letter, safe
from pipeline.office.charts import Range
from pipeline.office.tables import fill_column, words
from pipeline.report.pages.contents import Contents
from pipeline.report.words import LABELS, quarter_label
from schemas.periods import name_of, quarters_up_to

UNIT_KEYS = (
    "label",
    "unit_name",
    "parent_name",
    "headline",
    "headline_percent",
    "light",
    "rank",
    "coverage",
    "indicators",
    "reported",
    "behind",
    "held",
    "late",
    "first",
    "count",
    "place",
    "s1",
    "s2",
    "s3",
    "s4",
    "k1",
    "k2",
    "k3",
    "k4",
)
ROW_KEYS = (
    "indicator",
    "indicator_name",
    "weight",
    "target",
    "plan",
    "result",
    "achievement_percent",
    "score",
    "light",
    "status",
    "reported",
    "state_text",
)
_ROWS_FROM = len(UNIT_KEYS) + 1  # one empty column between the two blocks
_CHOSEN_FROM = _ROWS_FROM + len(ROW_KEYS) + 1
_TOP = 1
_NAME_LETTERS = 70


@dataclass(frozen=True)
class Behind:
    """What the page reads: both blocks as frames, and the ranges of the sheet they lie in."""

    sheet: str
    units: pd.DataFrame
    rows: pd.DataFrame
    quarters: tuple[str, ...]

    def _range(self, column: int, count: int) -> str:
        letter = column_letter(column)
        return f"'{self.sheet}'!{letter}${_TOP + 1}:{letter}${_TOP + max(count, 1)}"

    def unit_range(self, key: str) -> str:
        """The cells of a column of the units."""
        return self._range(UNIT_KEYS.index(key), len(self.units))

    def row_range(self, key: str) -> str:
        """The cells of a column of the indicators."""
        return self._range(_ROWS_FROM + ROW_KEYS.index(key), len(self.rows))

    def chosen(self, n: int) -> str:
        """The cell that holds position (0), first row (1) or count (2) of the chosen unit."""
        return f"'{self.sheet}'!{column_letter(_CHOSEN_FROM + n)}${_TOP + 1}"

    @property
    def quarters_range(self) -> Range:
        """Where the quarters of the chosen unit lie, for a chart."""
        return Range(self.sheet, _TOP + 3, _TOP + 2 + len(self.quarters), _CHOSEN_FROM, _CHOSEN_FROM + 1, _TOP + 2)

    @property
    def most(self) -> int:
        """Rows of the unit with the most indicators."""
        return int(self.units["count"].max()) if len(self.units) else 0


def gather(card: Scorecard, tables: Mapping[str, pd.DataFrame], contents: Contents, sheet: str) -> Behind:
    """Both blocks; labels are unique and free of the signs MATCH takes for wildcards."""
    rows = words(tables["rows"], {k: v for k, v in LABELS.items() if k in ("status", "reported")})
    rows = rows.assign(
        light=rows["light"].map(lambda code: styles.LIGHTS[code].label),
        indicator_name=rows["indicator_name"].map(lambda name: styles.shortened(name, _NAME_LETTERS)),
    )
    units = tables["units"]
    counts = rows.groupby("unit", sort=False).size()
    firsts = rows.reset_index().groupby("unit", sort=False)["index"].first() + 1
    units = units.assign(
        label=_labels(units),
        light=units["light"].map(lambda code: styles.LIGHTS[code].label),
        first=units["unit"].map(firsts).fillna(0).astype("int64"),
        count=units["unit"].map(counts).fillna(0).astype("int64"),
        place=units["unit"].map(lambda unit: contents.master.get((unit, ""), "")),
        **_quarters(card, units),
    )
    quarters = tuple(quarters_up_to(f"{card.fiscal_year}-Q4"))
    return Behind(sheet, units[list(UNIT_KEYS)], rows[list(ROW_KEYS)], quarters)


def _labels(units: pd.DataFrame) -> list[str]:
    seen: dict[str, int] = {}
    labels = []
    for code, name in zip(units["unit"], units["unit_name"], strict=True):
        label = styles.shortened(re.sub(r"[*?~]", "·", safe(f"{code}  {name}")), 120)
        seen[label.casefold()] = seen.get(label.casefold(), 0) + 1
        labels.append(label if seen[label.casefold()] == 1 else f"{label} ({seen[label.casefold()]})")
    return labels


def _quarters(card: Scorecard, units: pd.DataFrame) -> dict[str, pd.Series]:
    found: dict[str, pd.Series] = {}
    for n, when in enumerate(quarters_up_to(f"{card.fiscal_year}-Q4"), start=1):
        known = card.trend[card.trend["period"] == when].drop_duplicates("unit").set_index("unit")
        found[f"s{n}"] = units["unit"].map(known["headline"])
        found[f"k{n}"] = units["unit"].map(known["coverage"].where(known["headline"].notna()))
    return found


def draw(book: Book, sheet: Worksheet, behind: Behind, choice: str) -> None:
    """Both blocks, and the three formulas that find the unit chosen in the cell `choice`."""
    for start, frame in ((0, behind.units), (_ROWS_FROM, behind.rows)):
        for n, key in enumerate(frame.columns, start=start):
            book.text(sheet, 0, n, key, bold=True)
            fill_column(book, sheet, _TOP, n, frame[key].tolist())
    position = f"=IFERROR(MATCH({choice},{behind.unit_range('label')},0),0)"
    for n, (key, formula) in enumerate(
        (("position", position), ("first", _of(behind, "first")), ("count", _of(behind, "count")))
    ):
        book.text(sheet, 0, _CHOSEN_FROM + n, key, bold=True)
        value = 1 if n == 0 else int(behind.units[key].iat[0])
        book.formula(sheet, _TOP, _CHOSEN_FROM + n, formula, value)
    _draw_quarters(book, sheet, behind)


def _draw_quarters(book: Book, sheet: Worksheet, behind: Behind) -> None:
    """The quarters of the chosen unit, for its chart."""
    for n, title in enumerate(("ไตรมาส", "คะแนนรวม")):
        book.text(sheet, _TOP + 2, _CHOSEN_FROM + n, title, bold=True)
    first = behind.units.iloc[0]
    for q, when in enumerate(behind.quarters, start=1):
        row, name = _TOP + 2 + q, name_of(when).th
        guard = f"{behind.chosen(0)}=0"
        share = f"INDEX({behind.unit_range(f'k{q}')},{behind.chosen(0)})"
        label = f'=IF({guard},"{name}",IF({share}="","{name}","{name} ("&TEXT({share},"0")&"%)"))'
        book.formula(sheet, row, _CHOSEN_FROM, label, quarter_label(when, first[f"k{q}"]))
        book.formula(
            sheet,
            row,
            _CHOSEN_FROM + 1,
            pick(behind.unit_range(f"s{q}"), behind.chosen(0), guard),
            shown(first[f"s{q}"]),
        )


def pick(cells: str, at: str, guard: str) -> str:
    """The formula for entry `at` of `cells`: an empty text where `guard` holds or the cell is empty (INDEX gives 0)."""
    found = f"INDEX({cells},{at})"
    return f'=IF({guard},"",IF({found}="","",{found}))'


def shown(value: Any) -> Any:
    """The value such a formula has for a cell that holds `value`."""
    return "" if value is None or value != value else value


def _of(behind: Behind, key: str) -> str:
    return f"=IF({behind.chosen(0)}=0,0,INDEX({behind.unit_range(key)},{behind.chosen(0)}))"
