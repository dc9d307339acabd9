"""Eight writers at once, one watcher, and two more receivers started by mistake: every file ends in one final state.

`OPSBOOK_BURST` says how many files (7850: a form of every local administration); the default stays within a minute.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from staff import Place
from test_watch import health, until

FILES = int(os.environ.get("OPSBOOK_BURST", "240"))
WRITERS = 8
FINAL = {"accepted", "returned", "refused", "duplicate", "quarantined"}


def command(root: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "pipeline", "--office", str(root), "--now", "2024-01-10T09:00:00", *words]


def drop(files: list[str], folder: str) -> None:
    """One writer: copies its files one after the other, as people do, into a sub-folder of its own."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    for name in files:
        shutil.copyfile(name, Path(folder) / Path(name).name)


@pytest.mark.long
def test_a_burst_from_eight_writers_with_receivers_started_by_mistake(tmp_path: Path) -> None:
    root, waiting = tmp_path / "office", tmp_path / "waiting"
    here = Path(__file__).resolve().parents[1]
    made = command(root, "demo", str(root), "--scenario", "local", "--units", str((FILES + 1) // 2))
    subprocess.run(made, cwd=here, check=True, stdout=subprocess.DEVNULL)
    waiting.mkdir()
    for path in sorted((root / "inbox").glob("*.xlsx"))[:FILES]:
        path.rename(waiting / path.name)
    for path in (root / "inbox").glob("*.xlsx"):
        path.unlink()
    files = sorted(map(str, waiting.iterdir()))
    assert len(files) == FILES
    place = Place(root)

    watcher = subprocess.Popen(command(root, "watch"), cwd=here, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(lambda: health(place).get("state") == "idle", 60)
        began = time.monotonic()
        writers = [
            multiprocessing.get_context("spawn").Process(
                target=drop, args=(files[n::WRITERS], str(root / "inbox" / f"ผู้ส่ง {n}"))
            )
            for n in range(WRITERS)
        ]
        for writer in writers:
            writer.start()
        for words in (("receive",), ("watch",)):
            second = subprocess.run(command(root, *words), cwd=here, capture_output=True, check=False)
            assert second.returncode == 3 and str(watcher.pid) in second.stderr.decode(), words
        for writer in writers:
            writer.join()
            assert writer.exitcode == 0
        written = time.monotonic() - began
        done = "SELECT state FROM submission WHERE number > 1 AND state NOT IN ('received', 'pending')"
        until(lambda: len(place.rows(done)) >= FILES, 120 + FILES * 0.2)
        taken = time.monotonic() - began
        watcher.send_signal(signal.SIGTERM)
        assert watcher.wait(120) == 0
    finally:
        watcher.kill()
    rows = place.rows("SELECT name, state FROM submission WHERE number > 1")
    states = Counter(r["state"] for r in rows)
    print(f"{FILES} files written in {written:.0f} s, all final after {taken:.0f} s: {dict(states)}")
    assert written < 300
    assert len(rows) == FILES == len({r["name"] for r in rows}) and set(states) <= FINAL
    assert not [p for p in (root / "inbox").rglob("*.xlsx")]
    assert place.call("verify").code == 0
