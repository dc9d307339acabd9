"""A scorecard -> the files of its publication in outbox, only what changed; and the manifest that vouches for them."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache, lru_cache, partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from pipeline import printed
from pipeline.model import Scorecard
from pipeline.office import letterhead as office
from pipeline.reply import place, unit_folder
from pipeline.report.outputs import Piece, pieces
from pipeline.report.share import newest_first
from pipeline.settings import Settings

LOG = logging.getLogger("opsbook")
MANIFEST = "manifest.json"
_ENTRY = {"path", "bytes", "sha256", "basis"}
# The bytes of a file depend on these as well, so a new version draws everything anew.
LIBRARIES = ("pandas", "xlsxwriter", "python-docx")


@dataclass(frozen=True)
class Source:
    """One submission behind a publication."""

    submission: int
    file: str
    sha256: str
    received_at: str


@cache
def software() -> dict[str, str]:
    """This program and the libraries that write, with their versions; "unknown" where it runs uninstalled."""
    found = {}
    for name in ("opsbook", *LIBRARIES):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "unknown"
    return found


def publication(
    settings: Settings,
    card: Scorecard,
    sources: Sequence[Source],
    plan_sha256: str,
    headline: bool = True,
    progress: Callable[[str, int, int], None] = lambda _w, _d, _t: None,
) -> list[str]:
    """Write what changed of a period's publication -> the paths in outbox that were written.

    A file whose basis is the manifest's and whose bytes are still there is not drawn again; one drawn to the same bytes
    is not replaced; one that belongs to the publication no longer is removed. Papers of units are made while the period
    is the `headline` one (or was asked for); those made once are kept up to date ever after. So are the PDFs.
    """
    head = letterhead(settings)
    card = replace(card, letterhead=head.data)
    old = manifest(settings, card.fiscal_year, card.period)
    known = {o["path"]: o for o in old.get("outputs", [])} if old.get("software") == software() else {}
    made = {o["path"] for o in old.get("outputs", [])}
    planned = [p for p in pieces(card, unit_folder) if headline or not p.paper or p.path in made]
    issue = _Issue(settings, known)
    for done, piece in enumerate(_by_worth(card, planned) if known else planned, start=1):
        issue.put(piece.path, piece.basis(), piece.draw)
        progress("publish", done, len(planned))
    folder = f"reports/{card.fiscal_year}/{card.period}"
    begun = headline or bool(made & {f"{folder}/{printed.PDF}"})
    printer = printed.beside(settings, folder, list(issue.listed), card.as_of, issue.put) if begun else ""
    issue.sort([p.path for p in planned])
    _remove(settings, card, made - {o["path"] for o in issue.listed})
    content = {
        "fiscal_year": card.fiscal_year,
        "period": card.period,
        "as_of": card.as_of.isoformat(),
        "plan": {"revision": card.plan_revision, "sha256": plan_sha256},
        "software": software(),
        "letterhead": {"sha256": head.sha256, "refused": head.refused},
        "printer": printer,
        "inputs": [vars(s) for s in sources],
        "outputs": issue.listed,
    }
    place_text(settings, _manifest_path(card.fiscal_year, card.period), _json(content))
    return issue.written


def _by_worth(card: Scorecard, planned: Sequence[Piece]) -> list[Piece]:
    """Where a publication stands already: first the papers of the unit whose file came last and of its parent, then those
    of all others, and at the end the whole, which takes longest and of which a unit waits for nothing."""
    places = newest_first(card)
    return sorted(planned, key=lambda p: (not p.paper, places.get(p.key, len(places))))


class _Issue:
    """The files of one publication as they are put into outbox: `listed` all of them, `written` those that changed."""

    def __init__(self, settings: Settings, known: Mapping[str, Mapping[str, Any]]) -> None:
        self._settings, self._known = settings, known
        self.listed: list[dict[str, Any]] = []
        self.written: list[str] = []

    def sort(self, paths: Sequence[str]) -> None:
        """Bring what is listed and written into the order of `paths`, whatever was drawn first; the rest stays behind."""
        rank = {path: n for n, path in enumerate(paths)}
        self.listed.sort(key=lambda o: rank.get(o["path"], len(rank)))
        self.written.sort(key=lambda path: rank.get(path, len(rank)))

    def put(self, path: str, basis: str, draw: Callable[[str], None]) -> str:
        """Draw a file unless the one there is made from the same -> where it lies."""
        entry = self._known.get(path)
        if entry is not None and entry["basis"] == basis and _sha(self._settings.outbox / path) == entry["sha256"]:
            self.listed.append(dict(entry))
            return path
        path, fresh = _put(self._settings, path, draw)
        self.written += [path] if fresh else []
        self.listed.append(_entry(self._settings, path, basis))
        return path


def manifest(settings: Settings, year: int, period: str) -> dict[str, Any]:
    """The manifest of a period's last publication, {} where there is none that can be read or it was tampered with."""
    try:
        found = json.loads((settings.outbox / _manifest_path(year, period)).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    outputs = found.get("outputs") if isinstance(found, dict) else None
    whole = isinstance(outputs, list) and all(isinstance(o, dict) and o.keys() >= _ENTRY for o in outputs)
    return found if whole else {}


def complete(settings: Settings, year: int, period: str) -> bool:
    """Whether every file of the last publication is still there and the program that made it is this one."""
    found = manifest(settings, year, period)
    same = found.get("software") == software() and _head(found) == letterhead(settings).sha256
    return same and all((settings.outbox / o["path"]).is_file() for o in found["outputs"])


def _head(found: Mapping[str, Any]) -> str:
    known = found.get("letterhead")
    return str(known.get("sha256", "")) if isinstance(known, dict) else ""


@dataclass(frozen=True)
class Letterhead:
    """The office's own .docx beside opsbook.toml: its bytes where papers use it, or in Thai why they do not."""

    data: bytes = b""
    sha256: str = ""
    refused: str = ""


def letterhead(settings: Settings) -> Letterhead:
    """The letterhead as it lies there now; an unfit one is told with one line in the log, and ours is used."""
    path = settings.root / office.FILE
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return Letterhead()
    return _judged(data)


@lru_cache(maxsize=4)
def _judged(data: bytes) -> Letterhead:
    sha = hashlib.sha256(data).hexdigest()
    try:
        office.checked(data)
    except office.Refused as error:
        LOG.warning("%s is not used: %s", office.FILE, error)
        return Letterhead(b"", sha, error.text.th)
    return Letterhead(data, sha)


def place_text(settings: Settings, relative: str, text: str) -> None:
    """Write a text file into outbox, unless it says that already."""
    if _sha(settings.outbox / relative) != hashlib.sha256(text.encode()).hexdigest():
        place(settings, relative, partial(_write, text.encode()))


def _write(data: bytes, path: str) -> None:
    Path(path).write_bytes(data)


def _manifest_path(year: int, period: str) -> str:
    return f"reports/{year}/{period}/{MANIFEST}"


def _json(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _put(settings: Settings, where: str, draw: Callable[[str], None]) -> tuple[str, bool]:
    """Draw aside and rename into place, unless the same bytes stand there already -> (path, whether it was written).

    The path has a second name where a program held the file open.
    """
    aside = settings.writing / f"{uuid.uuid4().hex}{Path(where).suffix}"
    try:
        draw(str(aside))
        if _sha(aside) == _sha(settings.outbox / where):
            return where, False
        return place(settings, where, lambda path: os.replace(aside, path)), True
    finally:
        aside.unlink(missing_ok=True)


def _entry(settings: Settings, path: str, basis: str) -> dict[str, Any]:
    target = settings.outbox / path
    return {"path": path, "bytes": target.stat().st_size, "sha256": _sha(target), "basis": basis}


def _sha(path: Path) -> str:
    """sha256 of a file, "" where there is none."""
    try:
        with open(path, "rb") as handle:
            return hashlib.file_digest(handle, "sha256").hexdigest()
    except FileNotFoundError:
        return ""


def _remove(settings: Settings, card: Scorecard, paths: set[str]) -> None:
    """Remove files that belong to the publication no longer; one that a program holds open stays."""
    own = [settings.outbox / room / str(card.fiscal_year) / card.period for room in ("reports", "data")]
    for path in sorted(paths):
        target = settings.outbox / path
        if ".." not in target.parts and any(target.is_relative_to(folder) for folder in own):
            with suppress(OSError):
                target.unlink(missing_ok=True)
