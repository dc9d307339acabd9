"""Matched evidence -> readable copies in outbox/evidence/FY/UNIT/, to which the register leads.

Copies, no hard links: somebody who opens a copy in Word and saves it must not change the original. The name of a copy holds
a piece of its sha256, so what lies there is never another version, and doing it again changes nothing.
"""

from __future__ import annotations

import os
import re
import shutil
from contextlib import suppress
from functools import partial
from pathlib import Path

import pandas as pd

from pipeline.evidence.state import evidence_state
from pipeline.ledger import book, proofs
from pipeline.opening import Office
from pipeline.reply import place
from pipeline.settings import Settings
from pipeline.store import folder_of

_OURS = re.compile(r".+-[0-9a-f]{8}(?:\.[a-z]{2,4})?")


def place_copies(office: Office) -> list[str]:
    """Make outbox/evidence say what the ledger says: missing copies written, those that prove nothing any more removed -> what
    was written. Safe to repeat at any moment."""
    settings = office.settings
    wanted: dict[str, str] = {}
    with office.engine.connect() as connection:
        if not proofs.any_came(connection):
            return []
        for year in book.plan_years(connection):
            plan = book.plan_of(connection, year)
            assert plan is not None
            state = evidence_state(connection, plan, settings.zone, office.clock.now().date())
            for frame in (state.named, state.maps):
                wanted |= _paths(frame)
    written = [path for path, sha in wanted.items() if _put(settings, path, sha)]
    _remove(settings.outbox, set(wanted))
    return written


def _paths(frame: pd.DataFrame) -> dict[str, str]:
    return {path: sha for path, sha in zip(frame["path"], frame["sha256"], strict=True) if path}


def _put(settings: Settings, path: str, sha: str) -> bool:
    original, target = folder_of(settings, sha) / "original", settings.outbox / path
    if not original.is_file() or (target.is_file() and target.stat().st_size == original.stat().st_size):
        return False
    place(settings, path, partial(_copy, original))
    return True


def _copy(original: Path, path: str) -> None:
    shutil.copyfile(original, path)


def _remove(outbox: Path, wanted: set[str]) -> None:
    for path in sorted((outbox / "evidence").glob("*/*/*")):
        if path.relative_to(outbox).as_posix() not in wanted and _OURS.fullmatch(path.name):
            with suppress(OSError):  # held open: the next run removes it
                os.unlink(path)
