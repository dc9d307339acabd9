"""Looking after an office: watching, verifying, a copy elsewhere and back, and what is wrong with this machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.call import CALL, AsJson, clear_errors, clock_for, in_thai, opened, say
from pipeline.commands.printing import say_unless_well


def watch() -> None:
    """Receive as files arrive, until stopped; publish in a process of its own after a minute of quiet."""
    import signal
    import threading

    stop = threading.Event()
    for name in ("SIGTERM", "SIGINT", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: stop.set())
    with clear_errors():
        from pipeline.watch import watch as keep_watch

        keep_watch(opened(), stop, say_unless_well)


def verify(
    repair: Annotated[bool, typer.Option("--repair", help="Rebuild what can be rebuilt.")] = False,
    as_json: AsJson = False,
) -> None:
    """Hash every original anew and hold store, ledger and outbox against each other."""
    with clear_errors():
        from pipeline import verify as checks
        from pipeline.settings import find_office, load

        root = (CALL.office or find_office(Path.cwd())).resolve()
        done: list[str] = []
        if repair:
            office, done = checks.repair(root, clock_for(load(root)))
        else:
            office = opened()
        faults = checks.verify(office)
    if as_json:
        print(json.dumps({"faults": [f.as_json() for f in faults], "done": done}, ensure_ascii=False, indent=1))
    else:
        for line in done:
            print(f"  {line}")
        for fault in faults:
            print(f"  {fault.where[:16]}: {fault.text.pick('th' if in_thai() else 'en')}")
        say(
            f"พบ {len(faults)} เรื่อง" if faults else "ต้นฉบับ ทะเบียน และคำตอบตรงกันทั้งหมด",
            f"{len(faults)} faults" if faults else "originals, ledger and answers agree",
        )
    raise typer.Exit(1 if faults else 0)


def backup(file: Path) -> None:
    """Write the settings and every original with its envelopes into one file; it may run while files are received."""
    with clear_errors():
        from pipeline.backup import backup as write

        count = write(opened(), file.resolve())
        say(f"สำรอง {count} ไฟล์ไว้ใน {file}", f"{count} files kept in {file}")


def restore(file: Path) -> None:
    """Unpack a backup into the office named by --office (or this folder) and rebuild its ledger."""
    with clear_errors():
        from datetime import UTC, datetime

        from pipeline.backup import restore as unpack
        from pipeline.settings import Clock

        root = (CALL.office or Path.cwd()).resolve()
        count = unpack(root, file.resolve(), Clock(UTC, datetime.now(UTC)))  # type: ignore[arg-type]
        CALL.lang = CALL.lang or "th"
        say(f"คืนข้อมูล {count} ไฟล์ที่รับไว้", f"{count} arrivals restored")


def doctor(as_json: AsJson = False) -> None:
    """Look at Python, folders, permissions, space, clocks, ledger and fonts; say what to do."""
    with clear_errors():
        from pipeline.doctor import doctor as look
        from pipeline.settings import find_office, load

        settings = load((CALL.office or find_office(Path.cwd())).resolve())
        CALL.lang = CALL.lang or settings.language
        found = look(settings)
    if as_json:
        said = [{"subject": s.subject, "state": s.state, "th": s.text.th, "en": s.text.en,
                 "remedy_th": s.remedy.th, "remedy_en": s.remedy.en} for s in found]  # fmt: skip
        print(json.dumps({"symptoms": said}, ensure_ascii=False, indent=1))
    else:
        lang, signs = ("th" if in_thai() else "en"), {"ok": "✓", "doubt": "?", "wrong": "✗"}
        for symptom in found:
            remedy = f" -> {symptom.remedy.pick(lang)}" if symptom.remedy.pick(lang) else ""
            print(f"  {signs[symptom.state]} {symptom.subject}: {symptom.text.pick(lang)}{remedy}")
    raise typer.Exit(2 if any(s.state == "wrong" for s in found) else 0)
