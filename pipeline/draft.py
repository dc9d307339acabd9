"""A judgement -> the bytes of an .eml draft: addressed, in Thai, with the words of the receipt and the marked copy attached."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from urllib.parse import quote

from pipeline.model import Finding, ValidationResult
from pipeline.office.letters import message_id, one_line
from schemas.answers import HEAD, SEVERITY, title_of
from schemas.language import Text
from schemas.periods import name_of, thai_date
from schemas.plan import Plan

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LISTED = 100
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_TONE = {"accepted": "#146C43", "returned": "#8C1D18", "refused": "#8C1D18", "quarantined": "#8C1D18"}
_FILL = {"error": "#F8C9C4", "query": "#FCE3B6", "warning": "#FFF1A8", "info": "#D6E8F7"}
_FONT = "font-family:'TH SarabunPSK','TH Sarabun New',Sarabun,Laksaman,'Noto Sans Thai',Tahoma,sans-serif"
_CELL = "border:1px solid #c9d2da;padding:4px 8px;text-align:left;vertical-align:top"

_NEXT = {
    "marked": Text(
        "โปรดเปิดไฟล์แนบ แก้เฉพาะช่องที่ระบายสี บันทึก แล้วส่งไฟล์นั้นกลับมา",
        "Open the attached copy, correct the coloured cells, save it and send that copy back.",
    ),
    "asked": Text(
        "โปรดตอบข้อที่ขอคำยืนยันในช่องหมายเหตุของแถวนั้น แล้วส่งแบบฟอร์มอีกครั้ง",
        "Answer what is asked in the row's remarks column and send the form again.",
    ),
    "again": Text(
        "โปรดดำเนินการตามวิธีแก้ข้างต้น แล้วส่งใหม่อีกครั้ง",
        "Do as advised above and send it again.",
    ),
    "evidence": Text(
        "แบบฟอร์มไม่ต้องแก้ไข โปรดส่งไฟล์หลักฐานที่ระบุไว้และยังไม่ได้รับ",
        "The form needs no correction; send the evidence that is named and has not come.",
    ),
    "nothing": Text("ไม่ต้องดำเนินการเพิ่มเติม", "Nothing more to do."),
}


@dataclass(frozen=True)
class Enclosure:
    """The file that goes with a draft."""

    name: str
    data: bytes


def compose(result: ValidationResult, plan: Plan | None, enclosed: Enclosure | None) -> bytes:
    """A draft that Outlook opens for sending (X-Unsent), 7-bit, lines ended by CRLF; the same judgement, the same bytes.

    To whom the file came from, else to the unit's registered addresses, else to nobody yet. Dated when the file was
    received. Nothing that a unit wrote can begin a header of its own.
    """
    submission = result.reading.submission
    parts = [_text_part("plain", _plain(result, plan, enclosed)), _text_part("html", _page(result, plan, enclosed))]
    body = _multipart("alternative", parts)
    if enclosed is not None:
        body = _multipart("mixed", [body, _file_part(enclosed)])
    reply_to = message_id(submission.message_id)
    lines = [
        "X-Unsent: 1",
        f"To: {_folded(', '.join(_recipients(result, plan)))}",
        f"Subject: {_encoded(_subject(result, plan), 'Subject')}",
        f"Date: {format_datetime(submission.received_at)}",
        *((f"In-Reply-To: {reply_to}", f"References: {reply_to}") if reply_to else ()),
        "MIME-Version: 1.0",
    ]
    return "\r\n".join(lines).encode("ascii") + b"\r\n" + body


def _recipients(result: ValidationResult, plan: Plan | None) -> list[str]:
    sender = result.reading.submission.sender
    known = plan.senders(result.reading.identity.unit or "") if plan else ()
    return [a for a in ((sender,) if sender else known) if _ADDRESS.fullmatch(a)]


def _folded(addresses: str) -> str:
    return addresses.replace(", ", ",\r\n ")


def _subject(result: ValidationResult, plan: Plan | None) -> str:
    identity = result.reading.identity
    errors = sum(f.severity == "error" for f in result.findings)
    asked = sum(f.severity == "query" for f in result.findings)
    head = HEAD[result.state].th
    if result.state == "returned" and errors:
        head += f" {errors} รายการ"
    elif result.state == "accepted" and asked:
        head += f" (ขอคำยืนยัน {asked} รายการ)"
    if identity.form is None:
        return one_line(f"{head}: {_file(result)}")
    year = f" ปีงบประมาณ {identity.fiscal_year}" if identity.fiscal_year else ""
    return one_line(f"{head}: {title_of(identity.form).th}{year} {_unit(result, plan)}")


def _file(result: ValidationResult) -> str:
    """What was sent, in its sender's words: whoever saved a mail gave its file a name the sender never saw."""
    submission = result.reading.submission
    if submission.subject and not submission.container:
        return f"อีเมลเรื่อง “{submission.subject}”"
    return f"ไฟล์ “{submission.name.rpartition('/')[2]}”"


def _outcome(result: ValidationResult) -> Text:
    head, reason = HEAD[result.state], result.reason
    if result.state == "accepted":
        return head
    return Text(f"{head.th} ({reason.th})", f"{head.en} ({reason.en})")


def _unit(result: ValidationResult, plan: Plan | None) -> str:
    code = result.reading.identity.unit or ""
    name = plan.units.get(code, {}).get("name", "") if plan else ""
    return f"{name} ({code})" if name else code


# -- the words ---------------------------------------------------------------------------------------------------------


def _opening(result: ValidationResult, plan: Plan | None) -> tuple[str, str]:
    """(salutation, what happened)."""
    when: datetime = result.reading.submission.received_at
    office = f"{plan.settings['office_name']} " if plan else ""
    said = f"ตามที่ท่านส่ง{_file(result)} ซึ่งได้รับเมื่อวันที่ {thai_date(when.date())} เวลา {when:%H:%M} น. "
    to = f"เรียน ผู้รับผิดชอบการรายงานของ{_unit(result, plan)}" if result.reading.identity.unit else "เรียน ผู้ส่งแบบฟอร์ม"
    return to, f"{said}{office}ได้ตรวจสอบแล้ว ผลดังนี้"


def _facts(result: ValidationResult, plan: Plan | None) -> list[tuple[str, str]]:
    identity = result.reading.identity
    lines = [("ผล", _outcome(result).th)]
    if identity.form:
        lines.append(("แบบฟอร์ม", title_of(identity.form).th))
    if identity.unit:
        lines.append(("หน่วยงาน", _unit(result, plan)))
    if identity.fiscal_year:
        lines.append(("ปีงบประมาณ", str(identity.fiscal_year)))
    if taken := sum(not p.blank for p in result.postings):
        waits = f" รอแก้ไข {len(result.held)} แถว" if result.held else ""
        lines.append(("แถวที่รับไว้", f"{taken} แถว{waits}"))
    return lines


def _next(result: ValidationResult, enclosed: Enclosure | None) -> Text:
    if enclosed is not None:
        return _NEXT["marked"]
    if result.state != "accepted":
        return _NEXT["again"]
    if any(f.severity == "query" for f in result.findings):
        return _NEXT["asked"]
    return _NEXT["evidence" if _waits_for_evidence(result) else "nothing"]


def _waits_for_evidence(result: ValidationResult) -> bool:
    return any(f.rule in ("I_EVIDENCE_DUE", "W_EVIDENCE_OVERDUE") for f in result.findings)


def _closing(result: ValidationResult, plan: Plan | None) -> list[str]:
    asked = any(f.severity == "query" for f in result.findings) or _waits_for_evidence(result)
    done = result.state == "accepted" and not asked
    centre = [plan.settings["centre_contact"], plan.settings["office_name"]] if plan else []
    return ["จึงเรียนมาเพื่อโปรดทราบ" if done else "จึงเรียนมาเพื่อโปรดพิจารณาดำเนินการ", "", *filter(None, centre)]


def _where(finding: Finding) -> str:
    places = ", ".join(finding.cells[:8])
    periods = "" if finding.sheet else ", ".join(name_of(p).th for p in finding.period.split(", ") if p)
    return " ".join(filter(None, (finding.sheet, places, finding.indicator, periods)))


def _plain(result: ValidationResult, plan: Plan | None, enclosed: Enclosure | None) -> str:
    to, said = _opening(result, plan)
    following = _next(result, enclosed)
    lines = [to, "", said, "", following.th, "", *(f"{a}: {b}" for a, b in _facts(result, plan)), ""]
    for n, f in enumerate(result.findings[:_LISTED], 1):
        where = f"{_where(f)}: " if _where(f) else ""
        lines += [f"{n}. [{SEVERITY[f.severity].th}] {where}{f.message.th}", f"   {f.advice.th}"]
    lines += ["", *_closing(result, plan), "", f"{_outcome(result).en}."]
    return "\n".join([*lines, following.en, _number(result), ""])


def _number(result: ValidationResult) -> str:
    return f"เลขที่รับ {result.reading.submission.number} · {result.reading.submission.sha256[:16]}"


def _page(result: ValidationResult, plan: Plan | None, enclosed: Enclosure | None) -> str:
    """The same words with a table, styled in place: mail programs drop style sheets."""
    to, said = _opening(result, plan)
    following, tone = _next(result, enclosed), _TONE[result.state]
    facts = "".join(f"<tr>{_td(a, 'color:#5A6672')}{_td(b)}</tr>" for a, b in _facts(result, plan)[1:])
    closing = "<br>".join(html.escape(line) for line in _closing(result, plan))
    return (
        f'<!DOCTYPE html><html lang="th"><head><meta charset="utf-8"></head><body style="{_FONT};font-size:16pt;'
        f'line-height:1.35;color:#1c2733"><p>{html.escape(to)}</p><p style="text-indent:2.5em">{html.escape(said)}</p>'
        f'<p style="font-size:20pt;font-weight:bold;color:{tone};margin:8px 0">{html.escape(_outcome(result).th)}</p>'
        f'<p style="font-weight:bold;margin:8px 0">{html.escape(following.th)}</p>'
        f'<table style="border-collapse:collapse;font-size:16pt">{facts}</table>{_asked(result.findings)}'
        f'<p style="text-indent:2.5em">{closing}</p><p style="color:#5A6672;font-size:12pt">'
        f"{html.escape(_outcome(result).en)}. {html.escape(following.en)}<br>"
        f"{html.escape(_number(result))}</p></body></html>"
    )


def _td(text: str, style: str = "") -> str:
    return f'<td style="padding:1px 14px 1px 0;vertical-align:top;{style}">{html.escape(text)}</td>'


def _asked(findings: Sequence[Finding]) -> str:
    if not findings:
        return ""
    head = "".join(
        f'<th style="{_CELL};background:#1F3A5F;color:#ffffff;width:{share}%">{h}</th>'
        for h, share in (("ระดับ", 11), ("ตำแหน่ง", 17), ("พบว่า", 42), ("วิธีแก้", 30))
    )
    rows = "".join(
        f'<tr><td style="{_CELL};background:{_FILL[f.severity]};white-space:nowrap">{SEVERITY[f.severity].th}</td>'
        f'<td style="{_CELL}">{html.escape(_where(f))}</td><td style="{_CELL}">{html.escape(f.message.th)}<br>'
        f'<span style="color:#5A6672;font-size:12pt">{html.escape(f.message.en)}</span></td>'
        f'<td style="{_CELL}">{html.escape(f.advice.th)}</td></tr>'
        for f in findings[:_LISTED]
    )
    return f'<table style="border-collapse:collapse;margin:12px 0;font-size:16pt"><tr>{head}</tr>{rows}</table>'


# -- the parts ---------------------------------------------------------------------------------------------------------


def _text_part(kind: str, text: str) -> bytes:
    data = text.replace("\n", "\r\n").encode("utf-8", "replace")
    return _part([f"Content-Type: text/{kind}; charset=utf-8"], data)


def _file_part(enclosed: Enclosure) -> bytes:
    name = one_line(enclosed.name)
    return _part(
        [f"Content-Type: {XLSX};\r\n name={_quoted(name)}", f"Content-Disposition: attachment;{_named(name)}"],
        enclosed.data,
    )


def _part(headers: Sequence[str], data: bytes) -> bytes:
    head = "\r\n".join([*headers, "Content-Transfer-Encoding: base64", "", ""])
    return head.encode("ascii") + base64.encodebytes(data).replace(b"\n", b"\r\n")


def _multipart(kind: str, parts: Sequence[bytes]) -> bytes:
    """Parts under a boundary made of what they hold; "=_" cannot stand in base64."""
    boundary = f"=_{hashlib.sha256(kind.encode() + b''.join(parts)).hexdigest()[:32]}"
    line = f"--{boundary}".encode()
    head = f'Content-Type: multipart/{kind};\r\n boundary="{boundary}"\r\n\r\n'.encode()
    return head + b"".join(line + b"\r\n" + p for p in parts) + line + b"--\r\n"


def _encoded(text: str, header: str) -> str:
    """A header's text: as it is where it is ASCII, else in encoded words of whole letters (RFC 2047)."""
    return Header(text, "us-ascii" if text.isascii() else "utf-8", 74, header).encode(linesep="\r\n")


def _quoted(name: str) -> str:
    """For programs that know no RFC 2231: encoded words, as mail programs themselves write them."""
    return '"' + (name.replace("\\", "_").replace('"', "'") if name.isascii() else _encoded(name, "name=")) + '"'


def _named(name: str) -> str:
    """The file name as RFC 2231 wants it, in as many lines as it needs."""
    if name.isascii() and len(name) < 60:
        return f"\r\n filename={_quoted(name)}"
    pieces, line = [], "utf-8''"
    for letter in name:
        coded = quote(letter, safe="")
        if len(line) + len(coded) > 58:
            pieces.append(line)
            line = ""
        line += coded
    pieces.append(line)
    if len(pieces) == 1:
        return f"\r\n filename*={pieces[0]}"
    return ";".join(f"\r\n filename*{n}*={p}" for n, p in enumerate(pieces))
