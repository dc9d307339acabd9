"""Judgements -> answers in outbox: receipts, marked copies, notes; each written aside and renamed into place."""

from __future__ import annotations

import errno
import html
import os
import re
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline.durable import make_folder, sync_folder
from pipeline.model import Finding, Posting, ReadRow, ValidationResult
from pipeline.office.compose import marked, plan_copy, unit_copy
from pipeline.office.forms import draw
from pipeline.settings import Settings
from schemas import evidence
from schemas.answers import HEAD, SEVERITY, title_of
from schemas.folders import UNSAFE, unit_folder
from schemas.forms_index import forms
from schemas.language import Form
from schemas.numbers import parse
from schemas.owned import OWNED
from schemas.periods import due_quarters, end_of, name_of, thai_date
from schemas.plan import Plan, code_finder
from schemas.rules.files import UNSURE


def _stem(name: str, form: str | None) -> str:
    stem = Path(name.replace("\\", "/")).name.rsplit(".", 1)[0]
    stem = UNSAFE.sub("_", re.sub(r"(\.marked)+$", "", stem)).strip("._")[:60] or "file"
    return stem if not form or form in stem else f"{stem}-{form}"


def safe_stem(name: str) -> str:
    """A file name without its ending as every file system and link takes it, at most 60 characters."""
    stem = Path(name.replace("\\", "/")).name
    stem = stem.rpartition(".")[0] or stem
    return UNSAFE.sub("_", stem).strip("._")[:60] or "file"


def place(settings: Settings, relative: str, write: Callable[[str], None]) -> str:
    """Write a file aside and rename it into place in outbox -> its path in outbox. A target held open gets a second name."""
    target = settings.outbox / relative
    make_folder(target.parent)
    temporary = settings.writing / f"{uuid.uuid4().hex}{target.suffix}"
    try:
        write(str(temporary))
        with open(temporary, "rb+") as handle:
            os.fsync(handle.fileno())
        try:
            os.replace(temporary, target)
        except PermissionError:  # Excel holds the target open on Windows
            target = target.with_name(f"{target.stem} (2){target.suffix}")
            os.replace(temporary, target)
        sync_folder(target.parent)
    finally:
        temporary.unlink(missing_ok=True)
    return target.relative_to(settings.outbox).as_posix()


def reply(
    settings: Settings,
    result: ValidationResult,
    plan: Plan | None,
    as_of: datetime,
    owner: str | None = None,
    earlier: Sequence[int] = (),
    overtaken: bool = False,
) -> str:
    """Write the answer of one judgement; its path in outbox ("" where nothing is answered, as for pending files).

    `owner`: the unit in whose folder of the inbox the file lay, who gets the answer where the file itself names nobody.
    `earlier`: numbers of arrivals of the same unit and form; what older ones of them were told moves to done/, since this
    answer takes its place. An answer that is itself `overtaken` (written again by a repair) goes to done/ at once.
    """
    identity, name = result.reading.identity, result.reading.submission.name
    if result.state == "pending":
        return ""
    known = bool(plan and identity.unit in plan.units)
    folder = (
        "_centre" if identity.form == "central_plan" else unit_folder(identity.unit or "") if known else "_unidentified"
    )
    if folder == "_unidentified" and owner and not owner.startswith("_"):
        folder = unit_folder(owner)
    if any(f.rule == "I_UNPACKED" for f in result.findings):
        folder = "_mail"
    stem = _stem(name, identity.form)
    page_name = f"{stem}-{result.reading.submission.number}.html"
    is_marked = result.state == "returned" and (folder == "_centre" or (known and bool(result.reading.rows)))
    if folder not in ("_unidentified", "_mail") and not overtaken:
        _put_away(settings, result, folder, keep=f"{stem}.marked.xlsx" if is_marked else "", earlier=earlier)
    if result.state == "accepted":
        page = receipt(result, plan)
        return place(settings, f"receipts/{folder}/{page_name}", lambda p: _write(p, page))
    target = f"returned/{folder}/{'done/' if overtaken else ''}"
    if is_marked:
        return place(settings, f"{target}{stem}.marked.xlsx", lambda p: draw_marked(result, plan, p, as_of))
    page = receipt(result, plan)
    return place(settings, f"{target}{page_name}", lambda p: _write(p, page))


def _put_away(settings: Settings, result: ValidationResult, folder: str, keep: str, earlier: Sequence[int]) -> None:
    """Answers that this one takes the place of move to done/, so that what lies in a unit's folder is still to be done.

    Of a form: its older marked copies (it is right now, or a newer copy says what is left), and the pages that older
    files of the same unit and form got. Of any file that was taken: the pages of files of the same name that could not
    be read, or were of no use. Safe to repeat; nothing of a later arrival moves.
    """
    form, number = result.reading.identity.form or "", result.reading.submission.number
    where = settings.outbox / "returned" / folder
    own = form != evidence.FORM and bool(form)
    old: list[Path] = []
    if own and result.state in ("accepted", "returned"):
        old += [p for p in where.glob(f"*{form}*.marked.xlsx") if p.name != keep]
    if result.state in ("accepted", "returned", "refused"):
        replaced = {n for n in earlier if n < number} if own else set()
        same = _stem(result.reading.submission.name, None)
        pages = ((p, *_name_and_number(p)) for p in where.glob("*.html"))
        old += [p for p, stem, n in pages if n in replaced or (stem == same and 0 <= n < number)]
    for each in old:
        put_away(each)


# What systems and shares answer where Excel or a mail program holds a file open.
_HELD_OPEN = (errno.EACCES, errno.EPERM, errno.EBUSY, errno.ETXTBSY)


def put_away(path: Path) -> None:
    """Move an answer that a newer one took the place of to done/ beside it; firm before the decision that follows, which
    is not taken again after the power failed."""
    done = path.parent / "done"
    make_folder(done)
    try:
        os.replace(path, done / path.name)
    except OSError as error:
        if error.errno not in _HELD_OPEN:
            raise
        return  # it stays where it is, the register says what counts
    sync_folder(done)
    sync_folder(path.parent)


def _name_and_number(page: Path) -> tuple[str, int]:
    """("แผน", 34) of แผน-34.html; -1 where the name ends in no number."""
    stem, _, number = page.stem.rpartition("-")
    return stem, int(number) if number.isascii() and number.isdigit() else -1


def _write(path: str, text: str) -> None:
    Path(path).write_text(text, encoding="utf-8")


# -- the marked copy --------------------------------------------------------------------------------------------------


def draw_marked(result: ValidationResult, plan: Plan | None, path: str, as_of: datetime) -> None:
    """The unit's own workbook drawn anew with everything it typed, the wrong cells coloured and explained."""
    reading = result.reading
    if reading.identity.form == "central_plan":
        draw(_marked_plan(result, as_of), path)
        return
    assert plan is not None
    form = forms()[reading.identity.form or ""]
    codes = code_finder(i["code"] for i in plan.assigned(reading.identity.unit or ""))
    left_out = _not_shown(form, plan.fiscal_year, result.findings)
    values: dict[tuple[str, str], dict[str, Any]] = {}
    strangers: list[tuple[str, dict[str, Any]]] = []
    for row in reading.rows:
        key = (row.sheet_key, codes(row.text("indicator")) or "")
        if key[1] and key not in values:
            values[key] = _typed_values(row, left_out)
        else:  # an unknown or second row: it travels along below the table
            strangers.append((row.sheet_key, {**{k: row.text(k) for k in OWNED}, **_typed_values(row, left_out)}))
    copy = unit_copy(form, plan, reading.identity.unit or "", values, as_of)
    extended = {k: [*rows, *(r for sheet, r in strangers if sheet == k)] for k, rows in copy.values.items()}
    signs = {key: cell.text for key, cell in reading.head.items()}
    copy = replace(copy, values=extended, signs=signs)
    draw(marked(copy, result.findings, {}, reading.submission.sha256), path)


def _not_shown(form: Form, fiscal_year: int, findings: Sequence[Finding]) -> set[tuple[str, str]]:
    """(sheet key, field or address) of what the copy leaves blank: cells that are ours, and values nobody chose.

    A copy that showed one of two possible values would be right as it is, and sent back unread it would count.
    """
    ours = {(s.key, f.key) for s in form.sheets(fiscal_year) for f in s.fields if f.owner == "system"}
    unsure = [p for f in findings if f.rule in UNSURE and f.severity == "error" for p in f.places]
    return ours | {(p.sheet_key, p.address) for p in unsure if p.field}


def _typed_values(row: ReadRow, left_out: set[tuple[str, str]]) -> dict[str, Any]:
    """What was typed, as it was stored where that matters: dates and percents stay what they are, the rest is text."""
    values: dict[str, Any] = {}
    for key, cell in row.cells.items():
        if cell.blank or key in OWNED or {(row.sheet_key, key), (row.sheet_key, cell.address)} & left_out:
            continue
        if cell.kind == "date":
            values[key] = _moment(cell.text)
        elif cell.kind == "percent" and (number := parse(cell.text).value) is not None:
            values[key] = f"{number * 100:f}".rstrip("0").rstrip(".") + "%"
        else:
            values[key] = cell.text
    return values


def _moment(text: str) -> Any:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return text


def _marked_plan(result: ValidationResult, as_of: datetime) -> Any:
    form = forms()["central_plan"]
    left_out = _not_shown(form, 0, result.findings)
    content: dict[str, list[dict[str, Any]]] = {}
    where: dict[tuple[str, str], int] = {}
    for sheet in form.sheets(0):
        rows = [r for r in result.reading.rows if r.sheet_key == sheet.key]
        content[sheet.key] = [
            {k: c.text for k, c in r.cells.items() if not c.blank and (sheet.key, c.address) not in left_out}
            for r in rows
        ]
        for n, row in enumerate(rows):
            for cell in row.cells.values():
                where[sheet.key, cell.address] = n
    copy = plan_copy(form, content, as_of)
    if "settings" in content:  # keep the rows as typed: findings point at them
        copy.values = {**copy.values, "settings": content["settings"]}
    return marked(copy, result.findings, where, result.reading.submission.sha256)


# -- the receipt ------------------------------------------------------------------------------------------------------

_COLOUR = {
    "accepted": "#146C43",
    "returned": "#8C1D18",
    "refused": "#8C1D18",
    "quarantined": "#8C1D18",
    "duplicate": "#44505C",
}
_CELLS = 8  # cells named in one line
_PLAIN = ("", "รับแล้ว")  # reasons that say no more than the title
_CSS = """body{font-family:"TH SarabunPSK","TH Sarabun New",Sarabun,Laksaman,"Noto Sans Thai",sans-serif;font-size:20px;line-height:1.5;color:#1c2733;
background:#f4f6f8;margin:0}main{max-width:980px;overflow-x:auto;margin:24px auto;background:#fff;padding:28px 36px;border-top:8px solid var(--tone)}
h1{color:var(--tone);margin:0;font-size:34px}h2{font-size:24px;margin:28px 0 6px;color:#1F3A5F}small,.en{color:#5A6672;font-size:15px}
table{border-collapse:collapse;width:100%}td,th{border:1px solid #c9d2da;padding:4px 9px;text-align:left;vertical-align:top}th{background:#1F3A5F;color:#fff;
font-weight:600}.reason{font-size:24px;margin:4px 0 0}td:first-child{white-space:nowrap}th.advice{min-width:10em}th.found{min-width:13em}td.at,.f{white-space:nowrap}th.where{min-width:7em}td.n{text-align:right;font-variant-numeric:tabular-nums}dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 18px;margin:14px 0}
dt{color:#5A6672}dd{margin:0}.error{background:#F8C9C4}.query{background:#FCE3B6}.warning{background:#FFF1A8}.info{background:#D6E8F7}
@media print{body{background:#fff}main{margin:0;max-width:none}}"""


def receipt(result: ValidationResult, plan: Plan | None) -> str:
    """One HTML page that opens anywhere: what was received, how it was read, what is asked, what comes next."""
    submission, identity = result.reading.submission, result.reading.identity
    head = HEAD[result.state]
    lines = [
        ("ไฟล์", submission.name.rpartition("/")[2]),  # the folder may be another unit's
        ("รับเมื่อ", _when(submission.received_at)),
        ("แบบฟอร์ม", title_of(identity.form).th),
        ("หน่วยงาน", _unit_name(identity.unit, plan)),
        ("ปีงบประมาณ", str(identity.fiscal_year or "-")),
    ]
    if result.postings:
        lines.append(
            (
                "แถวที่รับ",
                f"{sum(not p.blank for p in result.postings)} แถว"
                + (f" · รอแก้ไข {len(result.held)} แถว" if result.held else ""),
            )
        )
    if plan and (missing := _missing(result, plan)):
        lines.append(("ยังขาด", missing))
    own = identity.form not in (None, "central_plan", evidence.FORM)
    if plan and own and (nearest := _next_deadline(result, plan)):
        lines.append(("กำหนดส่งถัดไป", nearest))
    body = [
        f"<h1>{html.escape(head.th)} <small>{html.escape(head.en)}</small></h1>",
        f"<p class='reason'>{html.escape(result.reason.th)}</p>" if _says_more(result) else "",
        _dl([(label, said) for label, said in lines if said != "-"]),
        _asked(result.findings),
        _read(result, plan),
    ]
    tone = _COLOUR[result.state]
    return (
        f'<!DOCTYPE html><html lang="th"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{html.escape(head.th)}</title>'
        f"<style>:root{{--tone:{tone}}}{_CSS}</style></head><body><main>{''.join(body)}<p><small>เลขที่รับ {submission.number} · {submission.sha256[:16]}"
        "</small></p></main></body></html>"
    )


def _says_more(result: ValidationResult) -> bool:
    """Whether the reason says what neither the title nor the only finding below it says."""
    return result.reason.th not in (*_PLAIN, *(f.message.th for f in result.findings))


def _when(moment: datetime) -> str:
    return f"{thai_date(moment.date())} เวลา {moment:%H:%M} น."


def _unit_name(unit: str | None, plan: Plan | None) -> str:
    if not unit:
        return "-"
    name = plan.units.get(unit, {}).get("name", "") if plan else ""
    return f"{unit} {name}".strip()


def _next_deadline(result: ValidationResult, plan: Plan) -> str:
    today = result.reading.submission.received_at.date()
    days = {q: plan.deadline(f"{plan.fiscal_year}-Q{q}", "quarterly_result") for q in (1, 2, 3, 4)}
    done = [q for q in days if not _left(result, plan, q)] if result.reading.identity.form == "quarterly_result" else []
    coming = [(d, q) for q, d in days.items() if d >= today and q not in done]
    if not coming:
        return ""
    day, q = min(coming)
    return f"{name_of(f'{plan.fiscal_year}-Q{q}').th} ภายใน {thai_date(day)}"


def _missing(result: ValidationResult, plan: Plan) -> str:
    """Indicators of quarters that have ended for which this file says nothing, by quarter; "" where nothing is missing."""
    if result.reading.identity.form != "quarterly_result" or not result.reading.rows:
        return ""
    today = result.reading.submission.received_at.date()
    parts = []
    for q in (1, 2, 3, 4):
        period = f"{plan.fiscal_year}-Q{q}"
        if end_of(period) < today and (left := _left(result, plan, q)):
            parts.append(
                f"{name_of(period).th}: {', '.join(left[:6])}{f' … (+{len(left) - 6})' if len(left) > 6 else ''}"
            )
    return " · ".join(parts)


def _left(result: ValidationResult, plan: Plan, quarter: int) -> list[str]:
    """The unit's indicators that report in a quarter and of which this file says nothing."""
    period = f"{plan.fiscal_year}-Q{quarter}"
    own = [i["code"] for i in plan.assigned(result.reading.identity.unit or "") if quarter in due_quarters(i["cycle"])]
    said = {(p.indicator, p.period) for p in result.postings if not p.blank} | set(result.held)
    typed = {(r.text("indicator"), r.sheet_key) for r in result.reading.rows if r.text("reportable").strip()}
    return [c for c in own if (c, period) not in said and (c, f"q{quarter}") not in typed]


def _dl(lines: Sequence[tuple[str, str]]) -> str:
    return "<dl>" + "".join(f"<dt>{html.escape(a)}</dt><dd>{html.escape(b)}</dd>" for a, b in lines) + "</dl>"


def _asked(findings: Sequence[Finding]) -> str:
    if not findings:
        return "<p>ไม่พบข้อสังเกต <span class='en'>Nothing to correct or answer.</span></p>"
    places = [f"{f.sheet} {', '.join(f.cells[:_CELLS])}{_more(f)}".strip() for f in findings]
    about = [" · ".join(filter(None, (f.indicator, _periods(f)))) for f in findings]
    shows = (True, any(places), any(about), True, True)
    head = (
        "<th>ระดับ",
        "<th class='where'>ตำแหน่ง",
        "<th>ตัวชี้วัด / งวด",
        "<th class='found'>พบว่า",
        "<th class='advice'>วิธีแก้",
    )
    lines = [_line(h + "</th>" for h, shown in zip(head, shows, strict=True) if shown)]
    for f, at, of in zip(findings, places, about, strict=True):
        message = f"{html.escape(f.message.th)}<br><span class='en'>{html.escape(f.message.en)}</span>"
        cells = (html.escape(at), html.escape(of), message, html.escape(f.advice.th))
        said = [f"<td class='{f.severity}'>{SEVERITY[f.severity].th}</td>", *(f"<td>{c}</td>" for c in cells)]
        lines.append(_line(c for c, shown in zip(said, shows, strict=True) if shown))
    return f"<h2>ข้อสังเกต {len(findings)} รายการ</h2><table>{''.join(lines)}</table>"


def _more(f: Finding) -> str:
    return f" … (+{len(f.cells) - _CELLS})" if len(f.cells) > _CELLS else ""


def _periods(f: Finding) -> str:
    return ", ".join(name_of(p).th for p in f.period.split(", ") if p)


def _line(cells: Iterable[str]) -> str:
    return f"<tr>{''.join(cells)}</tr>"


def _read(result: ValidationResult, plan: Plan | None) -> str:
    """The figures as read, one row of the form a line, with the name of the indicator."""
    names = {i["code"]: i["name"] for i in plan.assigned(result.reading.identity.unit or "")} if plan else {}
    labels, lines = _labels(result), []
    for p in result.postings:
        figures = "<br>".join(", ".join(_whole(f) for f in line) for line in _figures(p, labels))
        said = [html.escape(c) for c in (p.indicator, names.get(p.indicator, ""), name_of(p.period).th)]
        cells = "".join(f"<td>{c}</td>" for c in (*said, figures))
        lines.append(f"<tr>{cells}<td class='at'>{html.escape(f'{p.sheet} {p.cell}')}</td></tr>")
    if not lines:
        return ""
    head = "".join(f"<th>{t}</th>" for t in ("รหัส", "ตัวชี้วัด", "งวด", "ค่าที่อ่านได้", "แถวในไฟล์"))
    return f"<h2>ค่าที่อ่านได้ <span class='en'>as read</span></h2><table><tr>{head}</tr>{''.join(lines)}</table>"


def _labels(result: ValidationResult) -> dict[tuple[str, str], str]:
    """What the form calls each of its figures, by scenario and period: the same year may be plan, estimate and result."""
    identity = result.reading.identity
    form, year = forms().get(identity.form or ""), identity.fiscal_year or 0
    fields = [f for s in form.sheets(year) for f in s.inputs if f.period] if form and form.order else []
    return {(f.scenario or "", f.period(year)): f.label.th for f in reversed(fields) if f.period}


def _whole(text: str) -> str:
    """A figure with its name, never broken over two lines."""
    return f"<span class='f'>{html.escape(text)}</span>"


def _figures(posting: Posting, labels: Mapping[tuple[str, str], str]) -> list[list[str]]:
    """The figures of a row in the words of its form, plan, estimates and past results each on a line of their own."""
    if posting.blank:
        return [["(ลบออก)"]]
    if not posting.facts:
        return [["ยังไม่สามารถรายงานผลได้" if posting.entries.get("reportable") == "cannot" else "-"]]
    if len(posting.facts) == 1 and posting.facts[0].period == posting.period:
        return [[posting.facts[0].value]]
    said: dict[str, list[str]] = {}
    for f in posting.facts:
        label = labels.get((f.scenario, f.period)) or name_of(f.period).th
        said.setdefault(f.scenario, []).append(f"{label} = {f.value}")
    return list(said.values())
