"""The limited child that opens strangers' workbooks: paths on stdin, plain JSON on stdout, one line each.

Run as `python -m pipeline.office.worker`. Imports stay light: no pandas here.
"""

from __future__ import annotations

import json
import sys
from typing import Any

MEMORY_BYTES = 1024 * 1024 * 1024


def _limit() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limit; the parent watches the clock there
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def answer_to(path: str) -> dict[str, Any]:
    """What is in a file, as plain data: sheets, why it was not opened, or what trouble this machine has."""
    from pipeline.office.look import LIMITS, Unsafe
    from pipeline.office.sheets import read_workbook

    try:
        with open(path, "rb") as handle:
            data = handle.read(LIMITS.document_bytes + 1)
    except OSError as error:  # this machine's trouble, not the file's
        return {"trouble": [error.errno, str(error.strerror), path]}
    try:
        return read_workbook(data)
    except Unsafe as unsafe:
        return _stranger(data, unsafe)
    except MemoryError:
        return {"unsafe": ["E_UNSAFE_READER", "", ""], "spent": True}
    except BaseException as error:  # a Rust panic is a BaseException; it costs this one file
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            raise
        return {"unsafe": ["E_UNSAFE_BROKEN", "อ่านไม่ได้", f"{type(error).__name__}: {error}"[:200]]}


def _stranger(data: bytes, unsafe: Any) -> dict[str, Any]:
    """No workbook of ours: why, and what document it is where it is a sound one."""
    from pipeline.office.documents import examine
    from pipeline.office.look import Unsafe

    said: dict[str, Any] = {"unsafe": [unsafe.code, unsafe.th, unsafe.en]}
    try:
        return {**said, "document": examine(data)}
    except Unsafe as instead:
        return {**said, "instead": [instead.code, instead.th, instead.en]}


def main() -> None:
    """Answer each line of stdin with one line of JSON, until stdin ends."""
    _limit()
    answers = sys.stdout.buffer
    for line in sys.stdin.buffer:
        answer = answer_to(json.loads(line))
        answers.write(json.dumps(answer, ensure_ascii=True).encode() + b"\n")
        answers.flush()
        if "spent" in answer:  # memory may be in pieces: the next file gets a fresh child
            return


if __name__ == "__main__":
    main()
