"""One call of the command line: the options before the command, its office, its language, and how it fails in one line."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pipeline.opening import Office
    from pipeline.settings import Clock, Settings

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")]


class Call:
    """What the options before the command say."""

    office: Path | None = None
    lang: str | None = None
    now: str | None = None


CALL = Call()


@contextmanager
def clear_errors() -> Iterator[None]:
    """A wrong call or office is one line and exit code 2; another receiver at work is one line and exit code 3."""
    from pipeline.lock import Held
    from pipeline.model import OfficeError

    try:
        yield
    except OfficeError as error:
        print(error.text.both, file=sys.stderr)
        raise typer.Exit(2) from error
    except Held as held:
        print(f"มีโปรแกรมอื่นกำลังรับไฟล์ของสำนักงานนี้ / another receiver holds this office: {held.holder}", file=sys.stderr)
        raise typer.Exit(3) from held
    except Exception as error:
        from pipeline import trouble

        found = trouble.of(error)
        if found is None:
            raise
        print(found.text.both, file=sys.stderr)
        raise typer.Exit(2) from error


def take_options(office: Path | None, lang: str | None, now: str | None) -> None:
    """Keep what stands before the command; a language that there is not is a wrong call, whatever the command."""
    from pipeline.model import OfficeError

    if lang not in (None, "th", "en"):
        raise OfficeError(f"--lang ต้องเป็น th หรือ en ไม่ใช่ {lang}", f"--lang is th or en, not {lang}")
    CALL.office, CALL.lang, CALL.now = office, lang, now


def opened() -> Office:
    """The office of this call with its clock and ledger; from here on its language is spoken and its log written."""
    from zoneinfo import ZoneInfo

    from pipeline.log import log_to
    from pipeline.opening import open_office
    from pipeline.settings import find_office, load, parse_time

    root = (CALL.office or find_office(Path.cwd())).resolve()
    settings = load(root)
    CALL.lang = CALL.lang or settings.language
    log_to(settings.var)
    moment = parse_time(CALL.now, ZoneInfo(settings.timezone)) if CALL.now else None
    return open_office(root, moment)


def clock_for(settings: Settings) -> Clock:
    """The business clock of this call, for what works before an office can be opened."""
    from pipeline.settings import Clock, parse_time

    return Clock(settings.zone, parse_time(CALL.now, settings.zone) if CALL.now else None)


def in_thai() -> bool:
    """Thai, unless the call or the office says English."""
    return CALL.lang != "en"


def say(th: str, en: str) -> None:
    """Print one line in the language of this call."""
    print(th if in_thai() else en)
