"""A bar for whoever waits at a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress_bar() -> Iterator[Callable[[str, int, int], None]]:
    """A bar on a terminal for work over a second; silence elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _what, _done, _total: None
        return
    from rich.console import Console
    from rich.progress import Progress, TaskID

    words = {
        "store": "เก็บต้นฉบับ",
        "judge": "ตรวจ",
        "issue": "ออกแบบฟอร์ม",
        "publish": "ออกรายงาน",
        "letters": "ออกหนังสือเตือน",
        "units": "แฟ้มหน่วยงาน",
        "demo": "สร้างชุดสาธิต",
    }
    with Progress(console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(words.get(what, what), total=total)
            bars.update(tasks[what], completed=done, total=total)

        yield show
