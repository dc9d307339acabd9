"""The one order of rows in every output, where each unit's rows start in master.xlsx, and names that are unique."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

from schemas.thai import sort_key

MASTER_FILE = "master.xlsx"
DATA_SHEET = "ข้อมูล"
# Excel takes 1,048,576 rows; a unit's rows never straddle two sheets, so a sheet may end a little earlier.
ROWS_A_SHEET = 1_048_575


def natural(code: str) -> list[tuple[int, int, tuple[str, str]]]:
    """Sort key of codes as people order them: ตช.2 before ตช.10, Thai letters by the dictionary."""
    parts = re.findall(r"[0-9]+|[^0-9]+", code)
    return [(0, int(p), ("", "")) if p[0] in "0123456789" else (1, 0, sort_key(p)) for p in parts]


def ranks(codes: Iterable[str]) -> dict[str, int]:
    """Each code's place in the natural order."""
    return {code: n for n, code in enumerate(sorted(set(codes), key=lambda c: (natural(c), c)))}


def by_unit(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows by parent, unit and (where there is one) indicator, each in natural order; the index counts from 0."""
    keys = [k for k in ("parent", "unit", "indicator") if k in frame]
    places = pd.DataFrame({k: frame[k].map(ranks(frame[k])) for k in keys}, index=frame.index)
    return frame.loc[places.sort_values(keys, kind="stable").index].reset_index(drop=True)


def split(rows: pd.DataFrame, limit: int = ROWS_A_SHEET) -> dict[str, pd.DataFrame]:
    """Ordered rows cut into sheets of at most `limit` rows, between units where that is possible: name -> rows."""
    if len(rows) <= limit:
        return {DATA_SHEET: rows}
    starts = [0]
    first_of_unit = rows.index[rows["unit"].ne(rows["unit"].shift())].tolist()
    while len(rows) - starts[-1] > limit:
        end = starts[-1] + limit
        cuts = [n for n in first_of_unit if starts[-1] < n <= end]
        starts.append(cuts[-1] if cuts else end)
    ends = [*starts[1:], len(rows)]
    return {
        DATA_SHEET if n == 0 else f"{DATA_SHEET} {n + 1}": rows.iloc[a:b].reset_index(drop=True)
        for n, (a, b) in enumerate(zip(starts, ends, strict=True))
    }


def places_in_master(rows: pd.DataFrame, limit: int = ROWS_A_SHEET) -> dict[tuple[str, str], str]:
    """(unit, indicator) and (unit, "") -> "'ข้อมูล'!A12", the row in master.xlsx (the heading is row 1)."""
    found: dict[tuple[str, str], str] = {}
    for sheet, part in split(by_unit(rows), limit).items():
        for n, (unit, indicator) in enumerate(zip(part["unit"], part["indicator"], strict=True)):
            place = f"'{sheet}'!A{n + 2}"
            found.setdefault((unit, ""), place)
            found[(unit, indicator)] = place
    return found


def sheet_names(words: Iterable[str], taken: Iterable[str] = ()) -> list[str]:
    """Legal and unique sheet names (31 characters, no []:*?/\\, case ignored), in the order of `words`."""
    used, names = {t.casefold() for t in taken}, []
    for word in words:
        plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", word).strip("' ") or "แผ่นงาน"
        name, n = plain[:31].rstrip("' "), 2
        while name.casefold() in used:
            tail = f" ({n})"
            name, n = plain[: 31 - len(tail)] + tail, n + 1
        used.add(name.casefold())
        names.append(name)
    return names
