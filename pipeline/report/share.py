"""A scorecard -> the part of it that one unit's or one parent's file is made from, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, time

import numpy as np
import pandas as pd

from pipeline.model import Scorecard
from pipeline.report import order
from schemas.periods import end_of, first_day


def by_unit(card: Scorecard) -> Iterator[tuple[str, Scorecard]]:
    """(code, its own rows and quarters) of each unit, in the order of every output.

    Nothing of other units is in it, not even the moment: it is as of the unit's own last arrival or the period's end,
    so that a file of one unit changes only when that unit does.
    """
    rows, quarters = order.by_unit(card.rows), card.quarters
    none = {name: getattr(card, name).iloc[:0] for name in ("units", "parents", "trend", "restated", "rollups")}
    of_rows, of_quarters, of_plans = _places(rows), _places(quarters), _places(card.plans)
    for code, at in of_rows.items():
        mine = rows.iloc[at].reset_index(drop=True)
        yield (
            code,
            replace(
                card,
                as_of=_moment(card, mine),
                rows=mine,
                quarters=_taken(quarters, of_quarters, code),
                definitions={i: card.definitions[i] for i in mine["indicator"] if i in card.definitions},
                office={},
                plans=_taken(card.plans, of_plans, code),
                **none,
            ),
        )


def definitions_only(card: Scorecard, keys: Sequence[str], plans: bool) -> Iterator[tuple[str, Scorecard]]:
    """(code, those columns of its rows, and its plan where `plans`) of each unit, as of the year's first day.

    What was reported is not in it, so neither a result nor its moment changes a file made from it.
    """
    slim = replace(
        card,
        rows=card.rows[[*keys, *(k for k in ("parent", "received_at") if k not in keys)]],
        quarters=card.quarters.iloc[:0],
        plans=card.plans if plans else card.plans.iloc[:0],
    )
    for code, part in by_unit(slim):
        begun = datetime.combine(first_day(card.fiscal_year), time(0), card.as_of.tzinfo)
        yield code, replace(part, as_of=begun, rows=part.rows[list(keys)])


def with_standing(card: Scorecard, parts: Iterator[tuple[str, Scorecard]]) -> Iterator[tuple[str, Scorecard]]:
    """The same parts with where the unit stands: its total, rank among how many, trend and restated figures."""
    totals, trend, restated = _places(card.units), _places(card.trend), _places(card.restated)
    ranked = {"ranked": int(card.units["rank"].notna().sum()), "units": len(card.units)}
    for code, part in parts:
        yield (
            code,
            replace(
                part,
                as_of=card.as_of,
                units=_taken(card.units, totals, code),
                trend=_taken(card.trend, trend, code),
                restated=_taken(card.restated, restated, code),
                office=ranked,
            ),
        )


def by_parent(card: Scorecard) -> Iterator[tuple[str, Scorecard]]:
    """(code, the scorecard of the units under it) of each parent that has not simply all of them."""
    chains = _chains(card)
    for code in order.by_unit(card.parents)["unit"]:
        below = [u for u, above in chains.items() if code in above or u == code]
        if 0 < len(below) < len(card.units):
            yield code, _of_units(card, code, below)


def _of_units(card: Scorecard, parent: str, units: Sequence[str]) -> Scorecard:
    above = card.parents[card.parents["unit"].isin([parent])].reset_index(drop=True)
    total = above.iloc[0].to_dict()
    return replace(
        card,
        office_name=f"{card.office_name} · {total['unit_name']}",
        rows=card.rows[card.rows["unit"].isin(units)].reset_index(drop=True),
        units=card.units[card.units["unit"].isin(units)].reset_index(drop=True),
        parents=above,
        trend=card.trend.iloc[:0],
        office=total,
        quarters=card.quarters.iloc[:0],
        restated=card.restated.iloc[:0],
        definitions={},
        plans=card.plans.iloc[:0],
        rollups=_of_group(card.rollups, parent),
    )


def _of_group(rollups: pd.DataFrame, parent: str) -> pd.DataFrame:
    return rollups[rollups["group"] == parent].assign(group="").reset_index(drop=True) if len(rollups) else rollups


def _chains(card: Scorecard) -> dict[str, set[str]]:
    """Every unit's parents, the parents of those, and so on."""
    up = dict(zip(card.parents["unit"], card.parents["parent"], strict=True))
    found: dict[str, set[str]] = {}
    for unit, parent in zip(card.units["unit"], card.units["parent"], strict=True):
        found[unit] = set()
        while parent and parent not in found[unit]:
            found[unit].add(parent)
            parent = up.get(parent, "")
    return found


def _places(frame: pd.DataFrame) -> dict[str, np.ndarray]:
    """Where the rows of each unit stand, units in the order of the frame."""
    return {str(k): v for k, v in frame.groupby("unit", sort=False).indices.items()} if len(frame) else {}


def _taken(frame: pd.DataFrame, places: dict[str, np.ndarray], code: str) -> pd.DataFrame:
    return frame.iloc[places.get(code, np.array([], dtype=int))].reset_index(drop=True)


def _moment(card: Scorecard, rows: pd.DataFrame) -> datetime:
    """The later of the unit's last arrival and the period's end, as far as it has come; else the year's first day."""
    zone = card.as_of.tzinfo
    ended = datetime.combine(end_of(card.period), time(23, 59, 59), zone)
    moments = [datetime.fromisoformat(t).astimezone(zone) for t in rows["received_at"].unique() if t]
    moments += [ended] if ended <= card.as_of else []
    return max(moments, default=datetime.combine(first_day(card.fiscal_year), time(0), zone))
