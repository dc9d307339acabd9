"""Outcomes, findings, published files and letters -> the lines a person reads, or one JSON object; and the exit code."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.commands.call import CALL, in_thai, say

if TYPE_CHECKING:
    from pipeline.model import Finding, Outcome

STATES = {
    "accepted": ("รับแล้ว", "accepted"),
    "returned": ("ส่งกลับให้แก้", "returned"),
    "refused": ("ไม่รับ", "refused"),
    "duplicate": ("ซ้ำ", "duplicate"),
    "quarantined": ("เปิด/อ่านไม่ได้", "quarantined"),
    "pending": ("รอ", "pending"),
}


def report(outcomes: list[Outcome], as_json: bool, extra: dict[str, Any] | None = None) -> int:
    """Print what happened to each file; the exit code: 1 where a file is returned, refused or quarantined."""
    from pipeline.run import totals

    counted = totals(outcomes)
    if as_json:
        print(
            json.dumps(
                {**counted, "files": [o.as_json(CALL.lang or "th") for o in outcomes], **(extra or {})},
                ensure_ascii=False,
                indent=1,
            )
        )
    else:
        _print_files(outcomes, counted)
    troubles = dict.fromkeys(o.result.reason.both for o in outcomes if o.trouble)
    for line in troubles:
        print(line, file=sys.stderr)
    if troubles:
        return 2
    return 1 if counted["returned"] + counted["refused"] + counted["quarantined"] else 0


def _print_files(outcomes: list[Outcome], counted: dict[str, int]) -> None:
    at = 0 if in_thai() else 1
    for outcome in outcomes:
        if outcome.result.state in ("accepted", "duplicate") and len(outcomes) > 20:
            continue
        reason = outcome.result.reason.pick("th" if in_thai() else "en")
        folder = "" if Path(outcome.answer).is_absolute() else "outbox/"
        answer = f" -> {folder}{outcome.answer}" if outcome.answer else ""
        print(f"  {STATES[outcome.result.state][at]}: {_shown(outcome.submission.name)}: {reason}{answer}")
    if not outcomes:
        say("inbox ไม่มีไฟล์ใหม่", "nothing new in inbox")
        return
    if counted["accepted"] and len(outcomes) > 20:
        print("  outbox/receipts/")
    listed = " · ".join(f"{STATES[k][at]} {n}" for k, n in counted.items() if n)
    say(f"รวม {len(outcomes)} ไฟล์: {listed}", f"{len(outcomes)} files: {listed}")


def _shown(name: str) -> str:
    from pipeline.register.sheets import shown

    return shown(name)


_LISTED_FILES = 3


def print_published(published: list[Any]) -> None:
    """Every file written, folders of many as one line with their count."""
    for each in published:
        folders: dict[str, list[str]] = {}
        for file in each.files:
            folders.setdefault(file.rpartition("/")[0], []).append(file)
        for folder, files in folders.items():
            if len(files) > _LISTED_FILES:
                print(f"  outbox/{folder}/ ({len(files)} {'ไฟล์' if in_thai() else 'files'})")
            else:
                print("\n".join(f"  outbox/{file}" for file in files))
    if not published:
        say("รายงานเป็นปัจจุบันอยู่แล้ว", "reports are up to date")


def print_letters(letters: list[str]) -> None:
    """The folders of the reminders written, with their count."""
    folders = [letter.rpartition("/")[0] for letter in letters]
    for folder in dict.fromkeys(folders):
        count = folders.count(folder)
        say(f"  outbox/{folder}/ (หนังสือเตือน {count} ฉบับ)", f"  outbox/{folder}/ ({count} reminders)")


def print_findings(outcomes: list[Outcome]) -> None:
    """Every finding with its rule, sheet and cells."""
    lang = "th" if in_thai() else "en"
    for outcome in outcomes:
        for f in outcome.result.findings:
            print(f"    {f.rule} {f.sheet} {', '.join(f.cells)}: {f.message.pick(lang)}{which(f)}")


def which(f: Finding) -> str:
    """The other unit a doubt is about, for the centre, who sits at the command line."""
    from schemas.rules.doubts import NAME_ANOTHER_UNIT

    return f" ({f.value})" if f.rule in NAME_ANOTHER_UNIT else ""


def say_unless_well(outcomes: Sequence[Outcome]) -> None:
    """Quiet on success: only what was not accepted is printed."""
    for outcome in outcomes:
        if outcome.result.state not in ("accepted", "duplicate", "pending"):
            state = STATES[outcome.result.state][0 if in_thai() else 1]
            reason = outcome.result.reason.pick("th" if in_thai() else "en")
            print(f"{state}: {_shown(outcome.submission.name)}: {reason}", flush=True)
