"""What the centre begins and decides: an office, a demo of one, templates, an unlock."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.call import CALL, clear_errors, opened, say
from pipeline.commands.progress import progress_bar


def init(folder: Path) -> None:
    """Make an office: opsbook.toml, inbox/, outbox/ and an empty central plan workbook to fill."""
    with clear_errors():
        from pipeline.begin import make_office

        made = make_office(folder.resolve())
        CALL.lang = CALL.lang or "th"
        say(
            f"สร้างสำนักงานใน {folder} แล้ว: กรอก {made.name} แล้ววางลงใน inbox",
            f"office made in {folder}: fill {made.name} and drop it into inbox",
        )


def demo(
    folder: Path,
    scenario: Annotated[str, typer.Option(help="ministry, province or local.")] = "ministry",
    units: Annotated[int | None, typer.Option(help="How many units report.")] = None,
    wrong: Annotated[float, typer.Option(help="Share of files damaged in everyday ways, 0 to 1.")] = 0.1,
    seed: Annotated[int, typer.Option(help="The same seed gives the same office.")] = 1,
    if_new: Annotated[
        bool, typer.Option("--if-new", help="Do nothing where the office has a ledger or a plan already.")
    ] = False,
) -> None:
    """Make an office with a realistic plan, issued templates and filled files waiting in inbox/."""
    with clear_errors(), progress_bar() as progress:
        from pipeline.begin import make_demo

        CALL.lang = CALL.lang or "th"
        made = make_demo(folder.resolve(), scenario, units, wrong, seed, if_new, CALL.now, progress)
        if made is None:
            say("สำนักงานนี้มีข้อมูลอยู่แล้ว ไม่สร้างชุดสาธิต", "this office has data already: no demo made")
        else:
            say(
                f"ชุดสาธิต: {made.units} หน่วยงาน, {made.files} ไฟล์รอใน inbox (ตั้งใจทำให้ผิด {made.damaged})",
                f"demo: {made.units} units, {made.files} files waiting in inbox ({made.damaged} damaged on purpose)",
            )
            print("  central_plan.xlsx")
            print(f"  outbox/templates/{made.fiscal_year}/")


def issue(
    due: Annotated[bool, typer.Option("--due", help="Only what plan revisions changed and is not issued yet.")] = False,
) -> None:
    """Write the templates of every unit to outbox/templates."""
    with clear_errors(), progress_bar() as progress:
        from pipeline.issue import issue as issue_all
        from pipeline.issue import issue_due

        office = opened()
        written = issue_due(office, progress) if due else issue_all(office, progress=progress)
        say(f"ออกแบบฟอร์ม {len(written)} ไฟล์ใน outbox/templates", f"{len(written)} templates in outbox/templates")


def unlock(
    unit: str,
    form: Annotated[str, typer.Option(help="monthly_plan or quarterly_result.")],
    period: Annotated[str, typer.Option(help="2567-Q1 of a quarterly result, 2567 of a monthly plan.")],
    memo: Annotated[str, typer.Option(help="Number of the memo that asks for it.")],
    reason: Annotated[str, typer.Option(help="Why; printed beside every figure changed under it.")],
    until: Annotated[str, typer.Option(help="The last day it holds: 2024-02-15 or 15/2/2567.")],
    indicator: Annotated[str, typer.Option(help="An indicator's code; * = all of the unit's.")] = "*",
) -> None:
    """Let a unit change what it confirmed, for a time: the same as a row of the plan workbook's unlock sheet."""
    with clear_errors():
        from pipeline.unlock import unlock as give

        outcome = give(opened(), unit, form, period, indicator, memo, reason, until)
        say(outcome.result.reason.th, outcome.result.reason.en)
