"""Findings from rules: words filled in, severities as the office set them, the same fault in many cells as one line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pipeline.model import Finding, ReadRow
from schemas.language import Rule
from schemas.rules_index import rules


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
    return Finding(
        code,
        rule.severity,
        rule.text.filled(**figures),
        sheet,
        cells,
        str(figures.get("value", "")),
        proposal,
        indicator,
        period,
        sheet_key,
        fields,
        rule.advice.filled(**{"centre": "", **figures}),
    )


def from_row(rule: Rule, case: str, line: Mapping[str, Any], row: ReadRow, indicator: str, period: str) -> Finding:
    """A Finding of a rule that failed on one line of a frame, with the addresses of the cells the rule blames."""
    blamed = tuple(rule.blames(line, case)) if rule.blames else ()
    cells = tuple(row.cells[k].address for k in blamed if k in row.cells)
    figures = dict(rule.figures(line, case)) if rule.figures else {}
    value = row.text(blamed[0]) if blamed else ""
    proposal = rule.proposal(line, case) if rule.proposal else None
    return Finding(
        rule.code,
        rule.severity,
        rule.text.filled(**figures),
        row.sheet,
        cells,
        value,
        proposal,
        indicator,
        period,
        row.sheet_key,
        blamed,
        rule.advice.filled(**figures),
    )


def merged(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The same rule with the same words on the same row is one finding with all its cells; order is kept."""
    together: dict[tuple[Any, ...], Finding] = {}
    for f in findings:
        key = (f.rule, f.sheet, f.indicator, f.period, f.message.th, f.proposal)
        known = together.get(key)
        together[key] = f if known is None else _joined(known, f)
    return tuple(together.values())


def _joined(a: Finding, b: Finding) -> Finding:
    from dataclasses import replace

    return replace(
        a,
        cells=(*a.cells, *(c for c in b.cells if c not in a.cells)),
        fields=(*a.fields, *(k for k in b.fields if k not in a.fields)),
    )
