"""A scorecard -> the part of it that one unit's or one parent's file is made from, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any

import numpy as np
import pandas as pd

from pipeline.model import Scorecard
from pipeline.report import order
from schemas.periods import end_of, first_day


@dataclass(frozen=True)
class Parts:
    """What the files of a series are made from: their keys, known at once, and the part of a key, cut when asked for."""

    keys: Sequence[str]
    of: Callable[[str], Any]

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        return ((key, self.of(key)) for key in self.keys)


def by_unit(card: Scorecard) -> Parts:
    """Each unit's own rows and quarters, in the order of every output.

    Nothing of other units is in it, not even the moment: it is as of the unit's own last arrival or the period's end,
    so that a file of one unit changes only when that unit does.
    """
    rows, quarters, plans = _Cut(order.by_unit(card.rows)), _Cut(card.quarters), _Cut(card.plans)
    none = {name: getattr(card, name).iloc[:0] for name in ("units", "parents", "trend", "restated", "rollups")}

    def of(code: str) -> Scorecard:
        mine = rows.of(code)
        return replace(
            card,
            as_of=_moment(card, mine),
            rows=mine,
            quarters=quarters.of(code),
            definitions={i: card.definitions[i] for i in mine["indicator"] if i in card.definitions},
            office={},
            plans=plans.of(code),
            **none,
        )

    return Parts(list(rows.places), of)


def definitions_only(card: Scorecard, keys: Sequence[str], plans: bool) -> Parts:
    """Those columns of each unit's rows, and its plan where `plans`, as of the year's first day.

    What was reported is not in it, so neither a result nor its moment changes a file made from it.
    """
    slim = replace(
        card,
        rows=card.rows[[*keys, *(k for k in ("parent", "received_at") if k not in keys)]],
        quarters=card.quarters.iloc[:0],
        plans=card.plans if plans else card.plans.iloc[:0],
    )
    cut, begun = by_unit(slim), datetime.combine(first_day(card.fiscal_year), time(0), card.as_of.tzinfo)

    def of(code: str) -> Scorecard:
        part: Scorecard = cut.of(code)
        return replace(part, as_of=begun, rows=part.rows[list(keys)])

    return Parts(cut.keys, of)


def with_standing(card: Scorecard, parts: Parts) -> Parts:
    """The same parts with where the unit stands: its total, rank among how many, trend and restated figures."""
    units, trend, restated = _Cut(card.units), _Cut(card.trend), _Cut(card.restated)
    ranked = {"ranked": int(card.units["rank"].notna().sum()), "units": len(card.units)}

    def of(code: str) -> Scorecard:
        standing = {"units": units.of(code), "trend": trend.of(code), "restated": restated.of(code)}
        return replace(parts.of(code), as_of=card.as_of, office=ranked, **standing)

    return Parts(parts.keys, of)


def by_parent(card: Scorecard) -> Parts:
    """The scorecard of the units under each parent that has not simply all of them."""
    below = _below(card)
    keys = [code for code in order.by_unit(card.parents)["unit"] if 0 < len(below[code]) < len(card.units)]
    return Parts(keys, lambda code: _of_units(card, code, below[code]))


def newest_first(card: Scorecard) -> dict[str, int]:
    """Each unit's and parent's place when those come first for whom something arrived last; a parent is as new as the
    newest unit under it, and of several parents the one of fewer units, which is drawn sooner, comes first."""
    came = (
        card.rows.groupby("unit")["received_at"]
        .max()
        .map(lambda t: datetime.fromisoformat(t).timestamp() if t else 0.0)
    )
    known = [(-float(moment), 1, str(code)) for code, moment in came.items()]
    for code, units in _below(card).items():
        known.append((-float(came.reindex(units).max()) if units else 0.0, len(units) + 1, code))
    return {code: n for n, (*_, code) in enumerate(sorted(known))}


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


def _below(card: Scorecard) -> dict[str, list[str]]:
    """The units under each parent, at any depth; a parent that reports itself is one of them."""
    found: dict[str, list[str]] = {str(code): [] for code in card.parents["unit"]}
    for unit, above in _chains(card).items():
        for code in sorted(above | {unit}):
            if code in found:
                found[code].append(unit)
    return found


class _Cut:
    """A frame of many units, sorted once so that the rows of each stand together and are cut out without being copied."""

    def __init__(self, frame: pd.DataFrame) -> None:
        codes, firsts = pd.factorize(frame["unit"]) if len(frame) else (np.array([], dtype=int), [])
        self._frame = frame.iloc[np.argsort(codes, kind="stable")]
        ends = np.cumsum(np.bincount(codes, minlength=len(firsts))).tolist()
        self.places = {str(u): (a, b) for u, a, b in zip(firsts, [0, *ends], ends, strict=False)}

    def of(self, code: str) -> pd.DataFrame:
        """The unit's rows, counted from 0."""
        first, end = self.places.get(code, (0, 0))
        return self._frame.iloc[first:end].reset_index(drop=True)


def _moment(card: Scorecard, rows: pd.DataFrame) -> datetime:
    """The later of the unit's last arrival and the period's end, as far as it has come; else the year's first day."""
    zone = card.as_of.tzinfo
    ended = datetime.combine(end_of(card.period), time(23, 59, 59), zone)
    moments = [datetime.fromisoformat(t).astimezone(zone) for t in rows["received_at"].unique() if t]
    moments += [ended] if ended <= card.as_of else []
    return max(moments, default=datetime.combine(first_day(card.fiscal_year), time(0), zone))
