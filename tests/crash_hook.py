"""Finds the steps of a receiver itself: every open for writing, write, fsync, rename, unlink, mkdir and commit of this
process counts; at the n-th the process kills itself, or the call fails with an error."""

from __future__ import annotations

import builtins
import io
import os
import signal
import sqlite3
import sqlite3.dbapi2
from collections.abc import Callable
from pathlib import Path
from typing import Any


class Steps:
    """Counts steps under a folder. `kill_at`: die before that step. `fail`: step number -> error to raise instead."""

    def __init__(self, root: Path, kill_at: int = 0, fail: Callable[[int, str], BaseException | None] | None = None):
        self.root, self.kill_at, self.fail = str(root), kill_at, fail
        self.count = 0
        self.names: list[str] = []

    def step(self, what: str, path: object = "") -> None:
        if path and not os.fspath(path).startswith(self.root):  # type: ignore[call-overload]
            return
        self.count += 1
        self.names.append(f"{what} {str(path)[len(self.root) :]}")
        if self.count == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.fail and (error := self.fail(self.count, what)) is not None:
            raise error


def install(steps: Steps) -> None:
    """Put the counter under this process; there is no way back."""
    for name in ("rename", "replace"):
        _wrap(os, name, steps, lambda source, target, *_a, **_k: target)
    for name in ("unlink", "remove", "mkdir"):
        _wrap(os, name, steps, lambda path, *_a, **_k: path)
    handles: dict[int, str] = {}
    _wrap(os, "fsync", steps, lambda handle, *_a, **_k: handles.get(handle, ""))
    _open(steps)
    _sqlite(steps)


def _wrap(module: Any, name: str, steps: Steps, path: Callable[..., object]) -> None:
    real = getattr(module, name)

    def counted(*args: Any, **kwargs: Any) -> Any:
        steps.step(name, path(*args, **kwargs))
        return real(*args, **kwargs)

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
