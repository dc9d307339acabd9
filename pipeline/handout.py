"""outbox -> outbox/units/UNIT: copies of all that one unit should see, so that the folder can be shared with it alone.

Copies and not hard links: a program that saves in place would write through a link into the centre's own file. Nothing
here is the only one of its kind, so it can be deleted and is made again; it is made after reports, never before an answer.
"""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pipeline.ledger import book
from pipeline.opening import Office, Progress, quiet
from pipeline.reply import unit_folder
from pipeline.settings import Settings

ROOM, KNOWN = "units", "units.json"
_OF_REPORTS = ("cards", "lists")


@dataclass(frozen=True)
class Copied:
    """One copy as it was made: size and time of its source, the time of the copy, and where it lies if not at its place."""

    size: int
    source_time: int
    time: int
    at: str = ""


def hand_out(office: Office, progress: Progress = quiet) -> list[str]:
    """Bring outbox/units up to date -> the copies written, as paths in outbox.

    Only what changed is copied. A copy that somebody filled in or changed is never written over nor removed: a newer one
    of ours lies beside it as “NAME (2)”. Copies of what is no longer in outbox go.
    """
    settings = office.settings
    with office.engine.connect() as connection:
        plans = [p for y in book.plan_years(connection) if (p := book.plan_of(connection, y)) is not None]
    wants = bool(plans) and plans[-1].settings["unit_folders"] == "yes"
    units = {unit_folder(u) for p in plans for u in p.units} if wants else set()
    wanted = {target: source for target, source in _sources(settings, units)}
    known = _known(settings)
    written, now = [], {}
    for done, (target, source) in enumerate(wanted.items(), start=1):
        before = known.pop(target, None)
        made = _copied(settings, source, target, before)
        if made is not None:
            now[target] = made
            written += [made.at or target] if made != before else []
        progress("units", done, len(wanted))
    for target, gone in known.items():
        _remove(settings, target, gone)
    _remember(settings, now)
    return written


# -- what a unit should see -------------------------------------------------------------------------------------------


def _sources(settings: Settings, units: set[str]) -> Iterator[tuple[str, Path]]:
    """(path in outbox of the copy, its source) of every file of these units, by folder names: never anybody else's."""
    outbox = settings.outbox
    for year in _folders(outbox / "templates"):
        for unit in _folders(year, units):
            yield from _all(f"{ROOM}/{unit.name}/templates/{year.name}", unit)
    for room in ("receipts", "returned", "mail"):
        for unit in _folders(outbox / room, units):
            yield from _all(f"{ROOM}/{unit.name}/{room}", unit)
    for year in _folders(outbox / "reports"):
        for period in _folders(year):
            for kind in _OF_REPORTS:
                yield from _named(period / kind, units, kind, period.name)
    for year in _folders(outbox / "letters"):
        for period in _folders(year):
            yield from _named(period, units, "letters", period.name)


def _folders(where: Path, among: set[str] | None = None) -> list[Path]:
    with suppress(FileNotFoundError), os.scandir(where) as found:
        names = sorted(e.name for e in found if e.is_dir(follow_symlinks=False))
        return [where / n for n in names if (among is None and not n.startswith((".", "_"))) or n in (among or ())]
    return []


def _all(target: str, folder: Path) -> Iterator[tuple[str, Path]]:
    """Every file below a unit's own folder, done/ and the like included."""
    with suppress(FileNotFoundError), os.scandir(folder) as found:
        for entry in sorted(found, key=lambda e: e.name):
            if entry.is_dir(follow_symlinks=False):
                yield from _all(f"{target}/{entry.name}", Path(entry.path))
            elif entry.is_file(follow_symlinks=False):
                yield f"{target}/{entry.name}", Path(entry.path)


def _named(folder: Path, units: set[str], kind: str, period: str) -> Iterator[tuple[str, Path]]:
    """Files named by unit in a folder of everybody's: UNIT.docx -> units/UNIT/KIND/PERIOD.docx."""
    with suppress(FileNotFoundError), os.scandir(folder) as found:
        for entry in sorted(found, key=lambda e: e.name):
            stem, suffix = os.path.splitext(entry.name)
            if stem in units and entry.is_file(follow_symlinks=False):
                yield f"{ROOM}/{stem}/{kind}/{period}{suffix}", Path(entry.path)


# -- one copy ---------------------------------------------------------------------------------------------------------


def _copied(settings: Settings, source: Path, target: str, before: Copied | None) -> Copied | None:
    """The copy as it lies now, made anew where its source changed; None where it could not be made this time."""
    try:
        own = source.stat()
    except FileNotFoundError:  # moved away since the folder was listed
        return before
    place = settings.outbox / (before.at or target if before else target)
    there = _state(place)
    fresh = before is not None and (before.size, before.source_time) == (own.st_size, own.st_mtime_ns)
    if fresh and there is not None:
        return before
    if before is None and there == (own.st_size, own.st_mtime_ns):  # made before what was made was forgotten
        return Copied(own.st_size, own.st_mtime_ns, own.st_mtime_ns)
    if there is not None and there[0] and (before is None or there != (before.size, before.time)):
        place = _second(settings.outbox / target)
    try:
        time = _copy(settings, source, place)
    except (PermissionError, FileNotFoundError):  # held open by a program, or gone meanwhile
        return before
    relative = place.relative_to(settings.outbox).as_posix()
    return Copied(own.st_size, own.st_mtime_ns, time, "" if relative == target else relative)


def _copy(settings: Settings, source: Path, target: Path) -> int:
    """Copy aside with the time of the source, rename into place -> the time the file system keeps of the copy."""
    aside = settings.writing / f"{uuid.uuid4().hex}{source.suffix}"
    try:
        shutil.copyfile(source, aside)
        shutil.copystat(source, aside)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(aside, target)
    finally:
        aside.unlink(missing_ok=True)
    return target.stat().st_mtime_ns


def _state(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_size, found.st_mtime_ns


def _second(path: Path) -> Path:
    """The first free name beside a file that is somebody's: NAME (2), NAME (3), …"""
    n = 2
    while (free := path.with_name(f"{path.stem} ({n}){path.suffix}")).exists():
        n += 1
    return free


def _remove(settings: Settings, target: str, copied: Copied) -> None:
    """Remove a copy of ours that nobody touched, and folders that it leaves empty."""
    path = settings.outbox / (copied.at or target)
    room = settings.outbox / ROOM
    if not path.is_relative_to(room) or ".." in path.parts or _state(path) != (copied.size, copied.time):
        return
    with suppress(OSError):
        path.unlink()
        for folder in path.parents:
            if folder == room:
                break
            folder.rmdir()


# -- what was made ----------------------------------------------------------------------------------------------------


def _known(settings: Settings) -> dict[str, Copied]:
    """The copies made so far; where that is lost, copies like their sources are taken for ours, others for somebody's."""
    try:
        found = json.loads((settings.var / KNOWN).read_text(encoding="utf-8"))
        return {str(k): Copied(*v) for k, v in found.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _remember(settings: Settings, made: Mapping[str, Copied]) -> None:
    aside = settings.var / f"{KNOWN}.{uuid.uuid4().hex}"
    content = {k: [c.size, c.source_time, c.time, c.at] for k, c in made.items()}
    aside.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    os.replace(aside, settings.var / KNOWN)
