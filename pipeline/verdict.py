"""Judgements that need no rule of a form: unreadable, foreign, waiting, a repetition, a fault of ours."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime
from typing import Any

from pipeline.model import Identity, Outcome, Reading, Submission, ValidationResult
from pipeline.office.look import Unsafe
from pipeline.opening import Office
from pipeline.validate.findings import finding
from schemas.language import Text

LOG = logging.getLogger("opsbook")


def quarantined(submission: Submission, unsafe: Unsafe) -> ValidationResult:
    """A file that cannot be read or is not ours, with what its sender can do about it."""
    th, en = unsafe.th, unsafe.en
    if unsafe.code == "E_NOT_OURS" and th:
        th, en = f" ({th})", f" ({en})"
    found = finding(unsafe.code, what=th, what_en=en)
    return ValidationResult(Reading(submission, Identity()), "quarantined", found.message, (found,))


def whole(reading: Reading, code: str) -> ValidationResult:
    """A file returned as a whole for one reason."""
    found = finding(code)
    return ValidationResult(reading, "returned", found.message, (found,))


def pending(reading: Reading) -> ValidationResult:
    """A file that waits for the plan of its year."""
    year = reading.identity.fiscal_year
    return ValidationResult(
        reading, "pending", Text(f"รอสมุดแผนกลางของปี {year}", f"Waiting for the plan workbook of {year}")
    )


def duplicate(reading: Reading, twin: Any) -> ValidationResult:
    """Bytes that were taken already, with the answer given then."""
    when = datetime.fromisoformat(twin["received_at"])
    reason = Text(
        f"ไฟล์เดียวกับที่รับไว้แล้ว (เลขที่ {twin['number']})",
        f"The same bytes as number {twin['number']}, received {when:%Y-%m-%d %H:%M}",
    )
    return ValidationResult(
        replace(reading, notes={**reading.notes, "answer": twin["answer"]}),
        "duplicate",
        reason,
        previous=twin["sha256"],
    )


def bug(submission: Submission, error: Exception, reading: Reading | None = None) -> ValidationResult:
    """A fault of ours: the traceback goes to the log, the file is kept and quarantined, the run goes on."""
    LOG.error("file %d (%s) failed", submission.number, submission.sha256, exc_info=error)
    found = finding("I_PROGRAM")
    return ValidationResult(reading or Reading(submission, Identity()), "quarantined", found.message, (found,))


def unstored_file(office: Office, name: str, size: int, why: Text) -> Outcome:
    """A file that could not even be stored: pending, with the reason."""
    submission = Submission(0, "", office.clock.now(), name, "folder", "", "", size)
    return Outcome(submission, ValidationResult(Reading(submission, Identity()), "pending", why), trouble=True)


def in_trouble(submission: Submission, why: Text) -> Outcome:
    """A stored file that cannot be judged now: pending, with the reason."""
    return Outcome(submission, ValidationResult(Reading(submission, Identity()), "pending", why), trouble=True)
