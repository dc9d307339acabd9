"""The sender of the mail a form came in, held against the unit's registered addresses, where the office asks for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from pipeline.model import ValidationResult
from pipeline.validate.findings import finding, under_policy
from schemas.plan import Plan


def held_against(result: ValidationResult, plan: Plan, day: date) -> ValidationResult:
    """The judgement with the sender's doubt added (`sender_check` query), or refused whole (refuse); else as it is.

    Only what came by mail has a sender, and a unit without registered addresses has nothing to be held against. The From
    header is what the sender's program wrote there: whoever wants to can write another. It finds mistakes, not fraud.
    """
    submission, unit = result.reading.submission, result.reading.identity.unit or ""
    check = plan.settings["sender_check"]
    if check == "off" or submission.channel != "mail" or not plan.senders(unit):
        return result
    if plan.is_sender(unit, submission.sender):
        return result
    if result.state not in ("accepted", "returned"):
        return result
    figures: dict[str, Any] = {"value": submission.sender or "-", "centre": plan.settings["centre_contact"]}
    if check == "query":
        return result.with_findings(under_policy(finding("Q_SENDER", **figures), plan, unit, day))
    refused = finding("E_SENDER", **figures)
    return replace(result, state="refused", reason=refused.message, findings=(refused,), postings=(), held=())
