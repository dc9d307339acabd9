"""What counts in the ledger for the units of a batch: standing postings and facts, looked up by row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class Standing:
    """What counts in the ledger for the units of a batch: postings and facts, as `pipeline.ledger.book` gives them."""

    postings: pd.DataFrame
    facts: pd.DataFrame


class Past:
    """The standing postings and facts by unit, indicator and period."""

    def __init__(self, standing: Standing) -> None:
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

    def typed(self, unit: str, form: str, indicator: str, period: str) -> dict[str, str]:
        """The figures of a standing row as typed, by scenario and period."""
        return {
            f"{f['scenario']} {f['period']}": f["value"] for f in self.facts.get((unit, form, indicator, period), ())
        }
