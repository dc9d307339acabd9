"""The register -> outbox/letters: one reminder per unit that owes something after its deadline, put away once settled."""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.letters import words
from pipeline.letters.paper import Debt, Letter, draw
from pipeline.opening import Office, Progress, quiet
from pipeline.register.status import Register, gather
from pipeline.reply import place, unit_folder
from pipeline.settings import Settings
from schemas.forms_index import forms
from schemas.periods import name_of
from schemas.plan import Plan

ROOM, DONE, KNOWN = "letters", "done", "letters.json"
VERSION = 1  # of the paper's look: another one draws every letter anew, as other words do


def write_letters(
    office: Office, found: Register | None = None, progress: Progress = quiet, more: pd.DataFrame | None = None
) -> list[str]:
    """Draw the letters that are due and have changed -> their paths in outbox; those no longer due move to done/.

    A letter stands in the folder of the newest quarter whose deadline has passed and lists all that the unit owes of the
    year. It is drawn again only when what it says changes, or every `reminder_days` days with the next number; what an
    officer typed into a letter meanwhile goes to done/ with it. `more`: debts that are no duties, see `letters`.
    """
    found = found or gather(office)
    known, settings = _known(office.settings), office.settings
    owed = found.duties if more is None or not len(more) else pd.concat([found.duties, more], ignore_index=True)
    due = {path: letter for plan in found.plans for path, letter in letters(plan, owed, found.moment.date())}
    written = []
    for count, (path, letter) in enumerate(due.items(), start=1):
        basis = _basis(letter)
        if known.get(path, {}).get("basis") != basis or not (settings.outbox / path).is_file():
            _put_away(settings, path, known)
            written.append(place(settings, path, lambda p, letter=letter: draw(letter, settings.zone, p)))  # type: ignore[misc]  # fmt: skip
            known[path] = {"basis": basis, "day": letter.day.isoformat()}
        progress("letters", count, len(due))
    own = {unit_folder(u) for plan in found.plans for u in plan.units}
    for path in _standing(settings):
        if path not in due and Path(path).stem in own:
            _put_away(settings, path, known)
    _remember(settings, {path: known[path] for path in due})
    return written


def letters(plan: Plan, duties: pd.DataFrame, today: date) -> Iterator[tuple[str, Letter]]:
    """(path in outbox, letter) of every unit that owes something of the plan's year after its deadline.

    `duties`: those of the register; beside them debts of other kinds, such as evidence, with unit, fiscal_year, late (bool),
    deadline (ISO day), kind (a key of words.DO), report and said (what the table shows).
    """
    every = int(plan.number("reminder_days"))
    late = duties[duties["late"].astype(bool) & (duties["fiscal_year"] == plan.fiscal_year)] if len(duties) else duties
    if every <= 0 or not len(late):
        return
    folder = f"{ROOM}/{plan.fiscal_year}/{current_round(plan, today)}"
    for unit, lines in late.groupby("unit", sort=False):
        debts = tuple(sorted((_debt(r) for r in lines.to_dict("records")), key=lambda d: d.deadline))
        yield f"{folder}/{unit_folder(str(unit))}.docx", _letter(plan, str(unit), debts, today, every)


def current_round(plan: Plan, today: date) -> str:
    """The newest quarter whose deadline has passed, or the year while none has: the folder of the letters."""
    ends = {q: plan.deadline(q, "quarterly_result") for q in (f"{plan.fiscal_year}-Q{n}" for n in (1, 2, 3, 4))}
    passed = [q for q, day in ends.items() if day < today]
    return max(passed, key=lambda q: (ends[q], q)) if passed else str(plan.fiscal_year)


def _began(plan: Plan, today: date) -> date:
    """The deadline that the current round followed."""
    period = current_round(plan, today)
    return plan.deadline(period, "quarterly_result" if "-" in period else "monthly_plan")


_WHOLE = ("rows_in", "rows_due", "rows_held")  # floats where debts of another kind stand in the same frame


def _debt(row: Mapping[Any, Any]) -> Debt:
    if isinstance(row.get("report"), str):
        return Debt(row["kind"], row["report"], row["said"], date.fromisoformat(row["deadline"]))
    said = words.OWED[row["state"]].th.format(**{**row, **{k: int(row[k]) for k in _WHOLE}})
    if row["state"] == "returned" and row["lacking"]:
        said += words.ALSO_LACKING.th.format(lacking=row["lacking"])
    report = f"{forms()[row['form']].title.th}\n{name_of(row['period']).th}"
    return Debt(row["state"], report, said, date.fromisoformat(row["deadline"]))


def _letter(plan: Plan, unit: str, debts: tuple[Debt, ...], today: date, every: int) -> Letter:
    """The letter of a unit. Its day is the last reminder day: the day after the first deadline missed, or of the round where
    that is later, and every so many days from there; or the day after the newest deadline missed where that came later.
    So it does not change every day, and each round counts its reminders from 1."""
    first = max(debts[0].deadline, _began(plan, today)) + timedelta(days=1)
    n = (today - first).days // every
    day = max(first + timedelta(days=n * every), debts[-1].deadline + timedelta(days=1))
    row, settings = plan.units[unit], plan.settings
    addressee = row.get("addressee", "").strip() or words.HEAD_OF.th.format(unit=row["name"])
    return Letter(
        plan.fiscal_year,
        unit,
        row["name"],
        addressee,
        settings["centre_contact"],
        settings["office_name"],
        settings["letter_number"],
        settings["letter_signed_by"] or words.DIRECTOR.th.format(centre=settings["centre_contact"]),
        day,
        n + 1,
        debts,
    )


# -- what lies there already ------------------------------------------------------------------------------------------


def _basis(letter: Letter) -> str:
    said = [repr(text) for name, text in sorted(vars(words).items()) if name.isupper()]
    content = json.dumps([VERSION, said, asdict(letter)], ensure_ascii=False, default=str)
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()


def _standing(settings: Settings) -> Sequence[str]:
    found = (settings.outbox / ROOM).glob("*/*/*.docx")
    return sorted(p.relative_to(settings.outbox).as_posix() for p in found if p.parent.name != DONE)


def _put_away(settings: Settings, path: str, known: Mapping[str, Mapping[str, str]]) -> None:
    """Move a letter to done/ under its day; one that a program holds open stays until the next time."""
    old = settings.outbox / path
    day = known.get(path, {}).get("day", "")
    target = old.parent / DONE / f"{old.stem}{'-' if day else ''}{day}{old.suffix}"
    with suppress(FileNotFoundError, PermissionError):
        if old.is_file():
            target.parent.mkdir(exist_ok=True)
            os.replace(old, target)


def _known(settings: Settings) -> dict[str, dict[str, str]]:
    """What each standing letter was drawn from; lost or broken, every letter is drawn again."""
    try:
        found = json.loads((settings.var / KNOWN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) and all(isinstance(v, dict) for v in found.values()) else {}


def _remember(settings: Settings, known: Mapping[str, Mapping[str, str]]) -> None:
    aside = settings.var / f"{KNOWN}.{uuid.uuid4().hex}"
    aside.write_text(json.dumps(known, ensure_ascii=False, indent=0, sort_keys=True), encoding="utf-8")
    os.replace(aside, settings.var / KNOWN)
