"""Stored originals -> raw sheets, through limited children whose death or hang costs one file and never the run."""

from __future__ import annotations

import errno
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any

from pipeline.model import Cell, RawSheet
from pipeline.office.look import Unsafe, column_letters

PROCESSOR_SECONDS = 20  # of the child's own work on one file: how busy the machine is does not count
WALL_SECONDS = (
    180.0  # then the machine, not the file, is in trouble: a child at work would have used its share long before
)
WALL_SECONDS_ALONE = 60.0  # where nothing limits a child's work (Windows), the clock has to do
LIMITED = hasattr(signal, "SIGXCPU")  # the system ends a child that works too long


def address(row: int, column: int) -> str:
    """Address as Excel shows it, both counted from 0: (6, 2) -> "C7"."""
    return f"{column_letters(column)}{row + 1}"


class _Child:
    def __init__(self) -> None:
        root = str(Path(__file__).resolve().parents[2])
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")])),
            "PYTHONHASHSEED": "0",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pipeline.office.worker", str(PROCESSOR_SECONDS)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
        self.lines: queue.Queue[bytes] = queue.Queue()
        threading.Thread(target=self._pump, daemon=True).start()

    def _pump(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put(b"")

    def ask(self, asked: str | Mapping[str, str]) -> dict[str, Any]:
        """The child's answer; {"died": True} where it died, {"slow": True} where the file took it too much work.

        {"trouble": …} where the child was kept from working: the machine is overloaded or the child was stopped.
        """
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(json.dumps(asked).encode() + b"\n")
            self.process.stdin.flush()
            line = self.lines.get(timeout=WALL_SECONDS if LIMITED else WALL_SECONDS_ALONE)
            answer: dict[str, Any] = json.loads(line) if line else self._ended()
            return answer
        except queue.Empty:
            return {"trouble": [errno.ETIME, "no answer in time"], "spent": True} if LIMITED else {"slow": True}
        except (OSError, ValueError):
            return self._ended()

    def _ended(self) -> dict[str, Any]:
        """Why there is no answer: a child that used up its share of the processor is told so by a signal of its own."""
        self.process.kill()
        return {"slow": True} if LIMITED and self.process.wait() == -signal.SIGXCPU else {"died": True}

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream:
                try:
                    stream.close()
                except OSError:  # what the dead child never read cannot be flushed
                    continue


class Reader:
    """A few limited children kept warm: `with Reader() as reader: for book in reader.read(paths): …`."""

    def __init__(self, children: int | None = None) -> None:
        self._count = children or min(4, os.cpu_count() or 1)
        self._idle: queue.Queue[_Child | None] = queue.Queue()
        for _ in range(self._count):
            self._idle.put(None)
        self._pool = ThreadPoolExecutor(self._count)

    def __enter__(self) -> Reader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)
        while not self._idle.empty():
            child = self._idle.get()
            if child:
                child.end()

    def read(self, paths: Sequence[str]) -> Iterator[tuple[list[RawSheet], bool] | Unsafe | OSError]:
        """Per path, in order: (sheets, has macros), the Unsafe that says why the file was not opened, or the OSError
        of this machine that kept it from being read at all."""
        yield from self._pool.map(self._one, paths)

    def unpack(self, path: str, name: str, folder: str) -> dict[str, Any] | Unsafe | OSError:
        """The parts of a mail or archive written into `folder` as 0001, 0002, …, and what they are called.

        {"mail": {sender, subject, message_id}, "parts": [{name, channel, sender, subject, message_id}], "passed": [[name,
        why in Thai, in English]], "empty": arguments of the Unsafe where there is no part, else []}.
        """
        answer = self._asked({"unpack": path, "name": name, "folder": folder})
        return answer if isinstance(answer, OSError) else refused(answer) or answer

    def _one(self, path: str) -> tuple[list[RawSheet], bool] | Unsafe | OSError:
        answer = self._asked(path)
        return answer if isinstance(answer, OSError) else understood(answer)

    def _asked(self, asked: str | Mapping[str, str]) -> dict[str, Any] | OSError:
        try:
            answer = self._ask(asked)
            if "died" in answer:  # once more and alone: a child may be killed for no fault of this file
                answer = self._ask(asked)
        except OSError as error:  # no child could be started
            return error
        return answer

    def _ask(self, asked: str | Mapping[str, str]) -> dict[str, Any]:
        child = self._idle.get()
        try:
            child = child if child is not None and child.process.poll() is None else _Child()
            answer = child.ask(asked)
            if answer.get("died") or answer.get("slow") or answer.get("spent"):
                child.end()
                child = None
            return answer
        finally:
            self._idle.put(child)


def understood(answer: dict[str, Any]) -> tuple[list[RawSheet], bool] | Unsafe | OSError:
    """What a child answered about a workbook, as the types that travel."""
    return refused(answer) or ([_sheet(s, answer["kind"]) for s in answer["sheets"]], bool(answer["macros"]))


def refused(answer: dict[str, Any]) -> Unsafe | OSError | None:
    """Why a child did not do what it was asked, None where it did."""
    if "died" in answer or "slow" in answer:
        return Unsafe("E_UNSAFE_READER")
    if "unsafe" in answer:
        document, instead = answer.get("document"), answer.get("instead")
        found = (document[0], document[1], tuple(document[2])) if document else None
        code, th, en = answer["unsafe"]
        return Unsafe(code, th, en, found, Unsafe(*instead) if instead else None)
    if "trouble" in answer:
        return OSError(*answer["trouble"])
    return None


def _sheet(data: dict[str, Any], kind: str) -> RawSheet:
    cells = {
        (r, c): Cell(text, stored, address(r, c), formula, shown)
        for r, c, text, stored, formula, shown in data["cells"]
    }
    objects = tuple(o["address"] for o in data["objects"])
    return RawSheet(data["name"], data["hidden"], cells, tuple(data["merges"]), kind, objects)
