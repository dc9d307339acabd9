"""One indicator with its plan and a seeded generator -> its rows of the four quarters, as a unit would report them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal

from pipeline.demo.figures import (
    Indicator,
    is_clear,
    is_level,
    is_percent,
    plan_to_date,
    rounded,
    status,
    step_of,
    target_of,
    total,
    way_of,
    write,
)
from pipeline.demo.phrases import (
    ADDITIONAL_EVIDENCE,
    BEHIND_DETAILS,
    CANNOT,
    CAUSES,
    DETAILS,
    EVIDENCE,
    LEVEL_DETAILS,
    NOT_STARTED,
    said,
)
from schemas.forms.quarterly_result import REPORTABLE, ROW_STATES, STATUSES
from schemas.language import Choice
from schemas.numbers import plain

Cells = dict[str, object]
_EARLY = {"yearly": (1, 2, 3), "half-yearly": (1, 3)}
# Whoever would be above a full 100 per cent is exactly on it, so more end as planned than these weights say.
_STORIES = (("exact", 54), ("above", 30), ("behind", 13), ("zero", 3))


def _label(choices: tuple[Choice, ...], code: str) -> str:
    return next(c.text.th for c in choices if c.code == code)


def quarterly_rows(ind: Indicator, plan: Cells, fiscal_year: int, rng: random.Random) -> dict[int, Cells]:
    """Quarter -> field key -> text as typed. Complete, explained, and the declared status is the computed one."""
    story = rng.choices([s for s, _ in _STORIES], [w for _, w in _STORIES])[0]
    turns, causes = rng.randint(1, 3), iter(rng.sample(CAUSES, 4))
    given: list[str] = []
    rows: dict[int, Cells] = {}
    for q in (1, 2, 3, 4):
        mood = _availability(ind, q, rng)
        found = _value(ind, plan, q, _chapter(story, q, turns), given, rng) if mood == "can" else None
        if found is None:
            rows[q] = {} if mood == "blank" else _cannot(rng)
            continue
        text, declared = found
        given.append(text)
        rows[q] = _reported(ind, q, text, declared, rng) | _explained(declared, causes)
        rows[q] |= _signed(ind, q, fiscal_year, rng)
    return rows


def _availability(ind: Indicator, quarter: int, rng: random.Random) -> str:
    """can, cannot or blank: surveys of the year have nothing to report early, and some are late with their data."""
    if quarter in _EARLY.get(ind["cycle"], ()):
        return rng.choice(("cannot", "cannot", "blank"))
    cannot, blank = {1: (13, 3), 2: (5, 2), 3: (3, 2), 4: (1, 1)}[quarter]
    return rng.choices(("can", "cannot", "blank"), (100 - cannot - blank, cannot, blank))[0]


def _chapter(story: str, quarter: int, turns: int) -> str:
    """What the story says of one quarter: who is behind starts on plan and, if early, has caught up by the end."""
    if story == "behind":
        return "behind" if turns <= quarter <= turns + 1 or (turns == 3 and quarter == 4) else "exact"
    if story == "above":
        return "above" if quarter >= turns else "exact"
    return story


def _value(
    ind: Indicator, plan: Cells, quarter: int, chapter: str, given: list[str], rng: random.Random
) -> tuple[str, str] | None:
    """The text of the quarter's result and the status it makes; None where no figure would be beyond doubt."""
    planned = plan_to_date(ind, plan, quarter)
    path = planned if planned is not None else _path(ind, quarter)
    if path is None:
        return None
    if planned is None:  # nothing to be behind of
        chapter = "exact"
    for attempt in (chapter, "exact", "above", "behind"):
        text = _text(ind, plan, _wanted(ind, path, attempt, rng), given, rng)
        made = _status(ind, plan, planned, [*given, text])
        if made:
            return text, made
    return None


def _status(ind: Indicator, plan: Cells, planned: Decimal | None, texts: list[str]) -> str | None:
    """The status of results to date; None where it is open to doubt (a ratio read pooled and by its last quarter)."""
    ways = {way_of(ind, plan)} | ({"last"} if ind["over_time"] == "ratio" else set())
    results = [r for r in (total(ind, texts, way) for way in ways) if r is not None]
    if not all(is_clear(ind, r, planned) for r in results):
        return None
    found = {status(ind, r, planned) for r in results}
    return found.pop() if len(found) == 1 else None


def _path(ind: Indicator, quarter: int) -> Decimal | None:
    """Where one would be without a plan by quarters: on the way to the target."""
    target = target_of(ind)
    stays = ind["over_time"] in ("mean", "ratio") or (ind["direction"] == "lower" and ind["over_time"] == "last")
    if target is None or stays:
        return target
    return rounded(target * quarter / 4, step_of(ind))


def _wanted(ind: Indicator, path: Decimal, chapter: str, rng: random.Random) -> Decimal:
    """The result to date that the chapter asks for, in steps and within the scale of the unit of measure."""
    if chapter == "exact":
        return path
    lower = ind["direction"] == "lower"
    if chapter == "zero":
        return path if lower else Decimal(0)
    if is_level(ind):
        value = path + (1 if chapter == "above" else -1)
    else:
        percent = rng.randint(107, 118) if (chapter == "above") != lower else rng.randint(60, 92)
        value = rounded(path * percent / 100, _fine(ind))
    top = Decimal(5) if is_level(ind) else Decimal(100) if is_percent(ind) and path <= 100 else value
    return max(Decimal(0), min(value, top))


def _fine(ind: Indicator) -> Decimal:
    """The finest step of a result: hundredths of a per cent or point, tenths of a day, else whole units."""
    steps = {"ร้อยละ": Decimal("0.01"), "คะแนน": Decimal("0.01"), "วัน": Decimal("0.1")}
    return steps.get(ind["unit_of_measure"], Decimal(1))


def _text(ind: Indicator, plan: Cells, wanted: Decimal, given: list[str], rng: random.Random) -> str:
    """What to type this quarter so that the year to date is `wanted`."""
    way = way_of(ind, plan)
    if way == "ratio":
        return _ratio(ind, wanted, rng)
    before = total(ind, given, "sum") or Decimal(0)
    if way == "sum":
        return write(max(Decimal(0), wanted - before), rng)
    if way == "mean":
        wanted = max(Decimal(0), rounded(wanted * (len(given) + 1) - before, _fine(ind)))
    return write(wanted, rng)


def _ratio(ind: Indicator, wanted: Decimal, rng: random.Random) -> str:
    """Cases done / cases due: exact where the share is a round one, else the nearest whole case."""
    share = wanted / (100 if is_percent(ind) else 1)
    numerator, denominator = share.as_integer_ratio()
    times = rng.randint(2, 6)
    if denominator <= 20:
        return f"{numerator * times}/{denominator * times}"
    due = 20 * times
    return f"{plain(rounded(share * due, Decimal(1)))}/{due}"


def _cannot(rng: random.Random) -> Cells:
    return {
        "reportable": _label(REPORTABLE, "cannot"),
        "state": _label(ROW_STATES, "draft"),
        "remarks": rng.choice(CANNOT),
    }


def _reported(ind: Indicator, quarter: int, text: str, declared: str, rng: random.Random) -> Cells:
    template = rng.choice((BEHIND_DETAILS if declared == "behind" else DETAILS)[quarter])
    details = template.format(said=said(text, ind["unit_of_measure"]))
    if is_level(ind) and ind.get("c1_text"):
        reached = ind.get(f"c{text[:1]}_text", "") or NOT_STARTED
        details = LEVEL_DETAILS[quarter].format(value=text, text=reached)
    return {
        "reportable": _label(REPORTABLE, "can"),
        "value": text,
        "details": details,
        "plan_status": _label(STATUSES, declared),
    }


def _explained(declared: str, causes: Iterator[tuple[str, str]]) -> Cells:
    if declared != "behind":
        return {}
    problem, remedy = next(causes)
    return {"problem": problem, "remedy": remedy}


def _signed(ind: Indicator, quarter: int, fiscal_year: int, rng: random.Random) -> Cells:
    """Confirmed nearly always at the year's end, with evidence; earlier quarters often stay drafts."""
    confirmed = rng.random() < (0.97 if quarter == 4 else 0.7)
    names: list[str] = []
    if quarter == 4 or rng.random() < 0.3:
        names.append(rng.choice(EVIDENCE))
        if rng.random() < 0.25:
            names.append(ADDITIONAL_EVIDENCE)
    files = [name.format(code=ind["code"], quarter=quarter, year=fiscal_year) for name in names]
    return {"evidence": "\n".join(files), "state": _label(ROW_STATES, "confirmed" if confirmed else "draft")}
