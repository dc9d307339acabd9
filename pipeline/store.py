"""Claimed files -> originals by content, and beside each an envelope per arrival and per decision: what the ledger is rebuilt from."""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.durable import make_folder, sync_folder, write_durably
from pipeline.settings import Settings

_BLOCK = 1024 * 1024
_SEAL = "seal"


@dataclass(frozen=True)
class Kept:
    """One claimed file whose original is safe: the arrival for the ledger, and how the claimed file looked when read."""

    arrival: dict[str, Any]
    size: int
    mtime_ns: int


def aside(settings: Settings) -> Path:
    """Where unfinished files of the store lie."""
    folder = settings.originals / ".writing"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def folder_of(settings: Settings, sha: str) -> Path:
    """Where an original and its envelopes lie."""
    return settings.originals / sha[:2] / sha


def keep(settings: Settings, claimed: Path, claim: Mapping[str, Any]) -> Kept:
    """The claimed file's bytes under their sha256 and the arrival's envelope beside them, both durable.

    Done again after a crash it finds what is there and changes nothing.
    """
    temporary = aside(settings) / uuid.uuid4().hex
    try:
        sha, stat = _copy(claimed, temporary)
        folder = folder_of(settings, sha)
        original = folder / "original"
        if not original.exists() or original.stat().st_size != stat.st_size:
            make_folder(folder)
            os.replace(temporary, original)
            sync_folder(folder)
    finally:
        temporary.unlink(missing_ok=True)
    arrival = {**claim, "sha256": sha, "size": stat.st_size, "path": original.relative_to(settings.var).as_posix()}
    note = folder / f"arrival-{claim['claim']}.json"
    if not note.exists():
        write_durably(note, sealed(arrival), aside(settings))
    return Kept(arrival, stat.st_size, stat.st_mtime_ns)


def _copy(source: Path, target: Path) -> tuple[str, os.stat_result]:
    """Copy in blocks, fsynced -> (sha256 of what was written, the source as it was when its first byte was read)."""
    digest = hashlib.sha256()
    written = 0
    with open(source, "rb") as reading, open(target, "wb") as writing:
        stat = os.fstat(reading.fileno())
        while block := reading.read(_BLOCK):
            digest.update(block)
            writing.write(block)
            written += len(block)
        writing.flush()
        os.fsync(writing.fileno())
    if written != stat.st_size:
        raise BlockingIOError(11, "the file changed while it was read", str(source))
    return digest.hexdigest(), stat


def sealed(content: Mapping[str, Any]) -> bytes:
    """An envelope's bytes: JSON in ASCII with sorted keys and a seal that tells whether somebody changed it."""
    plain = json.dumps(content, ensure_ascii=True, sort_keys=True)
    seal = hashlib.sha256(plain.encode()).hexdigest()
    return json.dumps({**content, _SEAL: seal}, ensure_ascii=True, sort_keys=True, indent=0).encode()


def opened(data: bytes) -> dict[str, Any] | None:
    """What an envelope says; None where it is not whole or was changed."""
    try:
        content = json.loads(data)
        seal = content.pop(_SEAL)
    except (ValueError, KeyError, AttributeError, TypeError):
        return None
    plain = json.dumps(content, ensure_ascii=True, sort_keys=True)
    return content if hashlib.sha256(plain.encode()).hexdigest() == seal else None


# -- decisions ---------------------------------------------------------------------------------------------------------


def _decision_path(settings: Settings, sha: str, number: int) -> Path:
    return folder_of(settings, sha) / f"decision-{number:09d}.json"


def decide(settings: Settings, decision: Mapping[str, Any]) -> None:
    """Put a decision beside its original, durable. A pending one gives way to the final one; a final one stays."""
    known = decided(settings, decision["sha256"], decision["number"])
    if known is not None and (known["final"] or _same(known, decision)):
        return
    path = _decision_path(settings, decision["sha256"], decision["number"])
    write_durably(path, sealed(decision), aside(settings))


def _same(known: Mapping[str, Any], decision: Mapping[str, Any]) -> bool:
    return {**known, "decided_at": ""} == {**json.loads(json.dumps(decision)), "decided_at": ""}


def decided(settings: Settings, sha: str, number: int) -> dict[str, Any] | None:
    """The decision beside an original about one arrival; None where there is none that is whole."""
    try:
        return opened(_decision_path(settings, sha, number).read_bytes())
    except FileNotFoundError:
        return None


# -- reading the whole store -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Holding:
    """One folder of the store: the original (None where it is missing), its envelopes, and envelopes that are not whole."""

    sha256: str
    original: Path | None
    arrivals: tuple[dict[str, Any], ...]
    decisions: tuple[dict[str, Any], ...]
    broken: tuple[str, ...]


def holdings(settings: Settings) -> Iterator[Holding]:
    """Every folder of the store, by sha256."""
    for prefix in sorted(settings.originals.iterdir()):
        if len(prefix.name) == 2 and prefix.is_dir():
            for folder in sorted(prefix.iterdir()):
                if folder.is_dir():
                    yield _holding(folder)


def _holding(folder: Path) -> Holding:
    found: dict[str, list[dict[str, Any]]] = {"arrival": [], "decision": []}
    broken = []
    for path in sorted(folder.glob("*.json")):
        content = opened(path.read_bytes())
        kind = path.name.partition("-")[0]
        if content is None or kind not in found:
            broken.append(path.name)
        else:
            found[kind].append(content)
    original = folder / "original"
    there = original if original.is_file() else None
    return Holding(folder.name, there, tuple(found["arrival"]), tuple(found["decision"]), tuple(broken))


def sha_of(path: Path) -> str:
    """The sha256 of a file, read in blocks."""
    digest = hashlib.sha256()
    with open(path, "rb") as handle:
        while block := handle.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
