"""Judged rows of a batch -> the doubts added to them: wrong unit, far from usual, copied figures or words, strange spelling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from pipeline.model import Finding
from pipeline.validate.answers import settle, without_consequences
from pipeline.validate.figures import Figures, Known, known_of, of_facts, of_rows
from pipeline.validate.past import Past
from pipeline.validate.rows import Row, about, place_in
from pipeline.validate.scale import (
    Slip,
    last_years,
    on_the_way,
    other_quarters,
    outlying,
    own_of_row,
    own_plan,
    slips_of,
    year_of,
)
from pipeline.validate.twins import twins
from pipeline.validate.words import same_words
from schemas.doubts import looks_like_thousands, looks_unusual
from schemas.language import Form, Sheet
from schemas.numbers import parse, plain, strip
from schemas.plan import Plan
from schemas.rows import number_keys


def ask(
    form: Form, sheet: Sheet, cells: pd.DataFrame, rows: Sequence[Row], units: Sequence[str], plan: Plan, past: Past
) -> None:
    """Add to rows of one form what their units should be asked. Where the row's remarks already answer, that is noted.

    `cells` is the frame the rows' other rules were checked on (`schemas.rows.cell_frame`). One cause is asked once: what
    follows from a figure in a wrong unit is not asked as well.
    """
    keys = number_keys(sheet)
    figures, known = of_rows(rows, units, cells, keys), known_of(rows)
    others = of_facts(past.others, form, plan.fiscal_year, keys)
    last = last_years(figures, known, past.earlier)
    if sheet.period:
        year = year_of(figures, past, plan.fiscal_year)
        reached = on_the_way(known, year)
        slips = slips_of(figures, known, others, last, own_plan(year), other_quarters(year), reached)
        strange, usual = outlying(figures, known, year, past.earlier)
        same_words(rows, units, past, form, plan.fiscal_year)
    else:
        none, strange, usual = (
            np.full(figures.values.shape, np.nan),
            np.zeros(len(rows), dtype=bool),
            np.zeros(len(rows)),
        )
        slips = slips_of(figures, known, others, last, none, own_of_row(figures, known), strange)
        _baselines(rows, figures, known, slips, plan.fiscal_year)
    spelt = _spelling(rows, figures, slips) | _shown_otherwise(rows, figures)
    for n, row in enumerate(rows):
        _scale(row, keys, [s for s in slips.get(n, ()) if (n, s.column) not in spelt])
        if strange[n] and n not in slips:
            row.findings.append(_outlier(row, keys[0], float(usual[n])))
    _twins(rows, figures, known, others)
    if plan.severity_of("Q_SCALE", "query") != "info":
        without_consequences(rows)
    settle(rows, plan)


# -- figures ----------------------------------------------------------------------------------------------------------


def _shown(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.4g}"


def _scale(row: Row, keys: Sequence[str], slips: Sequence[Slip]) -> None:
    """One finding for the row's slips in each direction; the largest is the one spoken of."""
    for large in (True, False):
        group = sorted((s for s in slips if s.large is large), key=lambda s: -s.times)
        if not group:
            continue
        first, more, times = group[0], len(group) - 1, _shown(group[0].times)
        row.findings.append(
            about(
                "Q_SCALE",
                row,
                [keys[s.column] for s in group],
                than="มากกว่า" if large else "น้อยกว่า",
                like=first.like.th,
                like_en=first.like.en,
                reference=_shown(first.reference),
                times=times,
                times_en=f"{times} times" if large else f"1/{times} of",
                more=f" และอีก {more} ช่องในแถวนี้" if more else "",
                more_en=f" (and {more} more cells of the row)" if more else "",
            )
        )


def _outlier(row: Row, key: str, usual: float) -> Finding:
    value = parse(strip(row.row.text(key)), "text").value
    large = value is None or abs(float(value)) > usual
    return about(
        "Q_OUTLIER",
        row,
        [key],
        than="มากกว่า" if large else "น้อยกว่า",
        than_en="above" if large else "below",
        usual=_shown(usual),
    )


def _baselines(
    rows: Sequence[Row], figures: Figures, known: Known, slips: Mapping[int, Sequence[Slip]], fiscal_year: int
) -> None:
    """Past results that differ from the plan workbook's by more than rounding."""
    for back in (1, 2, 3):
        key = f"res_-{back}"
        column = figures.keys.index(key)
        typed, held = figures.values[:, column], known.baselines[back - 1]
        with np.errstate(invalid="ignore"):
            differs = np.flatnonzero(np.abs(typed - held) > 1e-9)
        for n in map(int, differs):
            row = rows[n]
            text, official = row.row.text(key), row.indicator[f"baseline{back}"]
            step = 0.5 * 10.0 ** -min(parse(strip(text)).decimals, parse(official).decimals)
            rounded = parse(strip(text)).decimals != parse(official).decimals and abs(typed[n] - held[n]) <= step + 1e-9
            if not rounded and all(s.column != column for s in slips.get(n, ())):
                row.findings.append(about("Q_BASELINE", row, [key], official, years=fiscal_year - back, known=official))


def _spelling(rows: Sequence[Row], figures: Figures, slips: Mapping[int, Sequence[Slip]]) -> set[tuple[int, int]]:
    """Ask about figures that may not mean what they were read as -> the cells asked about (line, column)."""
    asked: set[tuple[int, int]] = set()
    for n, row in enumerate(rows):
        small = {s.column for s in slips.get(n, ()) if not s.large}
        strange = [
            c
            for c, key in enumerate(figures.keys)
            if (cell := row.row.cells.get(key)) is not None
            and cell.kind == "text"
            and cell.text
            and figures.values[n, c] == figures.values[n, c]
            and _strange(strip(cell.text), c in small)
        ]
        if strange:
            asked |= {(n, c) for c in strange}
            keys = [figures.keys[c] for c in strange]
            pairs = [(strip(row.row.text(k)), _read(row.row.text(k))) for k in keys]
            row.findings.append(
                about(
                    "Q_LOOKS",
                    row,
                    keys,
                    pairs=", ".join(f"“{a}” เป็น {b}" for a, b in pairs),
                    pairs_en=", ".join(f"“{a}” is {b}" for a, b in pairs),
                )
            )
    return asked


def _shown_otherwise(rows: Sequence[Row], figures: Figures) -> set[tuple[int, int]]:
    """Ask about numbers whose format shows another figure than was stored -> the cells asked about (line, column)."""
    asked: set[tuple[int, int]] = set()
    for n, row in enumerate(rows):
        cells = {c: row.row.cells[key] for c, key in enumerate(figures.keys) if key in row.row.cells}
        strange = {c: cell for c, cell in cells.items() if cell.shown is not None}
        if not strange:
            continue
        asked |= {(n, c) for c in strange}
        pairs = [(cell.shown or "", cell.text) for cell in strange.values()]
        row.findings.append(
            about(
                "Q_SHOWN",
                row,
                [figures.keys[c] for c in strange],
                pairs=", ".join(f"“{a}” แต่อ่านเป็น {b}" for a, b in pairs),
                pairs_en=", ".join(f"“{a}” but is read as {b}" for a, b in pairs),
            )
        )
    return asked


def _strange(text: str, small: bool) -> bool:
    """Whether a figure may be read otherwise: "1.000" always, "12.345" where a thousand times as much would fit better."""
    if not ("." in text or text[0] in "0-"):
        return False
    return looks_unusual(text) or (looks_like_thousands(text) and (small or text.endswith(".000")))


def _read(text: str) -> str:
    value = parse(strip(text)).value
    return plain(value) if value is not None else strip(text)


def _twins(rows: Sequence[Row], figures: Figures, known: Known, others: Figures) -> None:
    """The question names no other unit, since its answer goes to this one; which it is is the finding's value."""
    for twin in twins(figures, known, others).values():
        sheets = [rows[line].row.sheet for line, _ in twin.places]
        sheet = max(dict.fromkeys(sheets), key=sheets.count)
        here = [(line, column) for line, column in twin.places if rows[line].row.sheet == sheet]
        row, column = rows[here[0][0]], here[0][1]
        places = [place_in(rows[at], figures.keys[c]) for at, c in here]
        found = about(
            "Q_TWIN",
            row,
            [figures.keys[column]],
            count=len(twin.places),
            like=strip(row.row.text(figures.keys[column])),
        )
        row.findings.append(replace(found, places=tuple(places), value=twin.other))
