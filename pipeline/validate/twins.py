"""Figures of a batch and of other units -> which files hold the same figures; and which figures to look for in the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.model import Reading
from pipeline.validate.figures import Figures, Known
from schemas.doubts import telling
from schemas.forms_index import forms
from schemas.numbers import parse, plain
from schemas.plan import Plan

LEAST, SHARE = 5, 0.8
LEAST_OF_ONE_ROW = 10  # months and totals of one row follow from each other
_PROBES = 12


@dataclass(frozen=True)
class Twin:
    """One unit whose figures are another's: the lines and columns that agree."""

    other: str
    places: list[tuple[int, int]]


def probes(readings: Sequence[Reading], plan: Plan) -> pd.DataFrame:
    """The figures by which another unit's file would be recognised, up to twelve a file: unit, indicator, period, value."""
    found: list[tuple[str, str, str, str]] = []
    for reading in readings:
        own = [
            (sum(c.isdigit() for c in value.strip("0")), code, period, value)
            for code, period, value in _typed(reading, plan)
        ]
        for _, code, period, value in sorted(own, key=lambda p: -p[0])[:_PROBES]:
            found.append((reading.identity.unit or "", code, period, value))
    return pd.DataFrame(found, columns=["unit", "indicator", "period", "value"], dtype=object)


def _typed(reading: Reading, plan: Plan) -> list[tuple[str, str, str]]:
    """(indicator, period, value) of the telling figures of a file that the centre did not set."""
    sheets = {s.key: s for s in forms()[reading.identity.form or ""].sheets(plan.fiscal_year)}
    fields = {k: [f for f in s.inputs if f.period and f.scenario != "estimate"] for k, s in sheets.items()}
    found = []
    for row in reading.rows:
        code = row.text("indicator")
        for f in fields.get(row.sheet_key, ()):
            cell = row.cells.get(f.key)
            if cell is None or cell.kind not in ("text", "number") or len(cell.text) < 2 or f.key.startswith("res_"):
                continue
            number = parse(cell.text, cell.kind)
            if number.status == "number" and number.value and f.period:
                found.append((code, f.period(plan.fiscal_year), plain(number.value)))
    good = telling(np.array([float(v) for _, _, v in found], dtype=float))
    return [f for f, tells in zip(found, good, strict=True) if tells]


def compared(keys: Sequence[str]) -> list[int]:
    """Columns that are the unit's own: not estimates, which many derive alike, nor past results, which the centre knows."""
    return [n for n, k in enumerate(keys) if not k.startswith(("est_", "res_"))]


def twins(figures: Figures, known: Known, others: Figures) -> dict[str, Twin]:
    """Unit -> the unit (earlier in the batch, or in the ledger) whose telling figures it repeats.

    At least five telling figures at the same places (ten where all are of one row), and four out of five of all that
    both give; what the centre set (targets, past results) does not count.
    """
    columns = compared(figures.keys)
    slots: dict[tuple[str, str], int] = {}
    for slot in zip(figures.indicators, figures.periods, strict=True):
        slots.setdefault(slot, len(slots))
    batch, here = _table(figures, figures.values[:, columns], slots)
    rest, there = _table(others, others.values[:, columns], slots)
    _, tells = _table(figures, np.where(_own(figures.values[:, columns], known), 1.0, np.nan), slots)
    every, names = np.vstack([here, there]), [*batch, *rest]
    found: dict[str, Twin] = {}
    for n, unit in enumerate(batch):
        candidates = [m for m, name in enumerate(names) if name != unit and (m < n or m >= len(batch))]
        marked = np.flatnonzero(tells[n] == 1.0)
        if len(marked) < LEAST or not candidates:
            continue
        theirs = every[candidates][:, marked]
        same = np.abs(theirs - here[n, marked][None, :]) < 1e-9
        count, both = same.sum(axis=1), (~np.isnan(theirs)).sum(axis=1)
        best = int(np.argmax(np.where(count >= SHARE * both, count, 0)))
        rows = len(set(marked[same[best]] // len(columns)))
        if count[best] >= (LEAST if rows > 1 else LEAST_OF_ONE_ROW) and count[best] >= SHARE * both[best]:
            found[unit] = Twin(names[candidates[best]], _places(figures, unit, slots, columns, marked[same[best]]))
    return found


def _own(values: np.ndarray, known: Known) -> np.ndarray:
    """Figures that tell something, and are not the centre's."""
    own = telling(values.ravel()).reshape(values.shape)
    for given in (known.target, *known.baselines):
        own &= values != given[:, None]
    return own


def _table(figures: Figures, values: np.ndarray, slots: Mapping[tuple[str, str], int]) -> tuple[list[str], np.ndarray]:
    """(units, units x everything they could have given at these slots)."""
    units: dict[str, int] = {}
    for unit in figures.units:
        units.setdefault(unit, len(units))
    table = np.full((len(units), len(slots), values.shape[1]), np.nan)
    for n, (unit, *slot) in enumerate(zip(figures.units, figures.indicators, figures.periods, strict=True)):
        if tuple(slot) in slots:
            table[units[unit], slots[tuple(slot)]] = values[n]
    return list(units), table.reshape(len(units), len(slots) * values.shape[1])


def _places(
    figures: Figures, unit: str, slots: Mapping[tuple[str, str], int], columns: Sequence[int], marked: np.ndarray
) -> list[tuple[int, int]]:
    """(line, column) of entries of the unit's line in a table of `_table`."""
    lines = {slots[figures.indicators[n], figures.periods[n]]: int(n) for n in np.flatnonzero(figures.units == unit)}
    return [(lines[int(m) // len(columns)], columns[int(m) % len(columns)]) for m in marked]
