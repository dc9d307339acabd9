"""A demo office of so many units -> one table: seconds and peak memory of receive and publish beside a pandas loop.

    python tools/bench.py                     100 and 1,000 units
    python tools/bench.py --units 100         fewer
    python tools/bench.py --checks            only what judging costs beside reading, and one workbook drawn
    python tools/bench.py --keep DIR          leave the offices in DIR to look at

The office is the demo's `local` scenario (local administrations of one province and its neighbours): the only one that
has a thousand units. Each unit sends two workbooks, none of them damaged. The loop is what one would write without
opsbook, `pandas.read_excel(path, sheet_name=None, engine="openpyxl")` over the same files: it checks and keeps nothing.
"""

import argparse
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench_checks import Checks, checks_of

from pipeline import judge
from pipeline.opening import open_office

ROOT = Path(__file__).resolve().parents[1]
SCENARIO = "local"
SMALL_UNITS, WARM_UP, REPEATS = 12, 3, 24
WIDE_ROWS = 15  # indicators of the marked copy that is measured
LOOK_EVERY = 0.02  # seconds between two looks at the memory
PAGE = 4096
LOOP = """
import sys
import pandas as pd
for path in sys.argv[1:]:
    pd.read_excel(path, sheet_name=None, engine="openpyxl")
"""


@dataclass(frozen=True)
class Cost:
    """What one command and its children took: wall seconds, processor seconds (nan where the system does not say), and
    the largest sum of their resident memory (MiB)."""

    seconds: float
    cpu: float
    mib: float


@dataclass(frozen=True)
class Line:
    """One line of the table: an office of so many units."""

    units: int
    files: int
    file_bytes: float
    demo: Cost
    loop: Cost
    checks: Checks
    receive: Cost
    publish: Cost
    periods: int

    @property
    def ratio(self) -> float:
        """Seconds of receive over seconds of the loop, for the same files."""
        return self.receive.seconds / self.loop.seconds


def main() -> int:
    arguments = read_arguments()
    print(__doc__.strip().splitlines()[0])
    print(conditions())
    with tempfile.TemporaryDirectory(prefix="opsbook-bench-") as scratch:
        place = arguments.keep or Path(scratch)
        lines = [] if arguments.checks else [measure_office(units, place) for units in arguments.units]
        print(table(lines) if lines else "")
        print("judging beside reading, in one warm process (wall; batches of a hundred files)")
        for checks in [line.checks for line in lines] or [checks_only(units, place) for units in arguments.units]:
            print(checks.line())
        print(warm_figures(place / f"small-{SMALL_UNITS}"))
    return 0


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--units", type=numbers, default=[100, 1000], metavar="N,N", help="default: 100,1000")
    parser.add_argument("--checks", action="store_true", help="only judging beside reading, and one workbook drawn")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="make the offices here and leave them")
    return parser.parse_args()


def numbers(text: str) -> list[int]:
    return [int(part) for part in text.replace(" ", "").split(",") if part]


def conditions() -> str:
    import os
    import platform

    return (
        f"Python {platform.python_version()}, {os.cpu_count()} processors, {platform.system()}; load before: {load()}\n"
        f"Scenario {SCENARIO}, two clean files a unit. Every figure is wall time of a process of its own, start and\n"
        "imports included, for opsbook and for the loop alike; the files were just written, so both read them from\n"
        "the system's cache. receive includes the two seconds it waits between two looks at the inbox, its fsyncs\n"
        "and its receipts."
    )


def load() -> str:
    import os

    try:
        return f"{os.getloadavg()[0]:.2f}"
    except (AttributeError, OSError):
        return "unknown"


# ------------------------------------------------------------------------------------------------- one office


def measure_office(units: int, place: Path) -> Line:
    office = place / f"{SCENARIO}-{units}"
    say(f"{units:,} units: making the office, its templates and filled files")
    demo = measure(opsbook("demo", office, "--scenario", SCENARIO, "--units", units, "--wrong", 0))
    with (office / "opsbook.toml").open("a", encoding="utf-8") as settings:
        settings.write('pdf = "no"\n')  # printing is LibreOffice's time, not ours
    files = sorted((office / "inbox").glob("*.xlsx"))
    size = sum(f.stat().st_size for f in files) / len(files)
    say(f"{units:,} units: the loop over {len(files):,} files")
    loop = measure([sys.executable, "-c", LOOP, *map(str, files)])
    say(f"{units:,} units: reading and judging")
    checks = checks_of(office)
    say(f"{units:,} units: receive")
    receive = measure(opsbook("--office", office, "receive"))
    left = sum(1 for _ in (office / "inbox").glob("*.xlsx"))
    if left:
        raise SystemExit(f"bench: {left} files were left in the inbox, so the figures would not be of the same files")
    say(f"{units:,} units: publish")
    publish = measure(opsbook("--office", office, "publish"))
    periods = sum(1 for _ in (office / "outbox" / "reports").glob("*/*"))
    return Line(units, len(files), size, demo, loop, checks, receive, publish, periods)


def checks_only(units: int, place: Path) -> Checks:
    office = place / f"{SCENARIO}-{units}"
    say(f"{units:,} units: making the office, its templates and filled files")
    measure(opsbook("demo", office, "--scenario", SCENARIO, "--units", units, "--wrong", 0))
    say(f"{units:,} units: reading and judging")
    return checks_of(office)


def opsbook(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "pipeline", *map(str, arguments)]


def say(text: str) -> None:
    print(f"  {text} …", file=sys.stderr, flush=True)


# --------------------------------------------------------------------------------------------------- measuring


def measure(call: Sequence[str]) -> Cost:
    """Run a command to its end; SystemExit where it fails."""
    began, worked = time.perf_counter(), cpu_of_children()
    process = subprocess.Popen(call, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    watch = Watch(process.pid)
    watch.start()
    _, errors = process.communicate()
    seconds = time.perf_counter() - began
    watch.stop()
    if process.returncode:
        raise SystemExit(f"bench: {' '.join(call[:6])} … ended {process.returncode}: {errors.decode()[-400:]}")
    return Cost(seconds, cpu_of_children() - worked, watch.most)


def cpu_of_children() -> float:
    try:
        import resource
    except ImportError:  # Windows
        return float("nan")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Watch(threading.Thread):
    """Looks at the resident memory of a process and everything below it; the largest sum stays in `most` (MiB, nan
    where there is no /proc). Pages that processes share count once for each of them, so the sum is an upper bound."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.most, self._ended = pid, float("nan"), threading.Event()

    def run(self) -> None:
        while Path("/proc/self/statm").exists() and not self._ended.wait(LOOK_EVERY):
            mib = sum(resident(pid) for pid in family(self.pid)) / 2**20
            self.most = mib if self.most != self.most else max(self.most, mib)

    def stop(self) -> None:
        self._ended.set()
        self.join()


def family(pid: int) -> Iterable[int]:
    yield pid
    try:
        children = [
            int(child)
            for task in Path(f"/proc/{pid}/task").iterdir()
            for child in (task / "children").read_text().split()
        ]
    except OSError:  # ended meanwhile
        return
    for child in children:
        yield from family(child)


def resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    except (OSError, IndexError):
        return 0


# --------------------------------------------------------------------------------------------------- the table


def table(lines: Sequence[Line]) -> str:
    heads = ["", *(f"{line.units:,} units" for line in lines)]
    rows = [
        ["files (two a unit)", *(f"{line.files:,}" for line in lines)],
        ["bytes a filled file", *(f"{line.file_bytes:,.0f}" for line in lines)],
        ["pandas loop, s", *(f"{line.loop.seconds:.1f}" for line in lines)],
        ["pandas loop, ms a file", *(each(line.loop, line) for line in lines)],
        ["pandas loop, processor s", *(f"{line.loop.cpu:.1f}" for line in lines)],
        ["pandas loop, peak MiB", *(f"{line.loop.mib:.0f}" for line in lines)],
        ["receive, s", *(f"{line.receive.seconds:.1f}" for line in lines)],
        ["receive, ms a file", *(each(line.receive, line) for line in lines)],
        ["receive, processor s", *(f"{line.receive.cpu:.1f}" for line in lines)],
        ["receive, peak MiB", *(f"{line.receive.mib:.0f}" for line in lines)],
        ["receive / loop, wall", *(f"{line.ratio:.2f}" for line in lines)],
        ["receive / loop, processor", *(f"{line.receive.cpu / line.loop.cpu:.2f}" for line in lines)],
        ["publish, s", *(f"{line.publish.seconds:.1f} ({line.periods} quarters)" for line in lines)],
        ["publish, peak MiB", *(f"{line.publish.mib:.0f}" for line in lines)],
        ["demo (plan, templates, fills), s", *(f"{line.demo.seconds:.1f}" for line in lines)],
    ]
    wide = [max(len(row[n]) for row in [heads, *rows]) for n in range(len(heads))]
    show = [
        "  ".join(t.ljust(w) if n == 0 else t.rjust(w) for n, (t, w) in enumerate(zip(row, wide, strict=True)))
        for row in [heads, *rows]
    ]
    return "\n".join(
        [
            "",
            show[0],
            "-" * len(show[0]),
            *show[1:],
            f"peak MiB: process and children together; shared pages count in each; load after: {load()}",
            "",
        ]
    )


def each(cost: Cost, line: Line) -> str:
    return f"{cost.seconds / line.files * 1000:.1f}"


# ------------------------------------------------------------------------------------------- one workbook, warm


def warm_figures(office: Path) -> str:
    """Median milliseconds of one template and one marked copy in this process, after a few unmeasured ones."""
    sys.path.insert(0, str(ROOT))
    measure(opsbook("demo", office, "--units", SMALL_UNITS, "--wrong", 1))
    out = office / "warm"
    out.mkdir()
    drawn = [*template_jobs(office, out), *marked_jobs(office, out)]
    lines = ["one workbook, drawn in a warm process (median; ministry scenario, 12 units)"]
    for name, jobs in drawn:
        for _, job in zip(range(WARM_UP), jobs, strict=False):
            job()
        taken = [clocked(job) for _, job in zip(range(REPEATS), jobs * REPEATS, strict=False)]
        size = median(p.stat().st_size for p in out.glob(f"{name}-*.xlsx"))
        lines.append(f"  {name:<34} {median(taken):6.1f} ms  {size:8,.0f} bytes")
    return "\n".join(lines)


Jobs = list[tuple[str, list[Callable[[], None]]]]


def template_jobs(office: Path, out: Path) -> Jobs:
    from pipeline.ledger import book
    from pipeline.opening import open_office
    from pipeline.template import template, unit_forms, write_template

    opened = open_office(office)
    with opened.engine.connect() as connection:
        year = book.plan_years(connection)[0]
        plan = book.plan_of(connection, year)
        assert plan is not None
        postings = book.standing_postings(connection, year)
        facts = book.facts_of(connection, postings, year)
    return [
        (
            f"template {form.name}",
            [
                lambda form=form, unit=unit: write_template(  # type: ignore[misc]
                    template(form, plan, unit, postings, facts, opened.clock.now()),
                    str(out / f"template {form.name}-{unit}.xlsx"),
                )
                for unit in plan.reporting_units
            ],
        )
        for form in unit_forms()
    ]


def marked_jobs(office: Path, out: Path) -> Jobs:
    from pipeline import reply
    from pipeline.ledger import book

    opened = open_office(office)
    outcomes = judge.check(opened, sorted((office / "inbox").glob("*.xlsx")))
    with opened.engine.connect() as connection:
        plan = book.plan_of(connection, book.plan_years(connection)[0])
    jobs: Jobs = []
    for form in ("monthly_plan", "quarterly_result"):
        returned = [
            o
            for o in outcomes
            if o.result.state == "returned" and o.result.reading.identity.form == form and o.result.reading.rows
        ]
        name = f"marked {form}, {WIDE_ROWS} rows"
        wide = [(o, *widened(o.result, plan)) for o in returned]
        drawn = [
            lambda o=o, n=n, name=name, result=result, more=more: reply.draw_marked(  # type: ignore[misc]
                result, more, str(out / f"{name}-{n}.xlsx"), o.submission.received_at
            )
            for n, (o, result, more) in enumerate(wide)
        ]
        if drawn:
            jobs.append((name, drawn))
    return jobs


def widened(result, plan):  # type: ignore[no-untyped-def]
    """The judgement and its plan with as many indicators as `WIDE_ROWS`: rows of the file once more, under new codes."""
    from dataclasses import replace

    unit = result.reading.identity.unit
    own = plan.assigned(unit)
    new = {own[n % len(own)]["code"]: f"+{n}" for n in range(WIDE_ROWS - len(own))}
    content = {k: list(rows) for k, rows in plan.content.items()}
    content["indicators"] += [{**plan.indicators[old], "code": code} for old, code in new.items()]
    content["assignments"] += [{"indicator": code, "unit": unit} for code in new.values()]
    rows = [
        replace(r, cells={**r.cells, "indicator": replace(r.cells["indicator"], text=new[r.text("indicator")])})
        for r in result.reading.rows
        if r.text("indicator") in new
    ]
    reading = replace(result.reading, rows=(*result.reading.rows, *rows))
    return replace(result, reading=reading), replace(plan, content=content)


def clocked(job: Callable[[], None]) -> float:
    began = time.perf_counter()
    job()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    sys.exit(main())
