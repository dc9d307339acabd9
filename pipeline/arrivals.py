"""Claims -> stored originals and ledger rows; mails and archives among them -> claims of their parts, stored in the same way."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipeline import intake, store
from pipeline.judge import Batch
from pipeline.ledger import book, decisions
from pipeline.model import Finding, Identity, Outcome, Reading, Submission, ValidationResult
from pipeline.office.container import MOST_BYTES
from pipeline.office.kind import kind_of
from pipeline.office.look import Unsafe
from pipeline.office.reader import Reader
from pipeline.opening import Office, Progress, quiet
from pipeline.validate.findings import finding
from pipeline.verdict import quarantined
from schemas.language import Text

LOG = logging.getLogger("opsbook")
BATCH = 100
CONTAINERS = ("mail", "archive")
_WORKBOOKS = (".xlsx", ".xlsm")  # not read a second time over the network only to be put in order
_NAMED = 12  # parts named in an answer


def keep(office: Office, claims: Sequence[tuple[Path, dict[str, Any]]], progress: Progress = quiet) -> None:
    """Originals and envelopes first, then the ledger's rows, then the claims are dropped."""
    settings, done = office.settings, 0
    for batch in intake.chunks(claims, BATCH):
        kept = [store.keep(settings, envelope.with_suffix(".bin"), content) for envelope, content in batch]
        with office.engine.begin() as connection:
            decisions.add_arrivals(connection, [k.arrival for k in kept])
        for (envelope, content), each in zip(batch, kept, strict=True):
            if intake.drop(settings, envelope, intake.raw_name(content), each.size, each.mtime_ns):
                LOG.warning("file %d was still being written: it is taken in again", content["number"])
        done += len(batch)
        progress("store", done, len(claims))


def runs(files: Sequence[intake.Seen]) -> list[list[intake.Seen]]:
    """Files in runs that are taken in one after the other: none at first (what an earlier call left), then up to a mail or
    archive each, so that its parts are numbered before any later file: the newer figure is the one that counts."""
    found: list[list[intake.Seen]] = [[], []]
    for seen in files:
        found[-1].append(seen)
        if not seen.name.lower().endswith(_WORKBOOKS) and _looks_like_container(seen):
            found.append([])
    return found if found[-1] else found[:-1]


def open_containers(office: Office, reader: Reader, after: int = 0) -> list[Outcome]:
    """Take the parts out of every stored mail and archive numbered `after` that has no decision yet -> what became of them.

    In the order of their numbers, so that the parts get the same numbers whatever crash came between. Trouble of the
    machine raises: a part that waits must not be overtaken by a later file.
    """
    outcomes: list[Outcome] = []
    while fresh := _undecided(office, after):
        for each in fresh:
            submission = replace(each, received_at=each.received_at.astimezone(office.settings.zone))  # people's clock
            after = submission.number
            if _kind(office.settings.var / submission.path, submission.name) in CONTAINERS:
                outcomes.append(_opened(office, reader, submission))
    return outcomes


def _undecided(office: Office, after: int) -> list[Submission]:
    with office.engine.connect() as connection:
        fresh = book.waiting(connection, ("received",), after)
    return [s for s in fresh if not (d := store.decided(office.settings, s.sha256, s.number)) or not d["final"]]


def _looks_like_container(seen: intake.Seen) -> bool:
    try:
        return _kind(seen.path, seen.name) in CONTAINERS
    except OSError:  # storing it will tell
        return False


def _kind(path: Path, name: str) -> str:
    with open(path, "rb") as handle:
        return kind_of(handle.read(MOST_BYTES + 1), name)


def _opened(office: Office, reader: Reader, submission: Submission) -> Outcome:
    """Parts first: claimed, stored and in the ledger; then the container's own answer and decision."""
    folder = office.settings.taking / f"{submission.number:09d}.unpacked"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        said = reader.unpack(str(office.settings.var / submission.path), submission.name, str(folder))
        if isinstance(said, OSError):
            raise said
        result = _result(submission, said)
        if result.state == "accepted" and not isinstance(said, Unsafe):
            _take_parts(office, submission, folder, said["parts"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    batch = Batch(office, reader)
    batch.finish([result])
    return batch.done[submission.number]


def _take_parts(office: Office, container: Submission, folder: Path, parts: Sequence[Mapping[str, str]]) -> None:
    with office.engine.connect() as connection:
        known, last = book.parts_of(connection, container.number), book.last_number(connection)
    new: list[tuple[int, Path, Mapping[str, str]]] = []
    for n, part in enumerate(parts, 1):
        if intake.part_claim(container.number, n) not in known:
            name = f"{container.name}/{part['name']}"
            new.append((last + 1 + len(new), folder / f"{n:04d}", {**part, "name": name}))
    intake.claim_parts(office.settings, container, new)
    keep(office, intake.claims(office.settings, container.received_at, last))


def _result(submission: Submission, said: dict[str, Any] | Unsafe) -> ValidationResult:
    """The judgement of a container: accepted where a part came out of it, else quarantined with the reason."""
    if isinstance(said, Unsafe):
        return quarantined(submission, said)
    submission = replace(submission, **said["mail"])
    if submission.container:  # it was a part because it could not be opened where it lay: then it cannot be opened here
        return quarantined(submission, Unsafe("E_CONTAINER_BROKEN", "เปิดไม่ได้", "it cannot be opened"))
    left_out = [_left_out(said["passed"])] if said["passed"] else []
    if said["empty"]:
        result = quarantined(submission, Unsafe(*said["empty"]))
        return result.with_findings(*left_out)
    names = [p["name"] for p in said["parts"]]
    found = finding("I_UNPACKED", count=len(names), value=_listed(names))
    reason = Text(f"แยกไฟล์ออกมา {len(names)} ไฟล์", f"{len(names)} files taken out of it")
    return ValidationResult(Reading(submission, Identity()), "accepted", reason, (found, *left_out))


def _left_out(passed: Sequence[Sequence[str]]) -> Finding:
    th = _listed([f"{name} ({why})" for name, why, _ in passed])
    return finding("I_LEFT_BEHIND", value=th, value_en=_listed([f"{name} ({why})" for name, _, why in passed]))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:_NAMED]) + (f" … (+{len(names) - _NAMED})" if len(names) > _NAMED else "")
