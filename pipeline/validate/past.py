"""What counts in the ledger for the units of a batch: standing postings and facts, looked up by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

FIGURES = ("unit", "indicator", "row_period", "period", "scenario", "value")


def no_figures() -> pd.DataFrame:
    """A frame of figures without a line."""
    return pd.DataFrame(columns=list(FIGURES), dtype=object)


@dataclass(frozen=True)
class Standing:
    """What counts in the ledger for the units of a batch: postings and facts, as `pipeline.ledger.book` gives them.

    For doubts: `others` = figures of other units in the same form and year, `earlier` = results the units themselves
    reported in the years before; both as `pipeline.ledger.peers` gives them.
    """

    postings: pd.DataFrame
    facts: pd.DataFrame
    others: pd.DataFrame = field(default_factory=no_figures)
    earlier: pd.DataFrame = field(default_factory=no_figures)


class Past:
    """The standing postings and facts by unit, indicator and period."""

    def __init__(self, standing: Standing) -> None:
        self.others, self.earlier = standing.others, standing.earlier
        self.postings = {
            (p["unit"], p["form"], p["indicator"], p["period"]): p for p in standing.postings.to_dict("records")
        }
        self.facts: dict[tuple[str, str, str, str], list[dict[str, Any]]] = {}
        for fact in standing.facts.to_dict("records"):
            self.facts.setdefault((fact["unit"], fact["form"], fact["indicator"], fact["row_period"]), []).append(fact)

    def number(self, unit: str, form: str, indicator: str, row_period: str, period: str, scenario: str) -> float:
        """A standing figure, NaN where there is none."""
        for fact in self.facts.get((unit, form, indicator, row_period), ()):
            if fact["period"] == period and fact["scenario"] == scenario:
                return float(fact["value"])
        return float("nan")

    def planned(self, unit: str, indicator: str, fiscal_year: int, periods: Sequence[str]) -> list[float]:
        """What the unit's standing monthly plan says for each period, NaN where it says nothing."""
        facts = self.facts.get((unit, "monthly_plan", indicator, str(fiscal_year)), ())
        known = {f["period"]: float(f["value"]) for f in facts if f["scenario"] == "plan"}
        return [known.get(p, float("nan")) for p in periods]

    def as_typed(self, unit: str, form: str, indicator: str, period: str) -> dict[str, str]:
        """The texts typed into a standing row's figures, by scenario and period."""
        return {
            f"{f['scenario']} {f['period']}": f["typed"] for f in self.facts.get((unit, form, indicator, period), ())
        }

    def exactly(self, unit: str, form: str, indicator: str, period: str) -> dict[str, tuple[str, str, str]]:
        """(value, numerator, denominator) of a standing row's figures, by scenario and period."""
        return {
            f"{f['scenario']} {f['period']}": (f["value"], f.get("numerator") or "", f.get("denominator") or "")
            for f in self.facts.get((unit, form, indicator, period), ())
        }

    def typed(self, unit: str, form: str, indicator: str, period: str) -> dict[str, str]:
        """The figures of a standing row as typed, by scenario and period."""
        return {
            f"{f['scenario']} {f['period']}": f["value"] for f in self.facts.get((unit, form, indicator, period), ())
        }
