"""What other units, and the units themselves in earlier years, reported: figures by which doubts are measured."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from sqlalchemy import Connection, select

from pipeline.ledger.tables import FACT

_COLUMNS = ("unit", "indicator", "row_period", "period", "scenario", "value", "submission")
_ROW = ["unit", "indicator", "row_period"]
_YEARS_BACK = 3
_AT_ONCE = 500


def figures(
    connection: Connection, fiscal_year: int, form: str, units: Sequence[str], before: int | None = None
) -> pd.DataFrame:
    """The newest figures of some units in one form and year: unit, indicator, row_period, period, scenario, value.

    `before` leaves out arrivals from that number on.
    """
    query = select(*(FACT.c[c] for c in _COLUMNS)).where(FACT.c.fiscal_year == fiscal_year, FACT.c.form == form)
    if before is not None:
        query = query.where(FACT.c.submission < before)
    found = _parts(connection, query, FACT.c.unit, list(units))
    newest = found.groupby(_ROW, sort=False)["submission"].transform("max") if len(found) else found["submission"]
    return found[found["submission"] == newest].drop(columns="submission")


def holders(
    connection: Connection, fiscal_year: int, form: str, probes: pd.DataFrame, least: int, before: int | None = None
) -> list[str]:
    """Units that hold at least `least` of the probes (unit, indicator, period, value) of one other unit."""
    query = select(FACT.c.unit, FACT.c.indicator, FACT.c.period, FACT.c.value).where(
        FACT.c.fiscal_year == fiscal_year, FACT.c.form == form, FACT.c.scenario != "estimate"
    )
    if before is not None:
        query = query.where(FACT.c.submission < before)
    held = _parts(connection, query, FACT.c.value, list(probes["value"].unique())).drop_duplicates()
    both = probes.merge(held, on=["indicator", "period", "value"], suffixes=("", "_held"))
    counted = both[both["unit"] != both["unit_held"]].groupby(["unit", "unit_held"], sort=True).size()
    return sorted({other for (_, other), n in counted.items() if n >= least})


def earlier(connection: Connection, fiscal_year: int, units: Sequence[str]) -> pd.DataFrame:
    """Results some units reported in the three years before, columns as `figures`; the newest of each."""
    years = [fiscal_year - back for back in range(1, _YEARS_BACK + 1)]
    query = select(*(FACT.c[c] for c in _COLUMNS)).where(
        FACT.c.form == "quarterly_result", FACT.c.fiscal_year.in_(years), FACT.c.scenario == "actual"
    )
    found = _parts(connection, query, FACT.c.unit, list(units)).sort_values("submission", kind="stable")
    return found.drop_duplicates([*_ROW, "period"], keep="last").drop(columns="submission")


def _parts(connection: Connection, query: object, column: object, wanted: Sequence[str]) -> pd.DataFrame:
    """The rows of a query whose column is one of `wanted`, asked for in parts: databases limit how many may be named."""
    names = [c.name for c in query.selected_columns]  # type: ignore[attr-defined]
    rows: list[tuple[object, ...]] = []
    for start in range(0, len(wanted), _AT_ONCE):
        part = query.where(column.in_(wanted[start : start + _AT_ONCE]))  # type: ignore[attr-defined]
        rows += connection.execute(part).fetchall()
    return pd.DataFrame(rows, columns=names)
