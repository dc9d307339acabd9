"""Arguments -> one call of the road; prints; exit code. No rules and no file formats here; heavy imports inside commands."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from pipeline.model import Finding, Outcome
    from pipeline.opening import Office
    from pipeline.settings import Clock, Settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Excel forms in, scored master workbooks out.",
)


class _Call:
    """What the options before the command say."""

    office: Path | None = None
    lang: str | None = None
    now: str | None = None


_CALL = _Call()


@app.callback()
def _options(
    office: Annotated[
        Path | None, typer.Option(help="Folder of the office (default: the one with opsbook.toml at or above here).")
    ] = None,
    lang: Annotated[str | None, typer.Option(help="Language of what is printed: th or en.")] = None,
    now: Annotated[str | None, typer.Option(help="The business clock, an ISO time.")] = None,
) -> None:
    _CALL.office, _CALL.lang, _CALL.now = office, lang, now


def main() -> None:
    """Run the command line; Thai output never breaks on a code page."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    app()


@contextmanager
def _clear_errors() -> Iterator[None]:
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


def _open() -> Office:
    from zoneinfo import ZoneInfo

    from pipeline.log import log_to
    from pipeline.opening import open_office
    from pipeline.settings import find_office, load, parse_time

    if _CALL.lang not in (None, "th", "en"):
        from pipeline.model import OfficeError

        raise OfficeError(f"--lang ต้องเป็น th หรือ en ไม่ใช่ {_CALL.lang}", f"--lang is th or en, not {_CALL.lang}")
    root = (_CALL.office or find_office(Path.cwd())).resolve()
    settings = load(root)
    _CALL.lang = _CALL.lang or settings.language
    log_to(settings.var)
    moment = parse_time(_CALL.now, ZoneInfo(settings.timezone)) if _CALL.now else None
    return open_office(root, moment)


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """A bar on a terminal for work over a second; silence elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _what, _done, _total: None
        return
    from rich.console import Console
    from rich.progress import Progress, TaskID

    words = {
        "store": "เก็บต้นฉบับ",
        "judge": "ตรวจ",
        "issue": "ออกแบบฟอร์ม",
        "publish": "ออกรายงาน",
        "letters": "ออกหนังสือเตือน",
        "units": "แฟ้มหน่วยงาน",
        "demo": "สร้างชุดสาธิต",
    }
    with Progress(console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(words.get(what, what), total=total)
            bars.update(tasks[what], completed=done, total=total)

        yield show


def _th() -> bool:
    return _CALL.lang != "en"


def _say(th: str, en: str) -> None:
    print(th if _th() else en)


_STATES = {
    "accepted": ("รับแล้ว", "accepted"),
    "returned": ("ส่งกลับให้แก้", "returned"),
    "refused": ("ไม่รับ", "refused"),
    "duplicate": ("ซ้ำ", "duplicate"),
    "quarantined": ("เปิด/อ่านไม่ได้", "quarantined"),
    "pending": ("รอ", "pending"),
}


def _report(outcomes: list[Outcome], as_json: bool, extra: dict[str, Any] | None = None) -> int:
    """Print what happened to each file; the exit code: 1 where a file is returned, refused or quarantined."""
    from pipeline.run import totals

    counted = totals(outcomes)
    if as_json:
        print(
            json.dumps(
                {**counted, "files": [o.as_json(_CALL.lang or "th") for o in outcomes], **(extra or {})},
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
    at = 0 if _th() else 1
    for outcome in outcomes:
        if outcome.result.state in ("accepted", "duplicate") and len(outcomes) > 20:
            continue
        reason = outcome.result.reason.pick("th" if _th() else "en")
        folder = "" if Path(outcome.answer).is_absolute() else "outbox/"
        answer = f" -> {folder}{outcome.answer}" if outcome.answer else ""
        print(f"  {_STATES[outcome.result.state][at]}: {_shown(outcome.submission.name)}: {reason}{answer}")
    if not outcomes:
        _say("inbox ไม่มีไฟล์ใหม่", "nothing new in inbox")
        return
    if counted["accepted"] and len(outcomes) > 20:
        print("  outbox/receipts/")
    listed = " · ".join(f"{_STATES[k][at]} {n}" for k, n in counted.items() if n)
    _say(f"รวม {len(outcomes)} ไฟล์: {listed}", f"{len(outcomes)} files: {listed}")


def _shown(name: str) -> str:
    from pipeline.register.sheets import shown

    return shown(name)


_LISTED_FILES = 3


def _print_published(published: list[Any]) -> None:
    """Every file written, folders of many as one line with their count."""
    for each in published:
        folders: dict[str, list[str]] = {}
        for file in each.files:
            folders.setdefault(file.rpartition("/")[0], []).append(file)
        for folder, files in folders.items():
            if len(files) > _LISTED_FILES:
                print(f"  outbox/{folder}/ ({len(files)} {'ไฟล์' if _th() else 'files'})")
            else:
                print("\n".join(f"  outbox/{file}" for file in files))
    if not published:
        _say("รายงานเป็นปัจจุบันอยู่แล้ว", "reports are up to date")


@app.command()
def init(folder: Path) -> None:
    """Make an office: opsbook.toml, inbox/, outbox/ and an empty central plan workbook to fill."""
    with _clear_errors():
        from pipeline.begin import make_office

        made = make_office(folder.resolve())
        _CALL.lang = _CALL.lang or "th"
        _say(
            f"สร้างสำนักงานใน {folder} แล้ว: กรอก {made.name} แล้ววางลงใน inbox",
            f"office made in {folder}: fill {made.name} and drop it into inbox",
        )


@app.command()
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
    with _clear_errors(), _progress() as progress:
        from pipeline.begin import make_demo

        _CALL.lang = _CALL.lang or "th"
        made = make_demo(folder.resolve(), scenario, units, wrong, seed, if_new, _CALL.now, progress)
        if made is None:
            _say("สำนักงานนี้มีข้อมูลอยู่แล้ว ไม่สร้างชุดสาธิต", "this office has data already: no demo made")
        else:
            _say(
                f"ชุดสาธิต: {made.units} หน่วยงาน, {made.files} ไฟล์รอใน inbox (ตั้งใจทำให้ผิด {made.damaged})",
                f"demo: {made.units} units, {made.files} files waiting in inbox ({made.damaged} damaged on purpose)",
            )
            print("  central_plan.xlsx")
            print(f"  outbox/templates/{made.fiscal_year}/")


@app.command()
def issue(
    due: Annotated[bool, typer.Option("--due", help="Only what plan revisions changed and is not issued yet.")] = False,
) -> None:
    """Write the templates of every unit to outbox/templates."""
    with _clear_errors(), _progress() as progress:
        from pipeline.issue import issue as issue_all
        from pipeline.issue import issue_due

        office = _open()
        written = issue_due(office, progress) if due else issue_all(office, progress=progress)
        _say(f"ออกแบบฟอร์ม {len(written)} ไฟล์ใน outbox/templates", f"{len(written)} templates in outbox/templates")


@app.command()
def check(
    files: list[Path],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
    mark: Annotated[Path | None, typer.Option(help="Write marked copies into this folder.")] = None,
) -> None:
    """Judge files with the office's ledger as context; nothing is stored."""
    with _clear_errors():
        from pipeline import judge
        from pipeline.model import OfficeError

        missing = [f for f in files if not f.is_file()]
        if missing:
            raise OfficeError(f"ไม่พบไฟล์ {missing[0]}", f"no such file: {missing[0]}")
        outcomes = judge.check(_open(), files, mark)
        code = _report(outcomes, as_json)
        if not as_json:
            _print_findings(outcomes)
    raise typer.Exit(code)


def _print_findings(outcomes: list[Outcome]) -> None:
    lang = "th" if _th() else "en"
    for outcome in outcomes:
        for f in outcome.result.findings:
            print(f"    {f.rule} {f.sheet} {', '.join(f.cells)}: {f.message.pick(lang)}{_which(f)}")


def _which(f: Finding) -> str:
    """The other unit a doubt is about, for the centre, who sits at the command line."""
    from schemas.rules.doubts import NAME_ANOTHER_UNIT

    return f" ({f.value})" if f.rule in NAME_ANOTHER_UNIT else ""


@app.command()
def receive(as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False) -> None:
    """Take in everything in inbox/ once."""
    with _clear_errors(), _progress() as progress:
        outcomes = _take_in(_open(), progress)
    raise typer.Exit(_report(outcomes, as_json))


def _take_in(office: Office, progress: Any) -> list[Outcome]:
    from pipeline import run

    outcomes, waits = run.take_in(office, progress)
    if waits is not None:
        print(f"outbox/register.xlsx: {waits.both}", file=sys.stderr)
    return outcomes


@app.command()
def publish(
    period: Annotated[
        str | None, typer.Option(help="A quarter such as 2567-Q2 (default: the last one ended, and changed ones).")
    ] = None,
    as_of: Annotated[str | None, typer.Option(help="Only what was received at or before this ISO time.")] = None,
) -> None:
    """Write master and executive workbooks to outbox/reports."""
    with _clear_errors(), _progress() as progress:
        from pipeline import edition
        from pipeline.settings import parse_time

        office = _open()
        _print_published(
            edition.publish(office, period, parse_time(as_of, office.settings.zone) if as_of else None, progress)
        )
        if period is None and as_of is None:
            from pipeline import run

            letters, waits = run.follow_up(office, register=True, progress=progress)
            _print_letters(letters)
            if waits is not None:
                print(f"outbox/letters/, outbox/units/: {waits.both}", file=sys.stderr)


def _print_letters(letters: list[str]) -> None:
    """The folders of the reminders written, with their count."""
    folders = [letter.rpartition("/")[0] for letter in letters]
    for folder in dict.fromkeys(folders):
        count = folders.count(folder)
        _say(f"  outbox/{folder}/ (หนังสือเตือน {count} ฉบับ)", f"  outbox/{folder}/ ({count} reminders)")


@app.command(name="run")
def run_command(as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False) -> None:
    """Receive, then publish: the main job."""
    with _clear_errors(), _progress() as progress:
        from pipeline import run

        office = _open()
        outcomes = _take_in(office, progress)
        published = run.publish(office, progress)
        letters, waits = run.follow_up(office, progress=progress)
    files = [f for each in published for f in each.files]
    code = _report(outcomes, as_json, {"published": files, "letters": letters})
    if not as_json:
        _print_published(published)
        _print_letters(letters)
    if waits is not None:
        print(f"outbox/letters/, outbox/units/: {waits.both}", file=sys.stderr)
    raise typer.Exit(code)


@app.command()
def status(as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False) -> None:
    """Who owes what, what arrived, what is returned, late or missing."""
    with _clear_errors():
        from pipeline.register.status import as_json as told
        from pipeline.register.status import gather

        found = gather(_open())
        table = told(found)
    if as_json:
        print(json.dumps(table, ensure_ascii=False, indent=1))
        return
    _print_status(table)


def _print_status(table: dict[str, Any]) -> None:
    """Files and their balance, how everybody stands with how many units behind it, and a line per debt."""
    from schemas.answers import title_of
    from schemas.periods import name_of

    at = 0 if _th() else 1
    print(" · ".join(f"{_STATES[k][at]} {n}" for k, n in table["files"].items()))
    sums = table["balance"]
    _say(
        f"ไฟล์เข้า {sums['in']} = มีผลแล้ว {sums['final']} + รอ {sums['waiting']} + ไม่มีคำอธิบาย {sums['unexplained']}",
        f"files in {sums['in']} = final {sums['final']} + waiting {sums['waiting']} + unexplained {sums['unexplained']}",
    )
    for line in table["levels"]:
        if not line["level"]:
            shares = {k: _percent(line[k]) for k in ("completeness", "timeliness", "correctness")}
            _say(
                f"ปี {line['fiscal_year']} ({line['units']:,} หน่วยงาน): ครบถ้วน {shares['completeness']} · "
                f"ตรงเวลา {shares['timeliness']} · ถูกต้อง {shares['correctness']} · ค้างเกินกำหนด {line['late']:,}",
                f"FY {line['fiscal_year']} ({line['units']:,} units): complete {shares['completeness']} · "
                f"on time {shares['timeliness']} · correct {shares['correctness']} · overdue {line['late']:,}",
            )
    for owed in table["owed"]:
        words = owed["words_th" if _th() else "words_en"]
        late = (f" (เกินกำหนด {owed['days']} วัน)", f" ({owed['days']} days overdue)")[at] if owed["late"] else ""
        form, period = title_of(owed["form"]), name_of(owed["period"])
        report = f"{form.th} {period.th}" if _th() else f"{form.en} {period.en}"
        print(f"  {owed['unit']} {owed['name']}: {report}: {words}{late}")


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}%"


@app.command()
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
    with _clear_errors():
        from pipeline.unlock import unlock as give

        outcome = give(_open(), unit, form, period, indicator, memo, reason, until)
        _say(outcome.result.reason.th, outcome.result.reason.en)


@app.command()
def trace(
    unit: str,
    indicator: str,
    period: str,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Where a figure came from: printed figure, score, aggregation, findings, file, sheet and cell."""
    with _clear_errors():
        from pipeline.trace import trace as walk

        steps = walk(_open(), unit, indicator, period)
    if as_json:
        print(
            json.dumps(
                {"unit": unit, "indicator": indicator, "period": period, "steps": steps}, ensure_ascii=False, indent=1
            )
        )
        return
    for step in steps:
        print(f"{step['step']:<12} {step['th' if _th() else 'en']}")


@app.command()
def rehearse(
    rule: Annotated[str, typer.Argument(help="A rule's code, or all.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Run a rule as it is now over all stored originals: which it would have returned or asked about. Stores nothing."""
    with _clear_errors(), _progress() as progress:
        from pipeline.rehearse import rehearse as run_again

        found = run_again(_open(), rule, progress)
    if as_json:
        print(json.dumps(found.as_json(_CALL.lang or "th"), ensure_ascii=False, indent=1))
        return
    words = {"returned": ("จะส่งกลับ", "returned"), "asked": ("จะถาม", "asked"), "told": ("จะแจ้ง", "told")}
    at = 0 if _th() else 1
    for file in found.files:
        print(f"  {words[file.would][at]}: {file.submission.number} {file.submission.name}")
        for f in file.findings:
            print(f"    {f.rule} {f.sheet} {', '.join(f.cells)}: {f.message.pick('th' if _th() else 'en')}{_which(f)}")
    listed = " · ".join(f"{w[at]} {found.count(k)}" for k, w in words.items())
    _say(f"{found.rule}: ดู {found.looked_at} ไฟล์: {listed}", f"{found.rule}: {found.looked_at} files: {listed}")


@app.command()
def explain(code: str) -> None:
    """Print one rule of the catalogue: what it says, what to do, an example of a right value."""
    with _clear_errors():
        from pipeline.model import OfficeError
        from schemas.rules_index import rules

        rule = rules().get(code.upper())
        if rule is None:
            raise OfficeError(f"ไม่มีกฎ {code}", f"there is no rule {code}")
        for line in (
            f"{rule.code} ({rule.severity})",
            rule.text.th,
            rule.text.en,
            rule.advice.th,
            rule.advice.en,
            f"ตัวอย่าง / example: {rule.example}",
        ):
            print(line)


# -- looking after an office -------------------------------------------------------------------------------------------


@app.command()
def watch() -> None:
    """Receive as files arrive, until stopped; publish in a process of its own after a minute of quiet."""
    import signal
    import threading

    stop = threading.Event()
    for name in ("SIGTERM", "SIGINT", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: stop.set())
    with _clear_errors():
        from pipeline.watch import watch as keep_watch

        keep_watch(_open(), stop, _say_unless_well)


def _say_unless_well(outcomes: Sequence[Outcome]) -> None:
    """Quiet on success: only what was not accepted is printed."""
    for outcome in outcomes:
        if outcome.result.state not in ("accepted", "duplicate", "pending"):
            state = _STATES[outcome.result.state][0 if _th() else 1]
            reason = outcome.result.reason.pick("th" if _th() else "en")
            print(f"{state}: {_shown(outcome.submission.name)}: {reason}", flush=True)


def _clock(settings: Settings) -> Clock:
    from pipeline.settings import Clock, parse_time

    return Clock(settings.zone, parse_time(_CALL.now, settings.zone) if _CALL.now else None)


@app.command()
def verify(
    repair: Annotated[bool, typer.Option("--repair", help="Rebuild what can be rebuilt.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Hash every original anew and hold store, ledger and outbox against each other."""
    with _clear_errors():
        from pipeline import verify as checks
        from pipeline.settings import find_office, load

        root = (_CALL.office or find_office(Path.cwd())).resolve()
        done: list[str] = []
        if repair:
            office, done = checks.repair(root, _clock(load(root)))
        else:
            office = _open()
        faults = checks.verify(office)
    if as_json:
        print(json.dumps({"faults": [f.as_json() for f in faults], "done": done}, ensure_ascii=False, indent=1))
    else:
        for line in done:
            print(f"  {line}")
        for fault in faults:
            print(f"  {fault.where[:16]}: {fault.text.pick('th' if _th() else 'en')}")
        _say(
            f"พบ {len(faults)} เรื่อง" if faults else "ต้นฉบับ ทะเบียน และคำตอบตรงกันทั้งหมด",
            f"{len(faults)} faults" if faults else "originals, ledger and answers agree",
        )
    raise typer.Exit(1 if faults else 0)


@app.command()
def backup(file: Path) -> None:
    """Write the settings and every original with its envelopes into one file; it may run while files are received."""
    with _clear_errors():
        from pipeline.backup import backup as write

        count = write(_open(), file.resolve())
        _say(f"สำรอง {count} ไฟล์ไว้ใน {file}", f"{count} files kept in {file}")


@app.command()
def restore(file: Path) -> None:
    """Unpack a backup into the office named by --office (or this folder) and rebuild its ledger."""
    with _clear_errors():
        from datetime import UTC, datetime

        from pipeline.backup import restore as unpack
        from pipeline.settings import Clock

        root = (_CALL.office or Path.cwd()).resolve()
        count = unpack(root, file.resolve(), Clock(UTC, datetime.now(UTC)))  # type: ignore[arg-type]
        _CALL.lang = _CALL.lang or "th"
        _say(f"คืนข้อมูล {count} ไฟล์ที่รับไว้", f"{count} arrivals restored")


@app.command()
def doctor(as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False) -> None:
    """Look at Python, folders, permissions, space, clocks, ledger and fonts; say what to do."""
    with _clear_errors():
        from pipeline.doctor import doctor as look
        from pipeline.settings import find_office, load

        settings = load((_CALL.office or find_office(Path.cwd())).resolve())
        _CALL.lang = _CALL.lang or settings.language
        found = look(settings)
    if as_json:
        said = [{"subject": s.subject, "state": s.state, "th": s.text.th, "en": s.text.en,
                 "remedy_th": s.remedy.th, "remedy_en": s.remedy.en} for s in found]  # fmt: skip
        print(json.dumps({"symptoms": said}, ensure_ascii=False, indent=1))
    else:
        lang, signs = ("th" if _th() else "en"), {"ok": "✓", "doubt": "?", "wrong": "✗"}
        for symptom in found:
            remedy = f" -> {symptom.remedy.pick(lang)}" if symptom.remedy.pick(lang) else ""
            print(f"  {signs[symptom.state]} {symptom.subject}: {symptom.text.pick(lang)}{remedy}")
    raise typer.Exit(2 if any(s.state == "wrong" for s in found) else 0)
