"""Findings from rules: words filled in, severities as the office set them, the same fault in many cells as one line."""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from pipeline.model import Finding, Place, ReadRow
from schemas.language import Rule, Text
from schemas.periods import short_thai_date
from schemas.plan import Plan
from schemas.plan_book.cells import parse_day
from schemas.rules.files import ACROSS_SHEETS
from schemas.rules_index import rules

_SHOWN = 6


def finding(
    code: str,
    sheet: str = "",
    cells: tuple[str, ...] = (),
    indicator: str = "",
    period: str = "",
    proposal: str | None = None,
    sheet_key: str = "",
    fields: tuple[str, ...] = (),
    **figures: object,
) -> Finding:
    """A Finding of a rule that no frame checks (files, identity, ledger); `figures` fill its words."""
    rule = rules()[code]
    value = str(figures.get("value", ""))
    keys = (*fields, *("" for _ in cells[len(fields) :]))
    places = tuple(Place(c, sheet_key, indicator, k, value, proposal) for c, k in zip(cells, keys, strict=False))
    advice = rule.advice.filled(**{"centre": "", **figures})
    return Finding(
        code, rule.severity, rule.text.filled(**figures), sheet, places, value, indicator, period, advice=advice
    )


def from_row(rule: Rule, case: str, line: Mapping[str, Any], row: ReadRow, indicator: str, period: str) -> Finding:
    """A Finding of a rule that failed on one line of a frame, with the cells the rule blames.

    A proposal is for the first blamed cell.
    """
    blamed = tuple(k for k in (rule.blames(line, case) if rule.blames else ()) if k in row.cells)
    figures = dict(rule.figures(line, case)) if rule.figures else {}
    proposal = rule.proposal(line, case) if rule.proposal else None
    places = tuple(
        Place(row.cells[k].address, row.sheet_key, indicator, k, row.text(k), None if n else proposal)
        for n, k in enumerate(blamed)
    )
    value = row.text(blamed[0]) if blamed else ""
    words, advice = rule.text.filled(**figures), rule.advice.filled(**figures)
    return Finding(rule.code, rule.severity, words, row.sheet, places, value, indicator, period, advice=advice)


def under_policy(f: Finding, plan: Plan, unit: str, day: date) -> Finding:
    """The finding as the office wants it: its severity, trial rules and waived ones as info that says so."""
    severity = plan.severity_of(f.rule, f.severity)
    if severity != f.severity:
        f = replace(f, severity=severity)  # type: ignore[arg-type]
    waiver = plan.waiver(f.rule, unit, f.indicator, day) if f.severity != "info" else None
    if waiver is None:
        return f
    until = parse_day(waiver["until"])
    th = f"ยกเว้นถึง {short_thai_date(until) if until else ''}: {waiver['reason']} (อนุมัติโดย {waiver['approved_by']})"
    en = f"waived until {waiver['until']}: {waiver['reason']} (approved by {waiver['approved_by']})"
    return replace(
        f, severity="info", message=Text(f"{f.message.th} · {th}", f"{f.message.en} · {en}"), waived=f"{f.rule}: {th}"
    )


def _only_value(rule: Rule) -> bool:
    return {name for _, name, _, _ in string.Formatter().parse(rule.text.th) if name} == {"value"}


def merged(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """One cause, one line: the same rule on the same sheet with the same words is one finding with all its places.

    Rules whose words hold nothing but the value typed list the values; order is kept. Where the cause is the same on
    every sheet (ACROSS_SHEETS), the line stands at the first of them and names the others.
    """
    together: dict[tuple[str, ...], list[Finding]] = {}
    for f in findings:
        same = "" if _only_value(rules()[f.rule]) else f.message.th
        sheet = "" if f.rule in ACROSS_SHEETS else f.sheet
        together.setdefault((f.rule, f.severity, sheet, same), []).append(f)
    return tuple(_joined(group) for group in together.values())


def _joined(group: list[Finding]) -> Finding:
    first = group[0]
    if len(group) == 1:
        return first
    places = tuple({(p.sheet_key, p.address, p.field): p for f in group for p in f.places}.values())
    message = first.message
    sheets = list(dict.fromkeys(f.sheet for f in group))
    if len(sheets) > 1:
        named = ", ".join(sheets)
        message = Text(f"{message.th} (แผ่นงาน {named})", f"{message.en} ({len(sheets)} sheets)")
    values = list(dict.fromkeys(f.value for f in group))
    if len(values) > 1 and _only_value(rules()[first.rule]) and first.severity != "info":
        quoted = "“{value}”" in rules()[first.rule].text.th
        close, begin = ("”", "“") if quoted else ("", "")
        shown = f"{close}, {begin}".join(values[:_SHOWN])
        if quoted:
            shown = f"“{shown}”"
        shown += f" … (+{len(values) - _SHOWN})" if len(values) > _SHOWN else ""
        text = rules()[first.rule].text
        bare = Text(text.th.replace("“{value}”", "{value}"), text.en.replace("“{value}”", "{value}"))
        message = bare.filled(value=shown)
    return replace(
        first,
        places=places,
        message=message,
        indicator=", ".join(dict.fromkeys(f.indicator for f in group if f.indicator)),
        period=", ".join(dict.fromkeys(f.period for f in group if f.period)),
    )
