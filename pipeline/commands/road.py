"""The road itself: judge files, take them in, publish, or both."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.commands.call import AsJson, clear_errors, opened
from pipeline.commands.printing import print_findings, print_letters, print_published, report
from pipeline.commands.progress import progress_bar

if TYPE_CHECKING:
    from pipeline.model import Outcome
    from pipeline.opening import Office


def check(
    files: list[Path],
    as_json: AsJson = False,
    mark: Annotated[Path | None, typer.Option(help="Write marked copies into this folder.")] = None,
) -> None:
    """Judge files with the office's ledger as context; nothing is stored."""
    with clear_errors():
        from pipeline import judge
        from pipeline.model import OfficeError

        missing = [f for f in files if not f.is_file()]
        if missing:
            raise OfficeError(f"ไม่พบไฟล์ {missing[0]}", f"no such file: {missing[0]}")
        outcomes = judge.check(opened(), files, mark)
        code = report(outcomes, as_json)
        if not as_json:
            print_findings(outcomes)
    raise typer.Exit(code)


def receive(as_json: AsJson = False) -> None:
    """Take in everything in inbox/ once."""
    with clear_errors(), progress_bar() as progress:
        outcomes = _take_in(opened(), progress)
    raise typer.Exit(report(outcomes, as_json))


def _take_in(office: Office, progress: Any) -> list[Outcome]:
    from pipeline import run

    outcomes, waits = run.take_in(office, progress)
    if waits is not None:
        print(f"outbox/register.xlsx: {waits.both}", file=sys.stderr)
    return outcomes


def publish(
    period: Annotated[
        str | None, typer.Option(help="A quarter such as 2567-Q2 (default: the last one ended, and changed ones).")
    ] = None,
    as_of: Annotated[str | None, typer.Option(help="Only what was received at or before this ISO time.")] = None,
) -> None:
    """Write master and executive workbooks to outbox/reports."""
    with clear_errors(), progress_bar() as progress:
        from pipeline import edition
        from pipeline.settings import parse_time

        office = opened()
        print_published(
            edition.publish(office, period, parse_time(as_of, office.settings.zone) if as_of else None, progress)
        )
        if period is None and as_of is None:
            from pipeline import run

            letters, waits = run.follow_up(office, register=True, progress=progress)
            print_letters(letters)
            if waits is not None:
                print(f"outbox/letters/, outbox/units/: {waits.both}", file=sys.stderr)


def run(as_json: AsJson = False) -> None:
    """Receive, then publish: the main job."""
    with clear_errors(), progress_bar() as progress:
        from pipeline import run as road

        office = opened()
        outcomes = _take_in(office, progress)
        published = road.publish(office, progress)
        letters, waits = road.follow_up(office, progress=progress)
    files = [f for each in published for f in each.files]
    code = report(outcomes, as_json, {"published": files, "letters": letters})
    if not as_json:
        print_published(published)
        print_letters(letters)
    if waits is not None:
        print(f"outbox/letters/, outbox/units/: {waits.both}", file=sys.stderr)
    raise typer.Exit(code)
