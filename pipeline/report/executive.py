"""executive.xlsx: one page to read on Monday morning, then heat map, behind-plan list, one unit, a sheet a parent."""

from __future__ import annotations

import pandas as pd

from pipeline.model import Scorecard
from pipeline.office.book import Book
from pipeline.office.charts import Figures
from pipeline.report import history, order
from pipeline.report.pages import behind, changes, heatmap, indicators, parent, selector, summary
from pipeline.report.pages.contents import Contents
from pipeline.report.words import period
from schemas.periods import quarters_up_to

FILE = "executive.xlsx"
RANKED = 5  # rows of each end of the ranking


def tables(card: Scorecard) -> dict[str, pd.DataFrame]:
    """The frames behind the sheets: rows, units, parents, trend, bars, top, bottom, heat, behind. Pure."""
    rows, units, parents = order.by_unit(card.rows), order.by_unit(card.units), order.by_unit(card.parents)
    top, bottom = ends(units)
    return {
        "rows": rows,
        "units": units,
        "parents": parents,
        "trend": quarters(card, ""),
        "bars": bars(units, parents, summary.BARS),
        "top": top,
        "bottom": bottom,
        "heat": heatmap.matrix(rows),
        "behind": behind.listed(rows),
        "indicators": indicators.listed(card),
        "unit_quarters": card.trend,
        "moves": history.moves(card),
        "lights": history.lights(card),
        "remedies": history.remedies(card),
        "restated": history.restated(card),
        "advice": history.raise_target(card.rows),
        "last_year": history.against_last_year(card.rows),
        "arrived": history.arrived_late(card),
    }


def draw(card: Scorecard, tables: dict[str, pd.DataFrame], path: str) -> None:
    """Write the workbook at `path`; the same card gives the same bytes."""
    contents = Contents.of(card, tables)
    with Book(path, card.as_of, title=f"{card.office_name} {period(card).th}") as book:
        sheets = {name: book.sheet(name) for name in contents.order}
        figures = Figures(book, sheets[contents.figures])
        summary.draw(book, sheets[contents.summary], card, tables, contents, figures)
        heatmap.draw(book, sheets[contents.heatmap], card, tables, contents)
        behind.draw(book, sheets[contents.behind], card, tables, contents)
        changes.draw(book, sheets[contents.changes], card, tables, contents)
        selector.draw(book, sheets[contents.selector], sheets[contents.data], card, tables, contents)
        indicators.draw(book, sheets[contents.indicators], card, tables, contents)
        for code, name in contents.parents.items():
            parent.draw(book, sheets[name], card, tables, contents, figures, code)
        for hidden in (contents.data, contents.figures):
            sheets[hidden].hide()
        sheets[contents.summary].activate()


def quarters(card: Scorecard, unit: str) -> pd.DataFrame:
    """The four quarters of the year for one unit ("" the office): headline and coverage, NaN where none yet."""
    known = card.trend[card.trend["unit"] == unit].set_index("period")
    every = quarters_up_to(f"{card.fiscal_year}-Q4")
    found = known[~known.index.duplicated()].reindex(every)[["headline", "coverage"]]
    return found.rename_axis("period").reset_index()


def ends(units: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The highest and the lowest ranked units; ties share a rank, and none stands in both.

    `tied` says how many units share the rank. Units without a rank (too little reported) are in neither.
    """
    ranked = units[units["rank"].notna()].sort_values("rank", kind="stable")
    ranked = ranked.assign(tied=ranked.groupby("rank")["rank"].transform("size").astype("int64"))
    top = ranked.head(min(RANKED, -(-len(ranked) // 2)))
    rest = ranked[~ranked["rank"].isin(top["rank"])]
    bottom = rest.tail(RANKED).sort_values(["rank"], ascending=False, kind="stable")
    return top.reset_index(drop=True), bottom.reset_index(drop=True)


def bars(units: pd.DataFrame, parents: pd.DataFrame, most: int) -> pd.DataFrame:
    """What the chart of the first page shows, highest first: the units, or the parents where units are too many.

    At most `most` rows; beyond that the lowest. `of` counts all with a score, `kind` says unit or parent.
    """
    kind, frame = ("parent", parents) if len(units) > most and len(parents) > 1 else ("unit", units)
    scored = frame[frame["headline"].notna()].sort_values("headline", ascending=False, kind="stable")
    shown = scored.tail(most)[["unit", "unit_name", "unit_short", "headline", "coverage", "light"]]
    return shown.assign(kind=kind, of=len(scored), all=len(frame)).reset_index(drop=True)
