"""inbox/ -> claims: what has settled is moved out under a claim of its own; what has not is shown as waiting, with the reason."""

from __future__ import annotations

import json
import os
import time
import uuid
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline import trouble
from pipeline.durable import sync_folder
from pipeline.model import Submission
from pipeline.settings import Settings
from schemas.language import Text

LOOKS_APART = 2.0  # seconds a file must stand still before it is taken
JUDGED_AFTER = 10.0  # seconds without change after which a file that is not whole is judged as it is
LOCK_FORGOTTEN = 24 * 3600.0  # seconds after which the lock file of an office program was left behind by a crash
_IGNORED_NAMES = {"thumbs.db", "desktop.ini", "readme.md", ".ds_store", ".gitkeep"}
_IGNORED_ENDS = (".tmp", ".part", ".partial", ".crdownload", ".swp", ".lnk", "~")
_FORMS = (b"central_plan", b"monthly_plan", b"quarterly_result")

COPYING = Text("ยังคัดลอกไม่เสร็จ", "Still being copied")
HELD_OPEN = Text("เปิดค้างอยู่ในโปรแกรม: ปิดไฟล์แล้วระบบจะรับเอง", "Open in a program: close it and it is taken in")
DENIED = Text("ไม่มีสิทธิ์อ่าน: ให้ผู้ดูแลตรวจสิทธิ์ของไฟล์", "No permission to read it: have the permissions checked")
A_LINK = Text("เป็นลิงก์ ไม่ใช่ไฟล์: คัดลอกตัวไฟล์มาวาง", "A link, not a file: copy the file itself")
SPECIAL = Text("ไม่ใช่ไฟล์ธรรมดา", "Not an ordinary file")
NO_FOLDER = Text("เปิดโฟลเดอร์ไม่ได้: ให้ผู้ดูแลตรวจสิทธิ์", "The folder cannot be opened: have its permissions checked")


@dataclass(frozen=True)
class Seen:
    """One look at a file in the inbox."""

    path: Path
    name: str
    size: int
    mtime_ns: int
    inode: int


@dataclass(frozen=True)
class Waiting:
    """A file of the inbox that is not taken now, and why."""

    name: str
    size: int
    why: Text
    stopped: bool = False  # by trouble of this machine


def ignored(name: str) -> bool:
    """Lock files of office programs, temporary, hidden and system files: never ours to take."""
    low = name.lower()
    return low.startswith(("~$", ".")) or low in _IGNORED_NAMES or low.endswith(_IGNORED_ENDS)


def printable(name: str) -> str:
    """A file name as data: bytes that are no UTF-8 as \\xNN, so that it can be stored and printed anywhere."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def scan(inbox: Path) -> tuple[dict[str, Seen], list[Waiting]]:
    """(files of the inbox and its sub-folders by relative name, what is there but no file that could be taken)."""
    found: dict[str, Seen] = {}
    odd: list[Waiting] = []
    folders = [inbox]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as listing:
                entries = sorted((e for e in listing if not ignored(e.name)), key=lambda e: e.name)
        except FileNotFoundError:
            continue
        except OSError:
            odd.append(Waiting(_name(folder, inbox), 0, NO_FOLDER))
            continue
        for entry in entries:
            with suppress(OSError):  # what vanishes while we look is left out
                _sort(entry, inbox, folders, found, odd)
    return found, odd


def _name(path: Path, inbox: Path) -> str:
    return path.relative_to(inbox).as_posix()


def _sort(
    entry: os.DirEntry[str], inbox: Path, folders: list[Path], found: dict[str, Seen], odd: list[Waiting]
) -> None:
    path = Path(entry.path)
    name = _name(path, inbox)
    stat = entry.stat(follow_symlinks=False)
    if entry.is_symlink():
        odd.append(Waiting(name, 0, A_LINK))
    elif entry.is_dir(follow_symlinks=False):
        folders.append(path)
    elif entry.is_file(follow_symlinks=False):
        # On Windows a directory listing knows no inode and may lag behind: ask the file itself.
        stat = os.stat(path, follow_symlinks=False) if os.name == "nt" else stat
        found[name] = Seen(path, name, stat.st_size, stat.st_mtime_ns, stat.st_ino)
    else:
        odd.append(Waiting(name, 0, SPECIAL))


def _held_open(seen: Seen, clock: float) -> bool:
    """Whether the lock file of Excel or LibreOffice lies beside it; one that nobody touched for a day is a left-over."""
    folder, name = seen.path.parent, seen.path.name
    locks = [folder / f"~${name}", folder / f".~lock.{name}#"]
    if not (folder / name[2:]).exists():  # Excel leaves out the first two letters of a long name
        locks.append(folder / f"~${name[2:]}")
    return any(lock.exists() and clock - lock.stat().st_mtime < LOCK_FORGOTTEN for lock in locks)


class Settling:
    """Since when each file of the inbox has stood still, on a clock that only goes forward."""

    def __init__(self, inbox: Path) -> None:
        self._inbox = inbox
        self._since: dict[str, tuple[Seen, float]] = {}

    def look(self, now: float) -> tuple[list[Seen], list[Waiting]]:
        """Look once, at `now` -> (files to take, oldest first; files that wait)."""
        files, waiting = scan(self._inbox)
        self._since = {name: self._kept(name, seen, now) for name, seen in files.items()}
        clock = self._share_clock() if files else 0.0
        ready = []
        for name, seen in files.items():
            try:
                why = self._why(seen, now - self._since[name][1], clock)
            except FileNotFoundError:
                continue
            except OSError as error:
                why = DENIED if isinstance(error, PermissionError) else COPYING
            if why is None:
                ready.append(seen)
            else:
                waiting.append(Waiting(name, seen.size, why))
        return sorted(ready, key=lambda s: (s.mtime_ns, s.name)), waiting

    def _kept(self, name: str, seen: Seen, now: float) -> tuple[Seen, float]:
        before = self._since.get(name)
        return before if before is not None and before[0] == seen else (seen, now)

    def _why(self, seen: Seen, still: float, clock: float) -> Text | None:
        """Why a file waits, None where it can be taken: whole after two seconds, anything after ten."""
        if _held_open(seen, clock):
            return HELD_OPEN
        if still < LOOKS_APART:
            return COPYING
        with open(seen.path, "rb") as handle:
            if zipfile.is_zipfile(handle):
                return None
        old = clock - seen.mtime_ns / 1e9 >= JUDGED_AFTER
        return None if still >= JUDGED_AFTER or old else COPYING

    def _share_clock(self) -> float:
        """The time of the machine that holds the inbox: a file server's clock may differ from ours."""
        mark = self._inbox / ".taking" / ".clock"
        try:
            mark.touch()
            return mark.stat().st_mtime
        except OSError:
            return 0.0


def settled(inbox: Path, sleep: Callable[[float], None] = time.sleep) -> tuple[list[Seen], list[Waiting]]:
    """(files to take, files that wait) after two looks; a third where a file does not end as an archive ends."""
    settling = Settling(inbox)
    _, waiting = settling.look(0.0)
    if not any(w.why is COPYING for w in waiting) and LOOKS_APART:
        return [], waiting
    sleep(LOOKS_APART)
    ready, waiting = settling.look(LOOKS_APART)
    if any(w.why is COPYING for w in waiting):
        sleep(max(0.0, JUDGED_AFTER - LOOKS_APART))
        ready, waiting = settling.look(max(JUDGED_AFTER, LOOKS_APART))
    return ready, waiting


# -- claims ------------------------------------------------------------------------------------------------------------


def claim(settings: Settings, files: Sequence[Seen], first: int, received_at: datetime) -> list[Waiting]:
    """Move files out of the inbox into inbox/.taking under numbered claims -> those that could not be moved.

    An envelope (number, name, time) is durable before its file moves, so that a crash never loses what a file was
    called; the moves are durable when this returns, so that no file is back in the inbox after it was taken. What
    vanished meanwhile is no arrival.
    """
    envelopes: list[tuple[Seen, Path]] = []
    left: list[Waiting] = []
    try:
        for number, seen in enumerate(files, first):
            envelopes.append((seen, _envelope(settings, number, seen.name, received_at)))
        sync_folder(settings.taking)
    except OSError as error:
        for _, envelope in envelopes:
            envelope.unlink(missing_ok=True)
        return [_stopped(seen, error) for seen in files]
    for seen, envelope in envelopes:
        try:
            os.rename(seen.path, envelope.with_suffix(".bin"))
        except OSError as error:
            envelope.unlink(missing_ok=True)
            if not isinstance(error, FileNotFoundError):
                left.append(_stopped(seen, error))
    for folder in {settings.taking, *(seen.path.parent for seen in files)}:
        with suppress(FileNotFoundError):  # a unit's folder may be gone with its last file
            sync_folder(folder)
    return left


def hand_in(settings: Settings, number: int, name: str, data: bytes, received_at: datetime, channel: str) -> None:
    """Claim bytes of our own making as if they had lain in the inbox: the next call of `receive.take` stores them.

    Durable when it returns; a crash before that leaves nothing behind.
    """
    envelope = _envelope(settings, number, name, received_at, more={"channel": channel})
    temporary = envelope.with_suffix(".bin.new")
    with open(temporary, "wb") as handle:
        handle.write(data)
        handle.flush()
        os.fsync(handle.fileno())
    os.replace(temporary, envelope.with_suffix(".bin"))
    sync_folder(settings.taking)


def _stopped(seen: Seen, error: OSError) -> Waiting:
    found = trouble.of(error)
    assert found is not None
    return Waiting(seen.name, seen.size, found.text, stopped=found.stops)


def part_claim(container: int, n: int) -> str:
    """The claim of the n-th part of a mail or archive: the same whenever it is opened, so that no part is taken twice."""
    return f"{container:09d}-part-{n:04d}"


def claim_parts(
    settings: Settings, container: Submission, parts: Sequence[tuple[int, Path, Mapping[str, str]]]
) -> None:
    """Put parts taken out of a stored container under claims: (number, where it lies unpacked, what its envelope says).

    Envelopes are durable before their files move, as for any claim; they are numbered in the order of the parts.
    """
    envelopes = []
    for number, unpacked, said in parts:
        token = part_claim(container.number, int(unpacked.name))
        more = {**{k: v for k, v in said.items() if k != "name"}, "container": container.number}
        envelopes.append((unpacked, _envelope(settings, number, said["name"], container.received_at, token, more)))
    sync_folder(settings.taking)
    for unpacked, envelope in envelopes:
        with open(unpacked, "rb+") as handle:
            os.fsync(handle.fileno())
        os.rename(unpacked, envelope.with_suffix(".bin"))


def _envelope(
    settings: Settings,
    number: int,
    name: str,
    received_at: datetime,
    token: str = "",
    more: Mapping[str, Any] | None = None,
) -> Path:
    token = token or f"{number:09d}-{uuid.uuid4().hex}"
    content: dict[str, Any] = {
        "claim": token,
        "number": number,
        "name": printable(name),
        "received_at": received_at.astimezone(UTC).isoformat(),
        "channel": "folder",
        "sender": "",
        **(more or {}),
    }
    if content["name"] != name:
        content["raw"] = os.fsencode(name).hex()
    path = settings.taking / f"{token}.json"
    temporary = settings.taking / f"{token}.new"
    with open(temporary, "wb") as handle:
        handle.write(json.dumps(content, ensure_ascii=True).encode())
        handle.flush()
        os.fsync(handle.fileno())
    os.replace(temporary, path)
    return path


def claims(settings: Settings, received_at: datetime, last: int) -> list[tuple[Path, dict[str, Any]]]:
    """(envelope, what it says) of every claim in inbox/.taking by number: what a crash left behind is taken up again.

    `last` is the highest number given so far; a file whose envelope is gone gets a new one.
    """
    found: list[tuple[Path, dict[str, Any]]] = []
    for path in sorted(settings.taking.iterdir()):
        if path.suffix == ".new" or (path.suffix == ".json" and not path.with_suffix(".bin").exists()):
            path.unlink(missing_ok=True)
        elif path.suffix == ".json":
            found.append((path, json.loads(path.read_bytes())))
    highest = max([last, *(content["number"] for _, content in found)])
    for orphan in sorted(p for p in settings.taking.glob("*.bin") if not p.with_suffix(".json").exists()):
        highest += 1
        envelope = _envelope(settings, highest, orphan.name, received_at)
        os.rename(orphan, envelope.with_suffix(".bin"))
        found.append((envelope, json.loads(envelope.read_bytes())))
    return sorted(found, key=lambda pair: pair[1]["number"])


def drop(settings: Settings, envelope: Path, name: str, size: int, mtime_ns: int) -> bool:
    """Forget a claim whose arrival the ledger has committed; True where the file was changed since it was read.

    A program that kept the file open may have gone on writing: then it goes back to the inbox as a new file.
    """
    claimed = envelope.with_suffix(".bin")
    changed = False
    with suppress(FileNotFoundError):
        stat = claimed.stat()
        changed = (stat.st_size, stat.st_mtime_ns) != (size, mtime_ns)
        if changed:
            _put_back(settings, claimed, name)
        else:
            claimed.unlink()
    envelope.unlink(missing_ok=True)
    return changed


def _put_back(settings: Settings, claimed: Path, name: str) -> None:
    target = settings.inbox / name
    if target.exists() or not target.parent.is_dir():
        target = settings.inbox / f"{claimed.stem[:9]}{Path(name).suffix[:10]}"
    os.rename(claimed, target)


def likely_order(path: Path) -> int:
    """A cheap guess at the place of a file in its batch: plan 0, monthly plan 1, quarterly result 2, anything else 3.

    Only sorts; what the file really is, `identify` says. Reads at most 4 MiB and never fails.
    """
    try:
        text = _words_of(path)
    except (OSError, KeyError, ValueError, RuntimeError, NotImplementedError, EOFError, zipfile.BadZipFile, zlib.error):
        return 3
    at = text.find(b"opsbook")
    places = [n for n, name in enumerate(_FORMS) if at >= 0 and name in text]
    return places[0] if places else 3


def _words_of(path: Path) -> bytes:
    """The first 4 MiB of the part in which a workbook keeps its texts; an old .xls keeps them in the open."""
    most = 4 * 1024 * 1024
    if not zipfile.is_zipfile(path):
        with path.open("rb") as file:
            return file.read(most)
    with zipfile.ZipFile(path) as archive:
        part = next(n for n in ("xl/sharedStrings.xml", "content.xml", "") if n in archive.namelist() or not n)
        with archive.open(part) as strings:
            return strings.read(most)


def chunks(items: Sequence[Any], size: int = 100) -> Iterator[Sequence[Any]]:
    """Micro-batches: one ledger transaction each."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def raw_name(content: Mapping[str, Any]) -> str:
    """The name a claimed file had in the inbox, as the file system spells it."""
    return os.fsdecode(bytes.fromhex(content["raw"])) if "raw" in content else str(content["name"])
