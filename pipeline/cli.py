"""Arguments -> one command of `pipeline/commands/`: which there are, in the order `--help` lists them.

No rules and no file formats here or in the commands; heavy imports stand inside them, so that `--help` is instant.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.asking import explain, rehearse, status, trace
from pipeline.commands.call import clear_errors, take_options
from pipeline.commands.centre import demo, init, issue, unlock
from pipeline.commands.keeping import backup, doctor, restore, verify, watch
from pipeline.commands.road import check, publish, receive, run

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Excel forms in, scored master workbooks out.",
)

for command in (
    *(init, demo, issue),
    *(check, receive, publish, run),
    *(status, unlock, trace, rehearse, explain),
    *(watch, verify, backup, restore, doctor),
):
    app.command()(command)


@app.callback()
def _options(
    office: Annotated[
        Path | None, typer.Option(help="Folder of the office (default: the one with opsbook.toml at or above here).")
    ] = None,
    lang: Annotated[str | None, typer.Option(help="Language of what is printed: th or en.")] = None,
    now: Annotated[str | None, typer.Option(help="The business clock, an ISO time.")] = None,
) -> None:
    with clear_errors():
        take_options(office, lang, now)


def main() -> None:
    """Run the command line; Thai output never breaks on a code page."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    app()
