"""What the reader answered for an original -> a reading of a form, of a document that may be evidence, or a judgement."""

from __future__ import annotations

from dataclasses import replace

from pipeline import identify, read
from pipeline.evidence import verdict as evidence
from pipeline.model import Document, Identity, RawSheet, Reading, Submission, ValidationResult
from pipeline.office.look import Unsafe
from pipeline.validate.findings import finding
from pipeline.verdict import bug, quarantined
from schemas.evidence import FORM as EVIDENCE
from schemas.evidence import kind_of_suffix, suffix_of


def reading_of(
    submission: Submission, answer: tuple[list[RawSheet], bool] | Unsafe | OSError
) -> Reading | ValidationResult:
    """What the reader answered for a stored original -> its rows, or the judgement where there is nothing to read."""
    if isinstance(answer, OSError):
        raise answer
    if isinstance(answer, Unsafe):
        return _document(submission, answer)
    sheets, macros = answer
    try:
        identity = identify.identity_of(sheets)
        if identity.form is None:
            stranger = ("workbook", ".xlsx", ("W_EVIDENCE_MACRO",) if macros else ())
            return _document(submission, Unsafe("E_NOT_OURS", document=stranger))
        reading = read.read(submission, identity, sheets)
    except Exception as error:
        return bug(submission, error)
    notes = {"visible_unit": identify.visible_unit(sheets) or ""}
    found = (*reading.findings, finding("W_MACRO")) if macros else reading.findings
    return replace(reading, notes=notes, findings=found)


def _document(submission: Submission, unsafe: Unsafe) -> Reading | ValidationResult:
    """No form of ours: the document that it is, where its content is sound; else why it is put aside.

    What people call a workbook and is none is told as such, since it was meant to be a form.
    """
    called = suffix_of(submission.name)
    form = kind_of_suffix(called) == "workbook"
    if unsafe.instead is not None and not form:
        return quarantined(submission, unsafe.instead)
    if unsafe.document is None:
        meant = unsafe.code == "E_UNSAFE_NOT_XLSX" and called and not form
        return quarantined(submission, Unsafe("E_EVIDENCE_REFUSED", unsafe.th, unsafe.en) if meant else unsafe)
    if form and unsafe.document[0] != "workbook":
        return quarantined(submission, unsafe)
    notes = {"what": unsafe.th, "what_en": unsafe.en}
    reading = Reading(submission, Identity(form=EVIDENCE), notes=notes, document=Document(*unsafe.document))
    refused = evidence.refused(reading)
    return (
        ValidationResult(Reading(submission, Identity()), "quarantined", refused.message, (refused,))
        if refused
        else reading
    )
