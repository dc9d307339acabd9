"""Where a file lay and who sent it, held against whose form it is: the proof of a confirmation, and strange folders."""

from __future__ import annotations

from email.utils import parseaddr

from pipeline.model import Finding, Reading
from pipeline.validate.findings import finding
from schemas.folders import unit_of
from schemas.plan import Plan

CHANNELS = ("folder", "check")  # what lies in a folder under a name relative to the inbox


def proof_of(reading: Reading, plan: Plan) -> str | None:
    """How a file is known to be its unit's own: "folder", "sender", "" (by nothing but its cells).

    None where the office asks for proof (setting `signing` = channel) and there is none.
    """
    submission, unit = reading.submission, reading.identity.unit or ""
    if submission.channel in CHANNELS and unit_of(submission.name, plan.units) == unit:
        return "folder"
    if submission.channel == "mail" and plan.is_sender(unit, parseaddr(submission.sender)[1]):
        return "sender"
    return None if plan.settings["signing"] == "channel" else ""


def strange_folder(reading: Reading, plan: Plan) -> list[Finding]:
    """A question where a form lay in the folder of another unit."""
    owner = unit_of(reading.submission.name, plan.units) if reading.submission.channel in CHANNELS else None
    if owner is None or owner == reading.identity.unit:
        return []
    return [
        finding("Q_FOLDER")
    ]  # which folder, the centre sees by the file's name; a unit is told no other unit's code
