"""What evidence is named, has come, is missing, is named nowhere: a query over the ledger, never a stored match."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy import Connection

from pipeline.ledger import book, proofs
from pipeline.reply import safe_stem, unit_folder
from schemas.evidence import kind_of_suffix, spellings, suffix_of
from schemas.evidence_match import Arrival, Matched, Places, beside_a_form, match
from schemas.language import Text
from schemas.periods import fiscal_year
from schemas.plan import Plan

RESULTS = "quarterly_result"  # the form whose rows name evidence
RECEIVED = Text("ได้รับแล้ว", "received")
MISSING = Text("ยังไม่ได้รับ", "not received")
OVERDUE = Text("ยังไม่ได้รับ เกินกำหนด", "not received, overdue")
DOUBT = Text("มีหลายไฟล์ชื่อเดียวกัน", "several files of this name")
STATES = {"received": RECEIVED, "missing": MISSING, "overdue": OVERDUE, "doubt": DOUBT}
WHY = {
    "unnamed": Text("ไม่มีแบบฟอร์มระบุชื่อ", "named in no form"),
    "unit": Text("ไม่ทราบหน่วยงาน", "unit unknown"),
    "doubt": Text("ตรงกับหลายที่", "fits in several places"),
}


@dataclass(frozen=True)
class EvidenceState:
    """The evidence of one fiscal year at one moment.

    `named`, one row per file name of a figure: unit, indicator, period, name, typed (named in the form), state (a key of
    STATES), deadline (ISO day), late (it came after that), submission (0 while missing), file (as recorded), sha256,
    received_at, path (of the copy in outbox). `unnamed`, one row per file that proves nothing: submission, unit ("" unknown),
    file, received_at, why (a key of WHY). `maps`, strategy maps: unit, fiscal_year, submission, file, sha256, received_at,
    path, current (the newest of its unit).
    """

    named: pd.DataFrame
    unnamed: pd.DataFrame
    maps: pd.DataFrame

    def counts(self) -> pd.DataFrame:
        """Per unit and period: named, arrived, missing (not received and still in time), overdue, doubt."""
        table = pd.crosstab([self.named["unit"], self.named["period"]], self.named["state"])
        table = table.reindex(columns=list(STATES), fill_value=0).rename(columns={"received": "arrived"})
        return table.assign(named=table.sum(axis=1)).reset_index()


@dataclass(frozen=True)
class View:
    """One year matched: the plan, the places, the files, what fits what."""

    plan: Plan
    places: Places
    arrivals: tuple[Arrival, ...]
    matched: Matched


def places_of(plan: Plan, homes: Mapping[str, frozenset[str]]) -> Places:
    codes, own = plan.named
    return Places(codes, own, homes)


def view_of(
    connection: Connection, plan: Plan, zone: ZoneInfo, as_of: str | None = None, more: Sequence[Arrival] = ()
) -> View:
    year = plan.fiscal_year
    files = (*proofs.arrivals(connection, zone, as_of), *more)
    places = places_of(plan, proofs.homes(connection, as_of))
    cells = proofs.cells(book.standing_postings(connection, year, as_of=as_of, form=RESULTS))
    if not files:
        return View(plan, places, (), match(year, cells, (), places))
    earlier = proofs.cells(book.standing_postings(connection, year - 1, as_of=as_of, form=RESULTS), f"{year - 1}-Q4")
    before = frozenset((c.unit, k) for c in earlier for line in c.text.split("\n") for k in spellings(line))
    files = tuple(sorted(files, key=lambda a: (a.received_at, a.number)))
    return View(plan, places, files, match(year, cells, files, places, before))


def evidence_state(
    connection: Connection, plan: Plan, zone: ZoneInfo, today: date, as_of: str | None = None
) -> EvidenceState:
    """The evidence of the plan's year from what was received at or before `as_of`; `today` says what is overdue."""
    views = {plan.fiscal_year: view_of(connection, plan, zone, as_of)}
    for year in book.plan_years(connection):
        other = book.plan_of(connection, year, as_of=as_of) if year not in views else None
        if other is not None:
            views[year] = view_of(connection, other, zone, as_of)
    view = views[plan.fiscal_year]
    endings = proofs.suffixes(connection)
    return EvidenceState(_named(view, today, endings), _unnamed(views, plan.fiscal_year), _maps(view, endings))


def _named(view: View, today: date, endings: Mapping[int, str]) -> pd.DataFrame:
    columns = ["unit", "indicator", "period", "name", "typed", "state", "deadline", "late", *_FILE]
    deadlines = {line.period: view.plan.evidence_deadline(line.period) for line in view.matched.lines}
    rows = []
    for line in view.matched.lines:
        due, came = deadlines[line.period], line.arrival
        state = "doubt" if line.doubt else "received" if came else "overdue" if today > due else "missing"
        said: dict[str, Any] = {
            "unit": line.unit,
            "indicator": line.indicator,
            "period": line.period,
            "name": line.name,
            "typed": line.typed,
            "state": state,
            "deadline": due.isoformat(),
            "late": bool(came and came.day > due),
        }
        rows.append({**said, **_file(came, view.plan.fiscal_year, line.unit, endings)})
    return pd.DataFrame(rows, columns=columns)


_FILE = ("submission", "file", "sha256", "received_at", "path")


def _file(arrival: Arrival | None, year: int, unit: str, endings: Mapping[int, str]) -> dict[str, Any]:
    if arrival is None:
        return dict(zip(_FILE, (0, "", "", "", ""), strict=True))
    path = copy_path(arrival, year, unit, endings.get(arrival.number, ""))
    return dict(
        zip(_FILE, (arrival.number, _recorded(arrival), arrival.sha256, arrival.received_at, path), strict=True)
    )


def _recorded(arrival: Arrival) -> str:
    return f"{arrival.folder}/{arrival.name}" if arrival.folder else arrival.name


def _unnamed(views: Mapping[int, View], year: int) -> pd.DataFrame:
    """Files that prove nothing in any year, told in the year in which they came (the newest plan's where it has none)."""
    left: dict[int, Arrival] = {}
    for n, view in enumerate(views.values()):
        found = {a.number: a for a in view.matched.nowhere(view.arrivals)}
        left = found if n == 0 else {k: a for k, a in left.items() if k in found}
    view, rows = views[year], []
    for number, arrival in sorted(left.items()):
        own = fiscal_year(arrival.day)
        stranger = arrival.kind == "workbook" and not claimed(view, arrival)
        if stranger or year != (own if own in views else max(views)):
            continue
        unit = view.matched.units.get(number, "")
        why = "doubt" if number in view.matched.doubtful else "unnamed" if unit else "unit"
        rows.append((number, unit, _recorded(arrival), arrival.received_at, why))
    return pd.DataFrame(rows, columns=["submission", "unit", "file", "received_at", "why"])


def claimed(view: View, arrival: Arrival) -> bool:
    """Whether somebody stands behind a file: it fits a name, its unit is certain, or a form lies in its sub-folder."""
    known = view.matched
    fits = known.fits.get(arrival.number) or arrival.number in known.maps or arrival.number in known.units
    return bool(fits) or beside_a_form(arrival, view.places)


def _maps(view: View, endings: Mapping[int, str]) -> pd.DataFrame:
    known = {a.number: a for a in view.arrivals}
    newest = {unit: number for number, (unit, _) in view.matched.maps.items()}
    rows = [
        {"unit": unit, "fiscal_year": year, "current": newest[unit] == n, **_file(known[n], year, unit, endings)}
        for n, (unit, year) in view.matched.maps.items()
    ]
    return pd.DataFrame(rows, columns=["unit", "fiscal_year", "current", *_FILE])


def copy_path(arrival: Arrival, year: int, unit: str, ending: str) -> str:
    """Where the copy of a file lies in outbox: its own name made safe, a piece of its sha256, the ending of its content."""
    own = suffix_of(arrival.name)
    suffix = own if own and kind_of_suffix(own) == arrival.kind else ending
    return f"evidence/{year}/{unit_folder(unit)}/{safe_stem(arrival.name)}-{arrival.sha256[:8]}{suffix}"


def worded(wide: pd.DataFrame, named: pd.DataFrame) -> pd.DataFrame:
    """The wide frame of `consolidate` with each evidence cell as names with their state: “รายงาน.pdf (ได้รับแล้ว)”, one a line.

    Only two words, which no clock changes: a deadline that passes does not publish a closed quarter again.
    """
    if not len(named):
        return wide
    words = {s: DOUBT if s == "doubt" else RECEIVED if s == "received" else MISSING for s in STATES}
    said = named["name"] + " (" + named["state"].map(lambda s: words[s].th) + ")"
    joined = said.groupby([named["unit"], named["indicator"], named["period"].str[-1]]).agg("\n".join)
    keys = list(zip(wide["unit"], wide["indicator"], strict=True))
    columns = {
        f"evidence{q}": [joined.get((u, i, q), old) for (u, i), old in zip(keys, wide[f"evidence{q}"], strict=True)]
        for q in "1234"
    }
    return wide.assign(**{c: pd.Series(v, index=wide.index, dtype=object) for c, v in columns.items()})
