"""The day of arrival against the calendar: what came early, late or after the closing is taken, asked about or refused.

Which of the three, the office says by the severities of W_EARLY, W_LATE and E_CLOSED on the rules sheet of its plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from pipeline.model import Finding, Posting
from pipeline.validate.findings import finding, under_policy
from pipeline.validate.past import Past
from pipeline.validate.posting import Ground, repeats
from pipeline.validate.rows import Row
from schemas.language import Form
from schemas.periods import short_thai_date
from schemas.plan import Plan
from schemas.rules_index import rules

CODES = {"early": "W_EARLY", "late": "W_LATE", "closed": "E_CLOSED"}


def held_by_time(
    row: Row, ground: Ground, past: Past, plan: Plan, form: Form, arrived: date, today: date
) -> Posting | None:
    """What may be posted of a row that came on a day: nothing where the office refuses such days, and the row says why.

    A row that says what the ledger says already is no late row: it is left out without a word. An unlock opens its rows.
    """
    posting = row.posting
    code = _code(plan, form, row.period, arrived)
    if posting is None or not code or plan.severity_of(code, rules()[code].severity) != "error":
        return posting
    if "unlocked" in posting.entries or ground.unlock is not None:
        return posting
    if repeats(posting, ground, past):
        return None
    where = (row.row.sheet, (row.row.cells["indicator"].address,), posting.indicator, row.period)
    more = {"sheet_key": row.row.sheet_key, "fields": ("indicator",), "centre": plan.settings["centre_contact"]}
    said = under_policy(finding(code, *where, value=_said(code, plan, form, {row.period}), **more), plan, posting.unit, today)  # type: ignore[arg-type]  # fmt: skip
    row.findings.append(said)
    if said.severity == "error":
        return None
    waived = " | ".join(filter(None, (posting.entries.get("waived", ""), said.waived)))
    return replace(posting, entries={**posting.entries, "waived": waived})


def told(postings: Sequence[Posting], plan: Plan, form: Form, unit: str, arrived: date, today: date) -> list[Finding]:
    """One line for the file per kind of day on which rows came that were taken all the same; refused rows say it themselves."""
    found: dict[str, set[str]] = {}
    for posting in postings:
        code = "" if posting.blank or "since" in posting.entries else _code(plan, form, posting.period, arrived)
        if code and plan.severity_of(code, rules()[code].severity) != "error":
            found.setdefault(code, set()).add(posting.period)
    centre = plan.settings["centre_contact"]
    lines = [
        finding(c, period=", ".join(sorted(p)), value=_said(c, plan, form, p), centre=centre) for c, p in found.items()
    ]
    return [under_policy(line, plan, unit, today) for line in lines]


def _code(plan: Plan, form: Form, period: str, arrived: date) -> str:
    return CODES.get(plan.window(period, form.name).place(arrived), "")


def _said(code: str, plan: Plan, form: Form, periods: set[str]) -> str:
    """The days (or for a closed period the periods) that a finding speaks of, in order."""
    if code == "E_CLOSED":
        return ", ".join(sorted(periods))
    windows = [plan.window(p, form.name) for p in periods]
    days = {w.deadline if code == "W_LATE" else w.opens for w in windows}
    return ", ".join(short_thai_date(d) for d in sorted(d for d in days if d is not None))
