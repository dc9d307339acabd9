"""What judging costs beside reading: the files of an office read through the limited children, then judged in batches.

    python tools/bench_checks.py DIR          DIR is an office with files waiting in inbox/ (`opsbook demo DIR`)

Reading is all of it: the cheap look, the limited child, the second look. Judging is identity, rows, rules and doubts of
every file, with the ledger's figures at hand, in the batches that `receive` makes; answers and ledger are not in it.
"""

import hashlib
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BATCH, MOST = 100, 2.0


@dataclass(frozen=True)
class Checks:
    """Seconds of wall time for so many files."""

    files: int
    reading: float
    judging: float

    @property
    def ratio(self) -> float:
        """Reading and judging over reading alone: what checking a batch costs, in readings."""
        return (self.reading + self.judging) / self.reading

    def line(self) -> str:
        said = "holds" if self.ratio <= MOST else "DOES NOT HOLD"
        return (
            f"  {self.files:,} files: reading {self.reading / self.files * 1000:.2f} ms a file, judging "
            f"{self.judging / self.files * 1000:.2f}; checking a batch is {self.ratio:.2f} times reading it "
            f"(at most {MOST:g}: {said})"
        )


def checks_of(office: Path) -> Checks:
    """Read and judge every workbook in inbox/ of an office; nothing is taken in."""
    sys.path.insert(0, str(ROOT))
    from pipeline.office.reader import Reader
    from pipeline.opening import open_office

    opened = open_office(office)
    files = sorted((office / "inbox").glob("*.xlsx"))
    with Reader() as reader:
        _batch(opened, reader, files[:BATCH])  # children, imports and caches are warm from here on
        taken = [_batch(opened, reader, files[n : n + BATCH]) for n in range(0, len(files), BATCH)]
    return Checks(len(files), sum(r for r, _ in taken), sum(j for _, j in taken))


def _batch(opened, reader, files: Sequence[Path]) -> tuple[float, float]:  # type: ignore[no-untyped-def]
    """(seconds of reading, seconds of judging) of one batch."""
    began = time.perf_counter()
    answers = list(reader.read([str(f) for f in files]))
    read_at = time.perf_counter()
    _judge(opened, list(zip(files, answers, strict=True)))
    return read_at - began, time.perf_counter() - read_at


def _judge(opened, batch) -> None:  # type: ignore[no-untyped-def]
    from pipeline import identify, read
    from pipeline.ledger import book, peers
    from pipeline.model import Submission
    from pipeline.validate.figures import siblings
    from pipeline.validate.past import Standing
    from pipeline.validate.twins import LEAST, probes
    from pipeline.validate.units import validate

    now, groups = opened.clock.now(), {}
    for n, (path, (sheets, _)) in enumerate(batch, 1):
        identity = identify.identity_of(sheets)
        name = hashlib.sha256(path.name.encode()).hexdigest()
        submission = Submission(n, name, now, path.name, "folder", "", str(path), 0)
        groups.setdefault((identity.fiscal_year, identity.form), []).append(read.read(submission, identity, sheets))
    for (year, form), readings in groups.items():
        units = [r.identity.unit for r in readings]
        with opened.engine.connect() as connection:
            plan = book.plan_of(connection, year)
            postings = book.standing_postings(connection, year, units=units)
            facts = book.facts_of(connection, postings, year, units=units)
            alike = peers.holders(connection, year, form, probes(readings, plan), LEAST)
            near = [*siblings(plan, units), *(u for u in alike if u not in units)]
            others = peers.figures(connection, year, form, near)
            standing = Standing(postings, facts, others, peers.earlier(connection, year, units))
        validate(readings, plan, standing, now)


if __name__ == "__main__":
    print(checks_of(Path(sys.argv[1])).line())
