"""Receivers killed, failed and sabotaged on purpose: each run is a fork of one warm process, on a copy of one office."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import sys
import time
import traceback
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from crash_hook import Steps, install

from pipeline import intake, reply, template
from pipeline import receive as receiving
from pipeline.office.reader import refused, understood
from pipeline.office.worker import answer_to
from pipeline.opening import open_office

NOW = datetime(2024, 1, 10, 9, tzinfo=ZoneInfo("Asia/Bangkok"))
TABLES = ("submission", "finding", "plan", "posting", "fact", "evidence", "issued")


class InlineReader:
    """Reads in this process: what is under test is the order of the steps, and a child would only cost time."""

    def __enter__(self) -> InlineReader:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def read(self, paths: list[str]) -> Iterator[Any]:
        for path in paths:
            yield understood(answer_to(path))

    def unpack(self, path: str, name: str, folder: str) -> Any:
        said = answer_to({"unpack": path, "name": name, "folder": folder})
        return refused(said) or said


def sketch(copy: Any, path: str) -> None:
    """Stands in for the drawing of a workbook, most of the cost of a run: a zip that differs where the form would."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(zipfile.ZipInfo("copy"), hashlib.sha256(repr(copy).encode()).hexdigest() * 500)


def receive(
    root: Path, steps: Steps, sabotage: Callable[[], None] | None = None, after: float | None = None
) -> tuple[int, int, list[str]]:
    """One receiver in a fork, killed from outside `after` so many seconds where that is given -> (exit code, negative
    where a signal ended it; steps taken; their names)."""
    record = root.parent / f"{root.name}.steps"
    record.unlink(missing_ok=True)
    child = os.fork()
    if child == 0:
        code = 70
        try:
            if sabotage:
                sabotage()
            said = open(record, "w", encoding="utf-8")  # noqa: SIM115
            install(steps)
            office = open_office(root, NOW)
            outcomes = receiving.receive(office, sleep=lambda _seconds: None)
            code = 2 if any(o.trouble for o in outcomes) else 0
            said.write(json.dumps(steps.names))
            said.close()
        except BaseException as error:
            from pipeline import trouble

            code = 2 if trouble.of(error) is not None else 70
            if code == 70:
                traceback.print_exc()
        finally:
            os._exit(code)
    if after is not None:
        time.sleep(after)  # any moment at all, also in the middle of a step
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    names = json.loads(record.read_text()) if record.exists() and record.stat().st_size else []
    return os.waitstatus_to_exitcode(status), len(names), names


# -- what must hold ----------------------------------------------------------------------------------------------------


def half_written(root: Path) -> list[str]:
    """Files in outbox that are not whole; unfinished ones lie apart and do not count."""
    found = []
    for path in (root / "outbox").rglob("*"):
        if ".writing" in path.parts or not path.is_file() or path.name == "README.md":
            continue
        if "evidence" in path.parts:  # a copy holds a piece of its sha256 in its name
            whole = hashlib.sha256(path.read_bytes()).hexdigest()[:8] == path.stem[-8:]
        elif path.suffix == ".xlsx":
            whole = zipfile.is_zipfile(path) and zipfile.ZipFile(path).testzip() is None
        elif path.suffix == ".eml":
            whole = re.search(rb"\r\n--=_[0-9a-f]{32}--\r\n\Z", path.read_bytes()) is not None
        else:
            whole = path.read_bytes().rstrip().endswith(b"</html>")
        if not whole:
            found.append(path.relative_to(root).as_posix())
    return found


def state(root: Path) -> dict[str, Any]:
    """Everything that must be the same whatever happened: ledger rows, originals, outbox bytes, what is left around."""
    with closing(sqlite3.connect(root / "var" / "ledger.sqlite")) as connection:
        connection.row_factory = sqlite3.Row
        ledger = {t: [_plain(r) for r in connection.execute(f"SELECT * FROM {t} ORDER BY 1, 2, 3, 4, 5")] if t != "issued"
                  else [tuple(r) for r in connection.execute("SELECT * FROM issued ORDER BY 1, 2")] for t in TABLES}  # fmt: skip
    outbox = {p.relative_to(root).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
              for p in sorted((root / "outbox").rglob("*")) if p.is_file() and ".writing" not in p.parts}  # fmt: skip
    originals = sorted(f"{p.parent.name} {hashlib.sha256(p.read_bytes()).hexdigest() == p.parent.name}"
                       for p in (root / "var" / "originals").rglob("original"))  # fmt: skip
    left = sorted(p.name for p in (root / "inbox").rglob("*") if p.is_file() and p.name not in ("README.md", ".clock"))
    return {"ledger": ledger, "outbox": outbox, "originals": originals, "left": left}


def _plain(row: sqlite3.Row) -> dict[str, Any]:
    return {k: row[k] for k in tuple(row.keys()) if k != "claim"}


def _named(row: dict[str, Any], names: dict[int, str]) -> dict[str, Any]:
    """A row with the names of arrivals in place of their numbers."""
    numbers = ("submission", "number", "container")
    return {k: names.get(v, v) if k in numbers else _no_number(v) for k, v in row.items()}


def unnumbered(found: dict[str, Any], held_open: bool) -> dict[str, Any]:
    """A state without the numbers of arrivals, which depend on the order in which failed files were taken up again.

    Where files seemed to be `held_open` by a program, an answer that could not be moved to done/ stays where it was.
    """
    names = {row["number"]: row["name"] for row in found["ledger"]["submission"]}
    rows = {
        table: sorted(json.dumps(_named(row, names)) for row in lines)
        for table, lines in found["ledger"].items()
        if table != "issued"
    }
    return {
        "ledger": rows,
        "outbox": sorted(_no_number(p.replace("/done/", "/") if held_open else p) for p in found["outbox"]),
        "originals": found["originals"],
        "left": found["left"],
    }


def _no_number(value: Any) -> Any:
    return re.sub(r"-[0-9]+\.(html|eml)$|เลขที่ [0-9]+|number [0-9]+", "-N", value) if isinstance(value, str) else value


def difference(wanted: dict[str, Any], found: dict[str, Any]) -> str:
    """The first thing that is not as it must be, "" where all is."""
    for key in wanted:
        if wanted[key] != found[key]:
            if isinstance(wanted[key], dict):
                parts = [k for k in {**wanted[key], **found[key]} if wanted[key].get(k) != found[key].get(k)]
                return f"{key}: {parts[:3]} {_apart(wanted[key].get(parts[0]), found[key].get(parts[0]))}"
            return f"{key}: {str(wanted[key])[:300]} <> {str(found[key])[:300]}"
    return ""


def _apart(wanted: Any, found: Any) -> str:
    """Where two lists first differ; anything else as it stands."""
    if isinstance(wanted, list) and isinstance(found, list):
        pairs = ((a, b) for a, b in zip_longest(wanted, found) if a != b)
        wanted, found = next(pairs, (wanted, found))
    if isinstance(wanted, dict) and isinstance(found, dict):
        wanted, found = ({k: v for k, v in a.items() if v != b.get(k)} for a, b in ((wanted, found), (found, wanted)))
    return f"{str(wanted)[:300]} <> {str(found)[:300]}"


# -- campaigns ---------------------------------------------------------------------------------------------------------


class Campaign:
    """One office with files waiting, what an undisturbed receiver makes of it, and receivers that have it harder."""

    def __init__(self, office: Path, work: Path, sabotage: Callable[[], None] | None = None) -> None:
        self.office, self.work, self.sabotage = office, work, sabotage
        work.mkdir(parents=True, exist_ok=True)
        self._warm()
        self.wanted, self.steps = self._undisturbed(None)
        if sabotage:  # a fair fault: it shows only when something goes wrong
            found, self.steps = self._undisturbed(sabotage)
            assert not difference(self.wanted, found), difference(self.wanted, found)

    def _undisturbed(self, sabotage: Callable[[], None] | None) -> tuple[dict[str, Any], list[str]]:
        root = self.fresh("undisturbed")
        began = time.monotonic()
        code, _, names = receive(root, Steps(root), sabotage)
        self.seconds = time.monotonic() - began
        assert code == 0, f"the undisturbed receiver ended with {code}"
        return state(root), names

    def _warm(self) -> None:
        """Once in this process, so that no fork pays for imports again."""
        intake.LOOKS_APART = 0.0
        receiving.Reader = InlineReader  # type: ignore[assignment,misc]
        reply.draw = template.draw = sketch
        office = open_office(self.fresh("warm"), NOW)
        receiving.receive(office, sleep=lambda _seconds: None)
        office.engine.dispose()

    def fresh(self, name: str) -> Path:
        root = self.work / name
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(self.office, root)
        return root

    def killed(self, first: int, second: int) -> str:
        """Killed before step `first`, and again before step `second` of its recovery -> what is wrong then."""
        root = self.fresh("killed")
        problems = []
        for at in (first, second):
            receive(root, Steps(root, kill_at=at), self.sabotage)
            problems += half_written(root)
        return self.settle(root, problems)

    def unpowered(self, first: int, second: int, rng: random.Random) -> str:
        """The power fails before step `first`, and again in the recovery: what was not synced is lost in part."""
        root = self.fresh("unpowered")
        for at in (first, second):
            receive(root, Steps(root, kill_at=at, power=rng), self.sabotage)
            shutil.rmtree(self.work / "lost-unpowered", ignore_errors=True)
        return self.settle(root, [])

    def killed_at(self, first: float, second: float) -> str:
        """Killed after `first` seconds, and `second` seconds into its recovery -> what is wrong then."""
        root = self.fresh("killed")
        problems = []
        for after in (first, second):
            receive(root, Steps(root), self.sabotage, after)
            problems += half_written(root)
        return self.settle(root, problems)

    def settle(self, root: Path, problems: list[str], error: int = 0) -> str:
        for _ in range(3):
            code, _, _ = receive(root, Steps(root), self.sabotage)
            if code == 0:
                break
        else:
            problems.append(f"recovery ends with {code}")
        if problems:
            return f"half-written or failed: {problems[:3]}"
        found = state(root)
        if not error:
            return difference(self.wanted, found)
        held_open = error in (errno.EACCES, errno.EBUSY)
        return difference(unnumbered(self.wanted, held_open), unnumbered(found, held_open))

    def failed(self, at: int, number: int, lasting: bool) -> str:
        """Step `at` (and, where the trouble is lasting, all that follow) fails with an error -> what is wrong then."""

        def fail(count: int, what: str) -> BaseException | None:
            if count < at or (count > at and not lasting):
                return None
            if what == "commit":
                said = {errno.ENOSPC: "database or disk is full", errno.EBUSY: "database is locked"}
                return sqlite3.OperationalError(said.get(number, "disk I/O error"))
            return OSError(number, os.strerror(number))

        root = self.fresh("failed")
        code, _, _ = receive(root, Steps(root, fail=fail), self.sabotage)
        problems = [*half_written(root), *([f"the receiver broke: {code}"] if code not in (0, 2) else [])]
        problems += [f"a verdict from trouble: {n}" for n in self._false_verdicts(root)]
        return self.settle(root, problems, number)

    def _false_verdicts(self, root: Path) -> list[str]:
        wanted = {r["name"]: r["state"] for r in self.wanted["ledger"]["submission"]}
        with closing(sqlite3.connect(root / "var" / "ledger.sqlite")) as connection:
            rows = connection.execute("SELECT name, state FROM submission").fetchall()
        return [n for n, s in rows if s not in ("received", "pending", wanted.get(n))]


def main(words: list[str]) -> None:
    """office work kind share seed limit [sabotage]: run one campaign, print what was done and what is wrong as JSON."""
    office, work, kind, share, seed, limit = (
        Path(words[0]),
        Path(words[1]),
        words[2],
        words[3],
        int(words[4]),
        int(words[5]),
    )
    from crash_sabotage import SABOTAGES

    if kind == "errors":  # a file that fails once is judged later: nothing here may depend on the order
        office = Path(shutil.copytree(office, work / "office", dirs_exist_ok=True))
        for name in ("สำเนา (2).xlsx", "แผน 2.xlsx", "แก้หลังยืนยัน.xlsx", "*.png"):
            next(office.glob(f"inbox/{name}")).unlink()
    campaign = Campaign(office, work, SABOTAGES[words[6]] if len(words) > 6 else None)
    rng, total = random.Random(seed), len(campaign.steps)
    part, parts = map(int, share.split("/"))
    if kind in ("steps", "power"):
        jobs = [(n, rng.randint(1, total)) for n in range(1, total + 1)]
    elif kind == "random":
        jobs = [(n, rng.randint(1, total)) for n in range(1, (limit or 500) + 1)]
    else:
        kinds = (errno.ENOSPC, errno.EIO, errno.EACCES, errno.EBUSY)
        jobs = [(n, kinds[n % 4] if kind == "errors" else kinds[(n // 2) % 4]) for n in range(1, total + 1)]
    jobs = jobs[part - 1 :: parts]
    if limit:
        jobs = rng.sample(jobs, min(limit, len(jobs)))
    began, problems, done = time.monotonic(), [], 0
    for first, second in jobs:
        done += 1
        if kind == "random":
            moments = (rng.uniform(0, campaign.seconds), rng.uniform(0, campaign.seconds))
            wrong = campaign.killed_at(*moments)
        elif kind == "power":
            wrong = campaign.unpowered(first, second, rng)
        elif kind == "errors":
            wrong = campaign.failed(first, second, lasting=bool(first % 3))
        else:
            wrong = campaign.killed(first, second)
        if wrong:
            where = moments if kind == "random" else f"{first} {campaign.steps[first - 1]} / {second}"
            problems.append(f"{where}: {wrong}")
            if campaign.sabotage or len(problems) > 4:
                break
    print(json.dumps({"steps": total, "runs": done, "seconds": time.monotonic() - began, "problems": problems}))


if __name__ == "__main__":
    main(sys.argv[1:])
