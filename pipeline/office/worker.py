"""The limited child that opens strangers' files: paths on stdin, plain JSON on stdout, one line each.

A path alone is read as a workbook. {"unpack": path, "name": …, "folder": …} is opened as a mail or archive: its parts are
written into the folder as 0001, 0002, … and the answer says what they are called.

Run as `python -m pipeline.office.worker SECONDS`: the processor time each line may cost before the system ends the
child. Imports stay light: no pandas here.
"""

from __future__ import annotations

import json
import math
import sys
from typing import Any

MEMORY_BYTES = 1024 * 1024 * 1024


def _limit() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limit; the parent watches the clock there
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a stranger's file is not left lying about in a core dump


def _allow(seconds: int) -> None:
    """So much processor time for what comes next, counted from now: one file never pays for those before it."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    limit = math.ceil(used.ru_utime + used.ru_stime) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (limit if most == resource.RLIM_INFINITY else min(limit, most), most))


def _workbook(path: str) -> dict[str, Any]:
    from pipeline.office.locked import opened
    from pipeline.office.look import LIMITS, OLE, Unsafe
    from pipeline.office.sheets import read_workbook

    data = _bytes(path, LIMITS.document_bytes + 1)
    try:
        return read_workbook(data)
    except Unsafe as unsafe:
        locked = unsafe.code == "E_UNSAFE_PASSWORD" and data.startswith(OLE) and len(data) <= LIMITS.file_bytes
        plain = opened(data) if locked else None
        return _stranger(data, unsafe) if plain is None else _inside(data, plain)


def _inside(data: bytes, plain: bytes) -> dict[str, Any]:
    """What a workbook says that was encrypted with nobody's password; looked at as mistrustfully as any other."""
    from pipeline.office.look import Unsafe
    from pipeline.office.sheets import read_workbook

    try:
        return read_workbook(plain)
    except Unsafe as unsafe:
        return _stranger(data, unsafe)


def _container(path: str, name: str, folder: str) -> dict[str, Any]:
    from pipeline.office.container import MOST_BYTES, nothing, unpack

    data = _bytes(path, MOST_BYTES + 1)
    found = unpack(data, name)
    for n, part in enumerate(found.parts, 1):
        _write(f"{folder}/{n:04d}", part.data)
    none = nothing(found, name, data)
    return {
        "mail": {"sender": found.sender, "subject": found.subject, "message_id": found.message_id},
        "parts": [{k: v for k, v in vars(p).items() if k != "data"} for p in found.parts],
        "passed": [[n, why.th, why.en] for n, why in found.passed],
        "empty": [] if found.parts else [none.code, none.th, none.en],
    }


class _Trouble(Exception):
    """This machine's trouble, not the file's."""


def _bytes(path: str, most: int) -> bytes:
    try:
        with open(path, "rb") as handle:
            return handle.read(most)
    except OSError as error:
        raise _Trouble(error.errno, str(error.strerror), path) from error


def _write(path: str, data: bytes) -> None:
    try:
        with open(path, "wb") as handle:
            handle.write(data)
    except OSError as error:
        raise _Trouble(error.errno, str(error.strerror), path) from error


def answer_to(asked: Any) -> dict[str, Any]:
    """What is said about one line of stdin; never raises, except where the process is told to end."""
    from pipeline.office.look import Unsafe

    try:
        if isinstance(asked, str):
            return _workbook(asked)
        return _container(asked["unpack"], asked["name"], asked["folder"])
    except _Trouble as trouble:
        return {"trouble": list(trouble.args)}
    except Unsafe as unsafe:
        return {"unsafe": [unsafe.code, unsafe.th, unsafe.en]}
    except MemoryError:
        return {"unsafe": ["E_UNSAFE_READER", "", ""], "spent": True}
    except BaseException as error:  # a Rust panic is a BaseException; it costs this one file
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            raise
        code = "E_UNSAFE_BROKEN" if isinstance(asked, str) else "E_CONTAINER_BROKEN"
        return {"unsafe": [code, "อ่านไม่ได้", f"{type(error).__name__}: {error}"[:200]]}


def _stranger(data: bytes, unsafe: Any) -> dict[str, Any]:
    """No workbook of ours: why, and what document it is where it is a sound one."""
    from pipeline.office.documents import examine
    from pipeline.office.look import Unsafe

    said: dict[str, Any] = {"unsafe": [unsafe.code, unsafe.th, unsafe.en]}
    try:
        return {**said, "document": examine(data)}
    except Unsafe as instead:
        return {**said, "instead": [instead.code, instead.th, instead.en]}


def main(seconds: int) -> None:
    """Answer each line of stdin with one line of JSON, until stdin ends; a line may cost so many seconds of work."""
    _limit()
    answers = sys.stdout.buffer
    for line in sys.stdin.buffer:
        _allow(seconds)
        said = answer_to(json.loads(line))
        answers.write(json.dumps(said, ensure_ascii=True).encode() + b"\n")
        answers.flush()
        if "spent" in said:  # memory may be in pieces: the next file gets a fresh child
            return


if __name__ == "__main__":
    main(int(sys.argv[1]))
