"""Readings of one form -> the two frames its rules look at: numeric cells (long) and indicator rows (wide)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from schemas.language import Sheet
from schemas.numbers import judge

PERCENT_UNIT = "ร้อยละ"


def number_keys(sheet: Sheet) -> tuple[str, ...]:
    """Keys of the figures a unit types on a sheet, in column order."""
    return tuple(f.key for f in sheet.inputs if f.kind == "number")


def cell_frame(rows: Sequence[Mapping[str, Any]], keys: Sequence[str]) -> pd.DataFrame:
    """One line per row x numeric field, row-major: row, field, text, kind, verdict, value, decimals, given, indicator data.

    Each row of `rows` has `texts[key]`, `kinds[key]`, `unit_of_measure`, `over_time`, `scoring`, `negatives`.
    Example: {"row": 0, "field": "m10", "text": "1/2", "kind": "text", "verdict": "ratio", "value": 50.0, …}.
    """
    n, width = len(rows), len(keys)
    percent = [r["unit_of_measure"] == PERCENT_UNIT for r in rows]
    ratio = [p or r["over_time"] == "ratio" for r, p in zip(rows, percent, strict=True)]
    judged = [
        judge(r["texts"].get(k, ""), r["kinds"].get(k, "text"), p, q)
        for r, p, q in zip(rows, percent, ratio, strict=True)
        for k in keys
    ]
    return pd.DataFrame(
        {
            "row": np.repeat(np.arange(n), width),
            "field": np.tile(np.array(keys, dtype=object), n),
            "text": [r["texts"].get(k, "") for r in rows for k in keys],
            "kind": [r["kinds"].get(k, "text") for r in rows for k in keys],
            "verdict": [j.status for j in judged],
            "value": np.array([float(j.value) if j.value is not None else np.nan for j in judged], dtype=float),
            "decimals": np.array([j.decimals for j in judged], dtype=int),
            "level": np.repeat([r["scoring"] == "level" for r in rows], width),
            "negatives": np.repeat([r["negatives"] == "yes" for r in rows], width),
        }
    )


def row_frame(rows: Sequence[Mapping[str, Any]], cells: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """One line per indicator row: everything of the row, and per numeric field k: k (text), k.n value, k.g given, k.d decimals.

    `k.g` counts a broken cell as given (something was typed there), "-" and blanks as not given.
    """
    n, width = len(rows), len(keys)
    value = cells["value"].to_numpy().reshape(n, width) if n else np.zeros((0, width))
    verdict = cells["verdict"].to_numpy(dtype=object).reshape(n, width) if n else np.zeros((0, width), dtype=object)
    decimals = cells["decimals"].to_numpy().reshape(n, width) if n else np.zeros((0, width), dtype=int)
    given = ~np.isin(verdict, ["empty", "nodata"])
    columns: dict[str, Any] = {}
    for at, key in enumerate(keys):
        columns[key] = [r["texts"].get(key, "") for r in rows]
        columns[f"{key}.n"], columns[f"{key}.g"], columns[f"{key}.d"] = value[:, at], given[:, at], decimals[:, at]
    plain = sorted({k for r in rows for k in r if k not in ("texts", "kinds")})
    for name in plain:
        columns[name] = [r.get(name, "") for r in rows]
    words = sorted({k for r in rows for k in r["texts"]} - set(keys))
    for name in words:
        columns.setdefault(name, [r["texts"].get(name, "") for r in rows])
    return pd.DataFrame(columns)
