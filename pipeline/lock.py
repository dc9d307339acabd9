"""One receiver per office: a lock that the system frees when its holder dies, and that tells who holds it."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO


class Held(Exception):
    """Another receiver holds the office; `holder` says who (host, process, since)."""

    def __init__(self, holder: str) -> None:
        super().__init__(holder)
        self.holder = holder


def _try_lock(handle: IO[str]) -> bool:
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        else:
            import fcntl

            fcntl.flock(handle.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


@contextmanager
def only_receiver(var: Path, now: datetime) -> Iterator[None]:
    """Hold the office while receiving; raises Held at once where somebody else does. A dead holder's lock is free."""
    who = var / "receiver.json"
    with open(var / "receiver.lock", "a+", encoding="utf-8") as handle:
        if not _try_lock(handle):
            raise Held(_holder(who))
        who.write_text(
            json.dumps({"host": socket.gethostname(), "process": os.getpid(), "since": now.isoformat()}),
            encoding="utf-8",
        )
        try:
            yield
        finally:
            who.unlink(missing_ok=True)


def _holder(who: Path) -> str:
    try:
        content = json.loads(who.read_text(encoding="utf-8"))
        return f"{content['host']} pid {content['process']} since {content['since']}"
    except (OSError, ValueError, KeyError):
        return "?"
