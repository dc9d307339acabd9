"""Finds the steps of a receiver itself: every open for writing, write, fsync, rename, unlink, mkdir and commit of this
process counts; at the n-th the process kills itself, or the call fails with an error."""

from __future__ import annotations

import builtins
import io
import os
import random
import shutil
import signal
import sqlite3
import sqlite3.dbapi2
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any


class Steps:
    """Counts steps under a folder. `kill_at`: die before that step. `fail`: step number -> error to raise instead.
    `power`: when dying, the power fails as well, and what was not synced by then is lost in part."""

    def __init__(
        self,
        root: Path,
        kill_at: int = 0,
        fail: Callable[[int, str], BaseException | None] | None = None,
        power: random.Random | None = None,
    ):
        self.root, self.kill_at, self.fail = str(root), kill_at, fail
        self.count = 0
        self.names: list[str] = []
        self.disk = Disk(root.parent / f"lost-{root.name}") if power else None
        self.power = power

    def step(self, what: str, path: object = "") -> None:
        if path and not os.fspath(path).startswith(self.root):  # type: ignore[call-overload]
            return
        self.count += 1
        self.names.append(f"{what} {str(path)[len(self.root) :]}")
        if self.count == self.kill_at:
            if self.disk and self.power:
                self.disk.fail(self.power)
            os.kill(os.getpid(), signal.SIGKILL)
        if self.fail and (error := self.fail(self.count, what)) is not None:
            raise error


class Disk:
    """What this process did to names and contents and has not synced since; the way back of each."""

    def __init__(self, aside: Path) -> None:
        self.aside, self.kept = aside, 0
        self.unsynced: set[str] = set()  # files written to since their last fsync, by the name they have now
        self.undo: list[
            tuple[frozenset[str], Callable[[], None]]
        ] = []  # (folders whose fsync makes it firm, the way back)

    def before(self, what: str, path: str, source: str = "") -> None:
        """Note what is about to happen to a name, with a copy of what it stood for."""
        if what in ("rename", "replace"):
            kept = self._keep(path)
            self._note({path}, lambda: (REAL["rename"](path, source), kept and REAL["rename"](kept, path)))
            if source in self.unsynced:
                self.unsynced = {path if p == source else p for p in self.unsynced}
        elif what in ("unlink", "remove"):
            kept = self._keep(path)
            self._note({path}, lambda: kept and REAL["rename"](kept, path))
        elif what == "open":
            self.unsynced.add(path)
            if not os.path.exists(path):
                self._note({path}, lambda: REAL["unlink"](path))

    def _note(self, paths: set[str], back: Callable[[], object]) -> None:
        self.undo.append((frozenset(os.path.dirname(p) for p in paths), lambda: (back(), None)[1]))

    def _keep(self, path: str) -> str:
        if not os.path.isfile(path):
            return ""
        self.aside.mkdir(exist_ok=True)
        self.kept += 1
        kept = str(self.aside / f"{self.kept}")
        shutil.copy2(path, kept)
        return kept

    def synced(self, path: str) -> None:
        """A file's content, or the names in a folder, are firm now."""
        self.unsynced.discard(path)
        self.undo = [(folders - {path}, back) for folders, back in self.undo if folders - {path}]

    def fail(self, rng: random.Random) -> None:
        """The power fails: unsynced contents are cut, and from some moment on unsynced names are as they were before."""
        for path in sorted(self.unsynced):
            if os.path.isfile(path) and rng.random() < 0.5:
                os.truncate(path, rng.randrange(os.path.getsize(path) + 1))
        for _, back in reversed(self.undo[rng.randrange(len(self.undo) + 1) :]):
            with suppress(OSError):
                back()


REAL: dict[str, Any] = {name: getattr(os, name) for name in ("rename", "unlink")}


def install(steps: Steps) -> None:
    """Put the counter under this process; there is no way back."""
    for name in ("rename", "replace"):
        _wrap(os, name, steps, lambda source, target, *_a, **_k: target)
    for name in ("unlink", "remove", "mkdir"):
        _wrap(os, name, steps, lambda path, *_a, **_k: path)
    _wrap(os, "fsync", steps, lambda handle, *_a, **_k: os.readlink(f"/proc/self/fd/{handle}"))
    _open(steps)
    _sqlite(steps)


def _wrap(module: Any, name: str, steps: Steps, path: Callable[..., object]) -> None:
    real = getattr(module, name)

    def counted(*args: Any, **kwargs: Any) -> Any:
        at = os.fspath(path(*args, **kwargs))  # type: ignore[call-overload]
        steps.step(name, at)
        inside = steps.disk is not None and at.startswith(steps.root)
        if inside and name != "fsync":
            steps.disk.before(name, at, os.fspath(args[0]))
        done = real(*args, **kwargs)
        if inside and name == "fsync":
            steps.disk.synced(at)
        return done

    setattr(module, name, counted)


def _open(steps: Steps) -> None:
    real = builtins.open

    class Raw(io.FileIO):
        started = False

        def write(self, data: Any) -> int:
            if self.started:  # the first write of a file stands for all
                return super().write(data)
            self.started = True
            steps.step("write", self.name)
            if steps.kill_at == steps.count + 1:  # half of it reaches the disk, then the power fails
                super().write(memoryview(data)[: len(data) // 2])
                steps.step("write", self.name)
            return super().write(data)

    def counted(file: Any, mode: str = "r", buffering: int = -1, encoding: Any = None, *rest: Any, **more: Any) -> Any:
        inside = isinstance(file, (str, os.PathLike)) and os.fspath(file).startswith(steps.root)  # type: ignore[arg-type]
        if not inside or mode.strip("bt") not in ("w", "w+", "+w") or rest or more:
            return real(file, mode, buffering, encoding, *rest, **more)
        steps.step("open", file)
        if steps.disk:
            steps.disk.before("open", os.fspath(file))
        raw = Raw(os.fspath(file), "w+" if "+" in mode else "w")
        buffered: Any = io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)
        return buffered if "b" in mode else io.TextIOWrapper(buffered, encoding=encoding)

    builtins.open = io.open = counted  # type: ignore[assignment]


def _sqlite(steps: Steps) -> None:
    real = sqlite3.connect

    class Counted(sqlite3.Connection):
        def commit(self) -> None:
            if self.in_transaction:
                steps.step("commit")
            super().commit()

    def connect(*args: Any, **kwargs: Any) -> sqlite3.Connection:
        return real(*args, **{**kwargs, "factory": Counted})

    sqlite3.connect = sqlite3.dbapi2.connect = connect
