"""Drafts of answers: what a mail program reads from them, to whom they go, and that nothing a unit wrote steers them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import mails
import pytest
from staff import Place, fill, plan_book, result, small_plan

from pipeline.draft import Enclosure, compose
from pipeline.model import Finding, Identity, Reading, Submission, ValidationResult
from schemas.answers import HEAD
from schemas.language import Text
from schemas.plan import Plan

NASTY = "ก\r\nBcc: thief@evil.example\r\n\r\n<b>x"


def judged(state: Any = "returned", **more: Any) -> ValidationResult:
    said = {"sender": mails.SENDER, "message_id": "<a1@unit.example>", "name": f"a.eml/{mails.THAI}", **more}
    when = datetime(2024, 1, 10, 9, tzinfo=UTC)
    submission = Submission(
        17, "ab" * 32, when, said["name"], "mail", said["sender"], "", 1, message_id=said["message_id"]
    )
    found = Finding(
        "E_FORM", "error", Text("“8,1” อ่านเป็นตัวเลขไม่ได้", "not a number"), "ไตรมาส 1", advice=Text("แก้", "Correct")
    )
    return ValidationResult(
        Reading(submission, Identity("quarterly_result", "1", "01101", 2567)),
        state,
        Text("ต้องแก้ 1 รายการ", "1"),
        (found,),
    )


def plan(**unit: str) -> Plan:
    content = small_plan()
    return Plan(1, 2567, {**content, "units": [{**u, **unit} if u["code"] == "01101" else u for u in content["units"]]})


def opened(data: bytes) -> EmailMessage:
    message = BytesParser(policy=policy.default).parsebytes(data)
    assert isinstance(message, EmailMessage)
    assert [d for p in message.walk() for d in p.defects] == []
    return message


@pytest.mark.parametrize("name", [mails.THAI, mails.LONG, "ascii.xlsx", 'q"uote\\.xlsx', "ก" * 150 + ".xlsx"])
def test_the_marked_copy_travels_with_its_name_intact(name: str) -> None:
    message = opened(compose(judged(), plan(), Enclosure(name, FORM)))
    (copy,) = message.iter_attachments()
    assert copy.get_content() == FORM
    safe = name.replace("\\", "_").replace('"', "'")
    assert copy.get_filename() == safe
    assert copy.get_param("name", header="content-type") is not None
    from pipeline.office.mail import read_mail

    assert [a.name for a in read_mail(compose(judged(), plan(), Enclosure(name, FORM))).attachments] == [
        safe if len(safe) <= 150 else safe[:139] + ".xlsx"
    ]


FORM = bytes(range(256)) * 40


@pytest.mark.parametrize("enclosed", [None, Enclosure(mails.LONG, FORM)])
@pytest.mark.parametrize("name", [mails.THAI, NASTY, "\ud800 lone"])
def test_a_draft_is_seven_bit_in_short_lines_and_the_same_every_time(name: str, enclosed: Enclosure | None) -> None:
    data = compose(judged(name=name), plan(), enclosed)
    assert data == compose(judged(name=name), plan(), enclosed)
    assert max(data) < 128 and data.endswith(b"--\r\n")
    assert b"\n" not in data.replace(b"\r\n", b"") and b"\r" not in data.replace(b"\r\n", b"")
    assert max(map(len, data.split(b"\r\n"))) <= 80  # the media type of a workbook fills a line of its own


def test_a_draft_opens_unsent_addressed_dated_and_in_its_thread() -> None:
    message = opened(compose(judged(), plan(), Enclosure("a.xlsx", FORM)))
    assert (message["X-Unsent"], message["To"], message["From"]) == ("1", mails.SENDER, None)
    assert message["In-Reply-To"] == message["References"] == "<a1@unit.example>"
    assert message["Date"].datetime == datetime(2024, 1, 10, 9, tzinfo=UTC)
    assert message["Subject"] == "ส่งกลับให้แก้ไข 1 รายการ: แบบรายงานผลรายไตรมาส ปีงบประมาณ 2567 กองแผนงาน (01101)"


def test_text_and_page_say_what_the_answer_says() -> None:
    message = opened(compose(judged(), plan(), Enclosure("a.xlsx", FORM)))
    for kind in ("plain", "html"):
        body = message.get_body((kind,))
        assert body is not None
        said = body.get_content()
        for words in (HEAD["returned"].th, "“8,1” อ่านเป็นตัวเลขไม่ได้", mails.THAI, "โปรดเปิดไฟล์แนบ", "กองนโยบายและแผน"):
            assert words in said


@pytest.mark.parametrize(
    ("sender", "senders", "to"),
    [
        ("x@y.example", "plan@unit.example", "x@y.example"),
        ("", "a@unit.example; b@unit.example, @unit.example", "a@unit.example, b@unit.example"),
        ("", "", ""),
        ("x@y.example\r\nBcc: z@z.example", "", ""),
        ("", "a@unit.example\nBcc:z@z.example", "a@unit.example"),
    ],
)
def test_it_goes_to_the_sender_else_to_the_units_addresses_else_to_nobody_yet(
    sender: str, senders: str, to: str
) -> None:
    message = opened(compose(judged(sender=sender), plan(senders=senders), None))
    assert (message["To"] or "") == to and message["Bcc"] is None


@pytest.mark.parametrize("field", ["name", "message_id", "sender"])
def test_nothing_that_a_unit_wrote_begins_a_header(field: str) -> None:
    message = opened(compose(judged(**{field: NASTY}), plan(name=NASTY), Enclosure(NASTY, FORM)))
    assert set(message.keys()) <= {
        "X-Unsent", "To", "Subject", "Date", "In-Reply-To", "References", "MIME-Version", "Content-Type",
    }  # fmt: skip
    page = message.get_body(("html",))
    assert page is not None and "<b>" not in page.get_content()


# -- in an office ------------------------------------------------------------------------------------------------------


def drafts(office: Place, folder: str = "mail") -> dict[str, EmailMessage]:
    return {p.name: opened(p.read_bytes()) for p in sorted(office.outbox(folder).glob("*.eml"))}


def test_answers_lie_ready_as_drafts_and_older_ones_are_put_away(office: Place, tmp_path: Path) -> None:
    form = office.template("01102", "quarterly_result")
    wrong = fill(form, tmp_path / "wrong.xlsx", result("q1", "กพร.9", "มาก")).read_bytes()
    good = fill(form, tmp_path / "good.xlsx", result("q1", "กพร.9", "4")).read_bytes()
    office.send(mails.mail(mails.multipart(mails.text(), mails.attached(wrong, mails.rfc2231(mails.THAI)))), "a.eml")
    office.send(mails.mail(mails.text(), "Someone <someone@else.example>"), "b.eml")
    office.receive()
    found = drafts(office)
    assert {n: m["To"] for n, m in found.items()} == {
        "01102-quarterly_result-3.eml": mails.SENDER, "_unidentified-4.eml": "someone@else.example",
    }  # fmt: skip
    (copy,) = found["01102-quarterly_result-3.eml"].iter_attachments()
    stem = re.sub(r"[^A-Za-z0-9ก-๙._-]", "_", mails.THAI.removesuffix(".xlsx"))
    assert copy.get_filename() == f"{stem}-quarterly_result.marked.xlsx"
    assert copy.get_content() == office.outbox(f"returned/01102/{copy.get_filename()}").read_bytes()
    assert office.take(good, "good.xlsx")["state"] == "accepted"
    assert set(drafts(office)) == {"01102-quarterly_result-5.eml", "_unidentified-4.eml"}
    assert set(drafts(office, "mail/done")) == {"01102-quarterly_result-3.eml"}
    assert list(drafts(office)["01102-quarterly_result-5.eml"].iter_attachments()) == []


def test_an_office_without_mail_switches_drafts_off(office: Place) -> None:
    content = small_plan()
    content["settings"].append({"key": "mail_drafts", "value": "no"})
    office.send(plan_book(office.root / "plan2.xlsx", content), "plan2.xlsx")
    office.send(office.template("01101", "quarterly_result"), "f.xlsx")
    assert office.receive()["by"]["f.xlsx"]["state"] == "accepted"
    assert drafts(office) == {}
