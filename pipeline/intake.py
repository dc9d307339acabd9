"""inbox/ -> arrivals whose originals are safely stored: settled, claimed, hashed, fsynced, before anything is decided."""

from __future__ import annotations

import hashlib
import json
import os
import time
import uuid
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.settings import Settings

LOOKS_APART = 2.0  # seconds between the two looks at a file
JUDGED_AFTER = 10.0  # seconds without change after which a file that is not whole is judged as it is
_IGNORED_NAMES = {"thumbs.db", "desktop.ini", "readme.md", ".ds_store", ".gitkeep"}
_IGNORED_ENDS = (".tmp", ".part", ".partial", ".crdownload", ".swp", ".lnk", "~")
_FORMS = (b"central_plan", b"monthly_plan", b"quarterly_result")


@dataclass(frozen=True)
class Seen:
    """One look at a file in the inbox."""

    path: Path
    name: str
    size: int
    mtime_ns: int
    inode: int


def ignored(name: str) -> bool:
    """Lock files of office programs, temporary, hidden and system files: never ours to take."""
    low = name.lower()
    return low.startswith(("~$", ".")) or low in _IGNORED_NAMES or low.endswith(_IGNORED_ENDS)


def scan(inbox: Path) -> dict[str, Seen]:
    """Every file of the inbox and its sub-folders by relative name; what vanishes while we look is left out."""
    found: dict[str, Seen] = {}
    folders = [inbox]
    while folders:
        folder = folders.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda e: e.name)
        except OSError:
            continue
        for entry in entries:
            if ignored(entry.name):
                continue
            try:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(Path(entry.path))
                elif entry.is_file(follow_symlinks=False):
                    stat = entry.stat(follow_symlinks=False)
                    name = Path(entry.path).relative_to(inbox).as_posix()
                    found[name] = Seen(Path(entry.path), name, stat.st_size, stat.st_mtime_ns, stat.st_ino)
            except OSError:
                continue
    return found


def _locked(seen: Seen) -> bool:
    folder, name = seen.path.parent, seen.path.name
    return (
        (folder / f"~${name}").exists() or (folder / f"~${name[2:]}").exists() or (folder / f".~lock.{name}#").exists()
    )


def _whole(seen: Seen) -> bool:
    """An archive that ends as an archive ends; everything else is judged only after it stood still for a while."""
    try:
        return zipfile.is_zipfile(seen.path)
    except OSError:
        return False


def settled(inbox: Path, sleep: Callable[[float], None] = time.sleep) -> tuple[list[Seen], list[Seen]]:
    """(files to take, files still pending): two looks at least two seconds apart; not whole but still for 10 s counts."""
    first = scan(inbox)
    if not first:
        return [], []
    sleep(LOOKS_APART)
    second = scan(inbox)
    ready, waiting, pending = [], [], []
    for name, seen in second.items():
        if first.get(name) != seen or _locked(seen):
            pending.append(seen)
        elif _whole(seen):
            ready.append(seen)
        else:
            waiting.append(seen)
    if waiting:
        still = [s for s in waiting if time.time() - s.mtime_ns / 1e9 < JUDGED_AFTER]
        if still:
            sleep(JUDGED_AFTER - LOOKS_APART)
        third = scan(inbox)
        for seen in waiting:
            (ready if third.get(seen.name) == seen else pending).append(seen)
    order = {name: n for n, name in enumerate(sorted(second, key=lambda n: (second[n].mtime_ns, n)))}
    return sorted(ready, key=lambda s: order[s.name]), pending


def _fsync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_durably(path: Path, data: bytes) -> None:
    """`data` at `path`, whole or not at all: temporary name, fsync, rename, fsync of the folder."""
    temporary = path.with_name(f".{uuid.uuid4().hex}.new")
    with open(temporary, "wb") as handle:
        handle.write(data)
        handle.flush()
        os.fsync(handle.fileno())
    os.replace(temporary, path)
    _fsync_folder(path.parent)


def claim(settings: Settings, seen: Seen, received_at: datetime) -> Path | None:
    """Move a file out of the inbox into inbox/.taking under a claim of its own; None where it vanished or is held.

    The envelope (name, time) is written beside it first, so that a crash never loses what the file was called.
    """
    token = uuid.uuid4().hex
    envelope = settings.taking / f"{token}.json"
    content = {
        "claim": token,
        "name": seen.name,
        "received_at": received_at.astimezone(UTC).isoformat(),
        "channel": "folder",
        "sender": "",
    }
    write_durably(envelope, json.dumps(content, ensure_ascii=True).encode())
    try:
        os.rename(seen.path, settings.taking / f"{token}.bin")
    except OSError:
        envelope.unlink(missing_ok=True)
        return None
    return envelope


def claims(settings: Settings) -> list[Path]:
    """Envelopes that lie in inbox/.taking, oldest first: what a crash left behind is taken up again."""
    found = []
    for envelope in sorted(settings.taking.glob("*.json"), key=lambda p: p.stat().st_mtime_ns):
        if envelope.with_suffix(".bin").exists():
            found.append(envelope)
        else:
            envelope.unlink(missing_ok=True)
    return found


def store(settings: Settings, envelope: Path) -> dict[str, Any]:
    """The claimed file's original by content (durable) -> the arrival for the ledger. The claim itself stays for now."""
    content: dict[str, Any] = json.loads(envelope.read_bytes())
    data = envelope.with_suffix(".bin").read_bytes()
    sha = hashlib.sha256(data).hexdigest()
    folder = settings.originals / sha[:2] / sha
    original = folder / "original"
    if not original.exists():
        folder.mkdir(parents=True, exist_ok=True)
        write_durably(original, data)
        _fsync_folder(folder.parent)
    note = folder / f"arrival-{content['claim']}.json"
    if not note.exists():
        write_durably(
            note, json.dumps({**content, "sha256": sha, "size": len(data)}, ensure_ascii=True, sort_keys=True).encode()
        )
    return {
        "claim": content["claim"],
        "sha256": sha,
        "received_at": content["received_at"],
        "name": content["name"],
        "channel": content["channel"],
        "sender": content["sender"],
        "path": original.relative_to(settings.var).as_posix(),
        "size": len(data),
    }


def drop(envelope: Path) -> None:
    """Forget a claim whose arrival the ledger has committed."""
    envelope.with_suffix(".bin").unlink(missing_ok=True)
    envelope.unlink(missing_ok=True)


def likely_order(path: Path) -> int:
    """A cheap guess at the place of a file in its batch: plan 0, monthly plan 1, quarterly result 2, anything else 3.

    Only sorts; what the file really is, `identify` says. Reads at most 4 MiB and never fails.
    """
    try:
        with zipfile.ZipFile(path) as archive, archive.open("xl/sharedStrings.xml") as part:
            text = part.read(4 * 1024 * 1024)
    except (OSError, KeyError, ValueError, RuntimeError, NotImplementedError, EOFError, zipfile.BadZipFile, zlib.error):
        return 3
    at = text.find(b">opsbook<")
    places = [n for n, name in enumerate(_FORMS) if at >= 0 and b">" + name + b"<" in text]
    return places[0] if places else 3


def chunks(items: Sequence[Any], size: int = 100) -> Iterator[Sequence[Any]]:
    """Micro-batches: one ledger transaction each."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
