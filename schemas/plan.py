"""The content of an accepted central plan workbook -> what the rooms ask of it: units, indicators of a unit, deadlines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from schemas.evidence import Codes, codes_of, key
from schemas.folders import unit_folder
from schemas.forms.central_plan import BASES, OVER_TIME, SETTINGS
from schemas.numbers import parse, plain
from schemas.plan_book.cells import parse_day
from schemas.plan_book.columns import CRITERIA
from schemas.thai import clean, skeleton
from schemas.windows import Window, window

Row = Mapping[str, str]
_OVERRIDES = ("weight", "target", *CRITERIA)
_DEFAULTS = {
    "type": "quantity",
    "direction": "higher",
    "cycle": "quarterly",
    "over_time": "auto",
    "over_units": "mean",
    "basis": "cumulative",
    "negatives": "no",
    "state": "draft",
    "scoring": "none",
    "target_scale": "raw",
}


@dataclass(frozen=True)
class Plan:
    """One revision of the plan. `content` = rows per sheet as text, choices as stored codes; `changed[indicator]` =
    the newest revision in which a unit's definition of it changed, by (unit, indicator)."""

    revision: int
    fiscal_year: int
    content: Mapping[str, list[dict[str, str]]]
    changed: Mapping[str, int] = field(default_factory=dict)
    given: tuple[Row, ...] = ()  # unlocks given by command, rows like those of the sheet

    @cached_property
    def settings(self) -> dict[str, str]:
        """Every setting by name; what the workbook leaves out or blank has its default."""
        given = {r["key"]: r.get("value", "").strip() for r in self.content.get("settings", [])}
        return {k: given.get(k) or default for k, (default, _) in SETTINGS.items()}

    def number(self, name: str) -> float:
        """A numeric setting."""
        return float(parse(self.settings[name]).value or 0)

    @cached_property
    def units(self) -> dict[str, Row]:
        """Units by code, in the order of the sheet."""
        return {r["code"]: r for r in self.content.get("units", [])}

    @cached_property
    def parents(self) -> set[str]:
        """Codes that are somebody's parent."""
        return {r.get("parent", "") for r in self.units.values()} - {""}

    @cached_property
    def indicators(self) -> dict[str, dict[str, str]]:
        """Indicators by code, defaults filled in."""
        return {
            r["code"]: {**r, **{k: r.get(k) or d for k, d in _DEFAULTS.items()}}
            for r in self.content.get("indicators", [])
        }

    @cached_property
    def items(self) -> dict[str, Row]:
        """Vision, missions, issues, goals, dimensions, topics by code."""
        return {r["code"]: r for r in self.content.get("plan", [])}

    @cached_property
    def _by_target(self) -> dict[str, dict[str, Row]]:
        table: dict[str, dict[str, Row]] = {}
        for row in self.content.get("assignments", []):
            table.setdefault(row["unit"], {})[row["indicator"]] = row
        return table

    def assigned(self, unit: str) -> list[dict[str, str]]:
        """The unit's indicators in the plan's order, with its own weight, target and criteria where they differ.

        The more specific assignment wins: the unit's code, then its type, then "*" (units without children).
        """
        return [i for i in self._every(unit) if i.get("applies") != "no"]

    def not_applicable(self, unit: str) -> list[dict[str, str]]:
        """Indicators that would be the unit's, but its assignment says that they do not apply to it."""
        return [i for i in self._every(unit) if i.get("applies") == "no"]

    def _every(self, unit: str) -> list[dict[str, str]]:
        if unit not in self.units:
            return []
        own = dict(self._by_target.get("*", {})) if unit not in self.parents else {}
        kind = self.units.get(unit, {}).get("type", "")
        if kind:
            own.update(self._by_target.get(kind, {}))
        own.update(self._by_target.get(unit, {}))
        return [self._merged(code, own[code]) for code in self.indicators if code in own]

    def _merged(self, code: str, assignment: Row) -> dict[str, str]:
        merged = {**self.indicators[code], "applies": assignment.get("applies", "")}
        merged.update({k: assignment[k] for k in ("weight", "target") if assignment.get(k, "").strip()})
        if any(assignment.get(c, "").strip() for c in CRITERIA):
            merged.update({c: assignment.get(c, "") for c in CRITERIA})
        return merged

    @cached_property
    def named(self) -> tuple[Codes, dict[str, str]]:
        """(codes of units and indicators as file names are held against them, units by the key of their own folder)."""
        own = {key(name): unit for unit in self.units for name in (unit_folder(unit), unit)}
        return codes_of({u: [i["code"] for i in self.assigned(u)] for u in self.units}), own

    @cached_property
    def reporting_units(self) -> list[str]:
        """Codes of the units that have indicators, in the plan's order."""
        return [u for u in self.units if self.assigned(u)]

    def who(self, unit: str) -> dict[str, str]:
        """Code, name, short name, type and parent of a unit, as every table of figures begins."""
        row = self.units[unit]
        parent = row.get("parent", "")
        return {
            "unit": unit,
            "unit_name": row.get("name", ""),
            "unit_short": row.get("short_name") or row.get("name", ""),
            "unit_type": row.get("type", ""),
            "parent": parent,
            "parent_name": self.units.get(parent, {}).get("name", ""),
        }

    def revision_of(self, unit: str, indicator: str) -> int:
        """The revision in which this unit's definition of the indicator last changed."""
        return self.changed.get(f"{unit}\t{indicator}", 1)

    def calendar(self, period: str, form: str) -> Row:
        """The calendar row of a period and form, empty where there is none."""
        return next(
            (r for r in self.content.get("calendar", []) if r.get("period") == period and r.get("form") == form), {}
        )

    def window(self, period: str, form: str) -> Window:
        """The days on which a period's form may come (see `schemas.windows`)."""
        known = self._windows.get((period, form))
        if known is None:
            found = window(self.calendar(period, form), period, form, self._days, self.holidays)
            known = self._windows[period, form] = found
        return known

    @cached_property
    def _windows(self) -> dict[tuple[str, str], Window]:
        return {}

    def _days(self, name: str) -> float | None:
        """A numeric setting, None where it is blank."""
        return self.number(name) if self.settings[name] else None

    @cached_property
    def holidays(self) -> frozenset[date]:
        """The days off that the office lists."""
        days = (parse_day(r.get("day", "")) for r in self.content.get("holidays", []))
        return frozenset(d for d in days if d is not None)

    def deadline(self, period: str, form: str) -> date:
        """Last day to send: the calendar's, else so many days after the period's end (plans: after the year's first day)."""
        return self.window(period, form).deadline

    def evidence_deadline(self, period: str, form: str = "quarterly_result") -> date:
        """Last day on which evidence of a period may follow: the calendar's, else so many days after the deadline."""
        return self.window(period, form).evidence_deadline

    @cached_property
    def _policies(self) -> dict[str, Row]:
        return {r["code"]: r for r in self.content.get("rules", [])}

    def severity_of(self, rule: str, usual: str) -> str:
        """The severity the office gives a rule; info while the rule is on trial."""
        row = self._policies.get(rule)
        if row is None:
            return usual
        return "info" if row.get("trial") == "yes" else row.get("severity") or usual

    def waiver(self, rule: str, unit: str, indicator: str, day: date) -> Row | None:
        """The waiver that covers a finding on `day`; it ends by itself after its last day."""
        for row in self.content.get("waivers", []):
            fits = row["rule"] == rule and row["unit"] in (unit, "*") and row["indicator"] in (indicator, "*")
            until = parse_day(row.get("until", ""))
            if fits and until is not None and day <= until:
                return row
        return None

    @property
    def unlocks(self) -> list[Row]:
        """Every unlock of this plan: rows of the sheet, then those given by command."""
        return [*self.content.get("unlocks", []), *self.given]

    def unlock(self, unit: str, form: str, period: str, indicator: str, day: date) -> Row | None:
        """The unlock that lets a unit change a confirmed row on `day`; it ends by itself after its last day."""
        for row in self.unlocks:
            fits = (row["unit"], row["form"], row["period"]) == (unit, form, period) and row["indicator"] in (
                indicator,
                "*",
            )
            until, given = parse_day(row.get("until", "")), parse_day(row.get("received_at", ""))
            if fits and until is not None and (given or day) <= day <= until:
                return row
        return None

    def senders(self, unit: str) -> tuple[str, ...]:
        """The unit's registered mail addresses; one that begins with @ stands for everybody there."""
        written = self.units.get(unit, {}).get("senders", "")
        return tuple(a for a in re.split(r"[;,\s]+", written) if "@" in a)

    def is_sender(self, unit: str, address: str) -> bool:
        """Whether a mail address is one of those registered for the unit."""
        low = address.strip().casefold()
        known = [a.casefold() for a in self.senders(unit)]
        return any(low.endswith(k) if k.startswith("@") else low == k for k in known)

    def closed(self, period: str, form: str) -> bool:
        """Whether the calendar closes the period for this form, and the office refuses what comes then."""
        return self.calendar(period, form).get("closed") == "yes" and self.severity_of("E_CLOSED", "error") == "error"


def definition(indicator: Mapping[str, str]) -> tuple[str, ...]:
    """What a unit's form depends on: where this differs between revisions, the row of an older form is held."""
    keys = (
        "name",
        "unit_of_measure",
        "weight",
        "target",
        "target_scale",
        "direction",
        "scoring",
        "over_time",
        "basis",
        "cycle",
        *CRITERIA,
    )
    return tuple(indicator.get(k, "").strip() for k in keys)


def _label(choices: Any, code: str) -> str:
    return next((c.text.th for c in choices if c.code == code), code)


def figure(text: str) -> str:
    """A figure of the plan as it is shown: "100.0" -> "100"; other text unchanged."""
    number = parse(text)
    return plain(number.value) if number.value is not None and number.status == "number" else text


def owned_values(indicator: Mapping[str, str]) -> dict[str, str]:
    """The centre's cells of an indicator row, by field key of `schemas.owned`."""
    return {
        "indicator": indicator["code"],
        "name": indicator["name"],
        "unit_of_measure": indicator["unit_of_measure"],
        "basis": f"{_label(OVER_TIME, indicator['over_time'])} ({_label(BASES, indicator['basis'])})",
        "weight": figure(indicator.get("weight", "")),
        "target": figure(indicator.get("target", "")),
    }


def code_finder(codes: Iterable[str]) -> Callable[[str], str | None]:
    """What was typed -> the code meant: exactly, else by its skeleton where only one code has it; None otherwise."""
    exact = {clean(c): c for c in codes}
    loose: dict[str, list[str]] = {}
    for code in exact.values():
        loose.setdefault(skeleton(code), []).append(code)

    def find(text: str) -> str | None:
        alike = loose.get(skeleton(text), [])
        return exact.get(clean(text)) or (alike[0] if len(alike) == 1 else None)

    return find


def float_of(text: str) -> float:
    """A figure of the plan as float, NaN where there is none."""
    number = parse(text)
    return float(number.value) if number.value is not None and number.status == "number" else float("nan")
