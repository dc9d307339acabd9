"""The ledger -> the register as frames: every file, every duty, how well units, parents and months report, the balance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from pipeline.ledger import book, changes, rows
from pipeline.opening import Office
from pipeline.register.duties import duties
from pipeline.register.quality import ALL, files_of, levels, quality
from pipeline.register.unlocks import named
from pipeline.register.words import WORDS
from schemas.language import Text
from schemas.plan import Plan

ALL_UNITS = Text("ทุกหน่วยงาน", "All units")


@dataclass(frozen=True)
class Register:
    """The register at a moment. `arrivals`: every file; `duties`: see `duties.duties`, with unit_name; `units`, `levels`,
    `months`: see `quality.quality`, levels with `level` ("" for all) and `level_name`, months by level and month;
    `unlocks`, `changes`: see `ledger.changes`, with fiscal_year and unit_name."""

    moment: datetime
    plans: tuple[Plan, ...]
    arrivals: pd.DataFrame
    duties: pd.DataFrame
    units: pd.DataFrame
    levels: pd.DataFrame
    months: pd.DataFrame
    unlocks: pd.DataFrame
    changes: pd.DataFrame

    @property
    def owed(self) -> pd.DataFrame:
        """The duties that are owed, those longest over their deadline first within a unit's order of the plan."""
        return self.duties[self.duties["owed"]].reset_index(drop=True)


def gather(office: Office) -> Register:
    """The register of an office as its ledger and clock say now; years without a plan have files but no duties."""
    moment, zone = office.clock.now(), office.settings.zone
    with office.engine.connect() as connection:
        arrivals = book.submissions(connection)
        asked = rows.found(connection)
        years = book.plan_years(connection)
        plans = tuple(p for y in years if (p := book.plan_of(connection, y)) is not None)
        opened = [named(changes.unlocks(connection, p.fiscal_year, moment.date()), p) for p in plans]
        changed = [named(changes.late_changes(connection, p.fiscal_year), p) for p in plans]
        found = [duties(p, rows.posted(connection, p.fiscal_year), moment.date(), zone) for p in plans]
    files = files_of(arrivals, asked, zone)
    parts = [_of_plan(p, d, files[files["fiscal_year"] == p.fiscal_year]) for p, d in zip(plans, found, strict=True)]
    frames = [*(_joined([p[n] for p in parts]) for n in range(4)), _joined(opened), _joined(changed)]
    return Register(moment, plans, arrivals, *frames)


def _joined(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def _of_plan(plan: Plan, found: pd.DataFrame, files: pd.DataFrame) -> tuple[pd.DataFrame, ...]:
    """(duties, units, levels, months) of one plan's year, with the names of units and levels."""
    names = {code: row.get("name", "") for code, row in plan.units.items()}
    found.insert(1, "unit_name", found["unit"].map(names))
    units = quality(found, files, ["fiscal_year", "unit"])
    units.insert(2, "unit_name", units["unit"].map(names))
    above, above_files = levels(plan, found), levels(plan, files)
    of_levels = _named(quality(above, above_files, ["fiscal_year", "level"]), names)
    of_months = _named(quality(above, above_files, ["fiscal_year", "level", "month"]), names)
    seen = (of_months["reports"] > 0) | (of_months["files"] > 0)
    order = {code: n for n, code in enumerate((ALL, *plan.units))}
    of_levels = of_levels.sort_values("level", key=lambda c: c.map(order), kind="stable")
    of_months = of_months[seen].assign(at=of_months["level"].map(order), when=of_months["month"].map(_calendar_order))
    of_months = of_months.sort_values(["at", "when"], kind="stable").drop(columns=["at", "when"])
    return found, units, of_levels.reset_index(drop=True), of_months.reset_index(drop=True)


def _named(frame: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    named = [names.get(code, "") if code else ALL_UNITS.th for code in frame["level"]]
    frame.insert(2, "level_name", named)
    return frame


def _calendar_order(month: str) -> int:
    """Months of a fiscal year by time: October first."""
    return int(month[:4]) * 12 + (int(month[5:]) - 10) % 12


def balance(states: pd.Series) -> dict[str, int]:
    """Files in = those in a final state + those that wait (pending, or taken in and not judged yet) + unexplained (0)."""
    final = int(states.isin(book.FINAL).sum())
    waiting = int(states.isin(("pending", "received")).sum())
    return {"in": len(states), "final": final, "waiting": waiting, "unexplained": len(states) - final - waiting}


def counts(states: pd.Series) -> dict[str, int]:
    """How many files are in each state, in the order of `status`."""
    return {s: int((states == s).sum()) for s in (*book.FINAL, "pending")}


def as_json(found: Register) -> dict[str, Any]:
    """The register as `status --json` prints it: files, balance, owed, duties, units, levels, months, unlocks,
    changes; NaN is null."""
    states = found.arrivals["state"]
    said: dict[str, Any] = {"at": found.moment.isoformat(), "files": counts(states), "balance": balance(states)}
    said["owed"] = [_line(r) for r in found.owed.to_dict("records")] if len(found.duties) else []
    for name in ("duties", "units", "levels", "months", "unlocks", "changes"):
        said[name] = _records(getattr(found, name))
    return said


def _line(row: dict[Any, Any]) -> dict[str, Any]:
    keys = ("unit", "form", "period", "state", "deadline", "late", "days", "rows_due", "rows_in", "rows_held")
    words = WORDS[row["state"]]
    return {**{k: row[k] for k in keys}, "name": row["unit_name"], "words_th": words.th, "words_en": words.en}


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    records = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return [{str(k): v for k, v in r.items()} for r in records]
