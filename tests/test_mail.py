"""Mails and archives dropped into the inbox: whatever program wrote them, every attachment is an arrival of its own."""

from __future__ import annotations

import hashlib
import struct
import time
import zipfile
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import mails
import pytest
from staff import NOW, Place, fill, plan_book, result, small_plan

from pipeline.model import Identity, Posting, Reading, Submission, ValidationResult
from pipeline.office.container import MOST_PARTS, unpack
from pipeline.office.kind import kind_of
from pipeline.office.look import Unsafe
from pipeline.office.reader import Reader
from pipeline.validate.senders import held_against
from schemas.language import Text
from schemas.plan import Plan

FORM = mails.zipped({"[Content_Types].xml": b"spreadsheetml", "xl/workbook.xml": bytes(range(256)) * 30})
CASES = mails.cases(FORM)
TABLES = ("submission", "finding", "plan", "posting", "fact")


def form_of(place: Place, folder: Path, unit: str, value: str = "4") -> bytes:
    path = fill(place.template(unit, "quarterly_result"), folder / f"{unit}{value}.xlsx", result("q1", "กพร.9", value))
    return path.read_bytes()


# -- reading -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_mail_of_any_structure_and_encoding_is_read_right(name: str) -> None:
    data, expected = CASES[name]
    assert kind_of(data, name) == kind_of(data, "no name") == "mail"
    found = unpack(data, name)
    assert [p.name for p in found.parts] == list(expected)
    assert all(p.data == FORM for p in found.parts if not p.name.endswith(".txt"))
    sent = [(p.channel, p.sender, p.subject, p.message_id) for p in found.parts]
    if not name.startswith("forwarded."):
        whoever = found.sender if name.startswith("forwarded") else mails.SENDER
        subject = "Fwd" if name == "forwarded-five-times.eml" else mails.SUBJECT
        assert set(sent) == {("mail", whoever, subject, "<a1@unit.example>")}


def test_at_least_thirty_kinds_of_mail_are_among_the_cases() -> None:
    assert len(CASES) >= 30


def test_the_outermost_sender_stands_for_everything_forwarded() -> None:
    assert {p.sender for p in unpack(CASES["forwarded-five-times.eml"][0], "").parts} == {"boss4@unit.example"}


@pytest.mark.parametrize(
    ("name", "passed"),
    [
        ("signature-picture.eml", "logo.png"),
        ("calendar.eml", "invite.ics"),
        ("signed.eml", "smime.p7s"),
        ("outlook-several.msg", "logo.png"),
    ],
)
def test_what_is_no_attachment_of_anybody_is_passed_over_and_named(name: str, passed: str) -> None:
    assert [n for n, _ in unpack(CASES[name][0], name).passed] == [passed]


def test_a_large_picture_within_the_text_is_taken() -> None:
    photo = mails.part(b"\xff\xd8\xff" + b"x" * 60_000, "Content-Type: image/jpeg; name=งาน.jpg", "Content-ID: <p@x>")
    assert [p.name for p in unpack(mails.mail(mails.multipart(mails.text(), photo)), "a.eml").parts] == ["งาน.jpg"]


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (FORM, "x.eml", "workbook"),
        (mails.zipped({"a.xlsx": FORM}), "x.xlsx", "archive"),
        (mails.zipped({"word/document.xml": b"x", "[Content_Types].xml": b"x"}), "x.zip", "document"),
        (
            mails.zipped({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"x"}, 0),
            "a",
            "document",
        ),
        (b"%PDF-1.7", "x.xlsx", "document"),
        (b"\xff\xd8\xff\xe0", "x", "document"),
        (b"PK\x03\x04 cut off", "x.xlsx", "workbook"),
        (b"PK\x03\x04 cut off", "x.zip", "archive"),
        (mails.cfb({"WordDocument": b"x"}), "x.msg", "document"),
        (mails.cfb({"Workbook": b"x"}), "x.xls", "workbook"),
        (mails.cfb({"EncryptedPackage": b"x"}), "x.xlsx", "workbook"),
        (mails.msg(mails.file_of("p.xlsx", mails.cfb({"EncryptedPackage": b"x"}))), "x", "mail"),
        (b"Note: today\nFrom: memory", "x.txt", "unknown"),
        (b"", "x.zip", "unknown"),
        (b"MZ\x90", "x.zip", "unknown"),
    ],
)
def test_what_a_file_is_is_decided_by_its_content_first(data: bytes, name: str, kind: str) -> None:
    assert kind_of(data, name) == kind


def test_the_receipt_of_a_mail_names_what_was_passed_over(small_office: Place, tmp_path: Path) -> None:
    office = small_office.copy_to(tmp_path / "office")
    line = office.take(CASES["signature-picture.eml"][0], "a.eml")
    assert "logo.png" in next(f["value"] for f in line["findings"] if f["rule"] == "I_LEFT_BEHIND")


# -- an office ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def posted(small_office: Place, tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, dict[str, Any]]:
    """An office that took in a mail with a good and a wrong form, an Outlook mail with a zip, and one without attachment."""
    folder = tmp_path_factory.mktemp("posted")
    office = small_office.copy_to(folder / "office")
    good, wrong, third = (form_of(office, folder, u, v) for u, v in (("01101", "4"), ("01102", "มาก"), ("01103", "5")))
    both = mails.multipart(
        mails.text(), mails.attached(good, '; filename="ดี.xlsx"'), mails.attached(wrong, mails.rfc2231(mails.THAI))
    )
    office.send(mails.mail(both), "กอง/ส่งผล.eml")
    office.send(mails.msg(mails.file_of("z.zip", mails.zipped({"ผล/f.xlsx": third}))), "o.msg")
    office.send(mails.mail(mails.text()), "ทักทาย.eml")
    office.send(mails.zipped({"Thumbs.db": b"x"}), "empty.zip")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipeline.intake.LOOKS_APART", 0.0)
        return office, office.receive()


def test_every_attachment_is_an_arrival_of_its_own_beside_its_container(posted: tuple[Place, dict[str, Any]]) -> None:
    office, said = posted
    states = {n: f["state"] for n, f in said["by"].items()}
    assert states == {
        "กอง/ส่งผล.eml": "accepted", "กอง/ส่งผล.eml/ดี.xlsx": "accepted", f"กอง/ส่งผล.eml/{mails.THAI}": "returned",
        "o.msg": "accepted", "o.msg/z.zip/ผล/f.xlsx": "accepted", "ทักทาย.eml": "quarantined", "empty.zip": "quarantined",
    }  # fmt: skip
    part, whole = said["by"]["กอง/ส่งผล.eml/ดี.xlsx"], said["by"]["กอง/ส่งผล.eml"]
    assert (part["container"], part["sender"], part["subject"]) == (whole["number"], mails.SENDER, mails.SUBJECT)
    assert whole["container"] is None
    row = office.rows("SELECT * FROM submission WHERE number=?", part["number"])[0]
    assert (row["channel"], row["container"], row["message_id"]) == ("mail", whole["number"], "<a1@unit.example>")
    assert office.facts("01101", "กพร.9", "2567-Q1") == ["4"]
    assert office.call("status", "--json").json["balance"]["unexplained"] == 0


def test_a_container_says_what_came_out_of_it_and_what_it_lacks(posted: tuple[Place, dict[str, Any]]) -> None:
    office, said = posted
    whole = said["by"]["กอง/ส่งผล.eml"]
    assert [f["rule"] for f in whole["findings"]] == ["I_UNPACKED"]
    assert mails.THAI in office.outbox(whole["answer"]).read_text(encoding="utf-8")
    assert [f["rule"] for f in said["by"]["ทักทาย.eml"]["findings"]] == ["E_CONTAINER_EMPTY"]


def test_the_ledger_with_mails_in_it_is_rebuilt_as_it_was(posted: tuple[Place, dict[str, Any]], tmp_path: Path) -> None:
    office = posted[0].copy_to(tmp_path / "office")
    assert office.call("verify").code == 0
    before = {t: sorted(office.rows(f"SELECT * FROM {t}"), key=str) for t in TABLES}
    for path in (office.root / "var").glob("ledger.sqlite*"):
        path.unlink()
    assert office.call("verify", "--repair").code == 0
    assert {t: sorted(office.rows(f"SELECT * FROM {t}"), key=str) for t in TABLES} == before


def test_a_ledger_row_that_names_another_container_is_found(
    posted: tuple[Place, dict[str, Any]], tmp_path: Path
) -> None:
    import sqlite3
    from contextlib import closing

    office = posted[0].copy_to(tmp_path / "office")
    with closing(sqlite3.connect(office.root / "var" / "ledger.sqlite")) as connection:
        connection.execute("UPDATE submission SET container=7 WHERE name LIKE '%ดี.xlsx'")
        connection.commit()
    assert {f["kind"] for f in office.call("verify", "--json").json["faults"]} == {"row_altered"}


def test_the_same_mail_again_gives_duplicates_and_nothing_is_counted_twice(
    posted: tuple[Place, dict[str, Any]], tmp_path: Path
) -> None:
    office = posted[0].copy_to(tmp_path / "office")
    source = office.rows("SELECT path FROM submission WHERE name='กอง/ส่งผล.eml'")[0]["path"]
    office.send(office.root / "var" / source, "again.eml")
    said = office.receive("2024-01-11T09:00:00")["by"]
    assert {n: f["state"] for n, f in said.items()} == {
        "again.eml": "accepted", "again.eml/ดี.xlsx": "duplicate", f"again.eml/{mails.THAI}": "duplicate",
    }  # fmt: skip
    assert office.facts("01101", "กพร.9", "2567-Q1") == ["4"]


def test_a_form_dropped_after_a_mail_is_newer_than_what_the_mail_carries(office: Place, tmp_path: Path) -> None:
    older = mails.mail(mails.attached(form_of(office, tmp_path, "01101", "3"), "; filename=f.xlsx"))
    office.send(older, "z.eml", age=90)
    office.send(form_of(office, tmp_path, "01101", "4"), "b.xlsx", age=80)
    office.send(older.replace(b"Subject", b"X-Other"), "a.eml", age=70)
    assert {f["state"] for f in office.receive()["files"]} == {"accepted"}
    assert office.facts("01101", "กพร.9", "2567-Q1") == ["3", "4", "3"]


def test_a_plan_that_comes_by_mail_is_taken_before_the_forms_that_wait_for_it(
    new_office: Place, tmp_path: Path
) -> None:
    plan = plan_book(tmp_path / "plan.xlsx").read_bytes()
    new_office.send(mails.mail(mails.multipart(mails.text(), mails.attached(plan, "; filename=plan.xlsx"))), "a.eml")
    assert new_office.receive()["by"]["a.eml/plan.xlsx"]["state"] == "accepted"
    assert new_office.template("01101", "quarterly_result").exists()


# -- the sender --------------------------------------------------------------------------------------------------------


def judged(check: str, senders: str, sender: str = mails.SENDER, channel: str = "mail") -> ValidationResult:
    """What becomes of an accepted result of 01101 under a plan with this setting and these addresses."""
    content = small_plan()
    content["settings"].append({"key": "sender_check", "value": check})
    units = [{**u, "senders": senders} if u["code"] == "01101" else u for u in content["units"]]
    plan = Plan(1, 2567, {**content, "units": units})
    submission = Submission(1, "", datetime(2024, 1, 10, tzinfo=UTC), "a.eml/f.xlsx", channel, sender, "", 1)
    posting = Posting("01101", "quarterly_result", "กพร.9", "2567-Q1", "draft", {}, ())
    reading = Reading(submission, Identity("quarterly_result", "1", "01101", 2567))
    result = ValidationResult(reading, "accepted", Text("รับแล้ว", "Accepted"), postings=(posting,))
    return held_against(result, plan, date(2024, 1, 10))


@pytest.mark.parametrize(
    ("check", "senders", "state", "rules"),
    [
        ("off", "other@unit.example", "accepted", []),
        ("query", "other@unit.example", "accepted", ["Q_SENDER"]),
        ("refuse", "other@unit.example", "refused", ["E_SENDER"]),
        ("refuse", "x@y.example; PLAN@unit.example", "accepted", []),
        ("refuse", "@unit.example", "accepted", []),
        ("refuse", "@other.example", "refused", ["E_SENDER"]),
        ("refuse", "", "accepted", []),
    ],
)
def test_the_sender_is_held_against_the_units_addresses_where_the_office_asks(
    check: str, senders: str, state: str, rules: list[str]
) -> None:
    result = judged(check, senders)
    assert (result.state, [f.rule for f in result.findings]) == (state, rules)
    assert bool(result.postings) == (state == "accepted")


def test_what_was_dropped_into_the_folder_has_no_sender_to_be_held_against() -> None:
    assert judged("refuse", "other@unit.example", "", "folder").state == "accepted"


def test_a_refused_sender_posts_nothing_and_the_same_form_from_the_right_one_is_taken(
    office: Place, tmp_path: Path
) -> None:
    content = small_plan()
    content["settings"].append({"key": "sender_check", "value": "refuse"})
    next(u for u in content["units"] if u["code"] == "01101")["senders"] = mails.SENDER
    office.send(plan_book(office.root / "plan2.xlsx", content), "plan2.xlsx")
    form = mails.attached(form_of(office, tmp_path, "01101"), "; filename=f.xlsx")
    office.send(mails.mail(form, "x@elsewhere.example"), "a.eml")
    assert office.receive()["by"]["a.eml/f.xlsx"]["state"] == "refused"
    assert office.facts("01101", "กพร.9", "2567-Q1") == []
    office.send(mails.mail(form), "b.eml")
    assert office.receive()["by"]["b.eml/f.xlsx"]["state"] == "accepted"
    assert office.facts("01101", "กพร.9", "2567-Q1") == ["4"]


def test_a_setting_of_the_sender_check_that_is_no_choice_returns_the_plan(office: Place) -> None:
    content = small_plan()
    content["settings"].append({"key": "sender_check", "value": "maybe"})
    said = office.take(plan_book(office.root / "plan2.xlsx", content), "plan2.xlsx")
    assert [f["rule"] for f in said["findings"]] == ["E_SETTING"]


# -- hostile -----------------------------------------------------------------------------------------------------------


def zip_in_zip(data: bytes, levels: int) -> bytes:
    for n in range(levels):
        data = mails.zipped({f"{n}.zip": data})
    return data


def looped(data: bytes) -> bytes:
    """A compound file whose directory chain runs in a circle."""
    changed = bytearray(data)
    directory = struct.unpack_from("<I", changed, 48)[0]
    fat = struct.unpack_from("<I", changed, 76)[0]
    struct.pack_into("<I", changed, 512 * (fat + 1) + 4 * directory, directory)
    return bytes(changed)


def looped_streams(data: bytes) -> bytes:
    """A compound file whose every chain ends where it began."""
    changed = bytearray(data)
    fat = struct.unpack_from("<I", changed, 76)[0]
    for n in range(60):
        struct.pack_into("<I", changed, 512 * (fat + 1) + 4 * n, max(0, n - 1))
    return bytes(changed)


@cache
def hostile() -> dict[str, tuple[bytes, tuple[str, ...]]]:
    """Name -> (bytes, rules of which the container is quarantined by one; "" where parts come out of it)."""
    size, broken, sealed = ("E_CONTAINER_SIZE",), ("E_CONTAINER_BROKEN",), ("E_CONTAINER_SEALED",)
    inner = mails.mail(mails.attached(FORM, "; filename=f.xlsx"))
    many = [mails.attached(b"x%d" % n, f"; filename=f{n}.txt") for n in range(10_000)]
    deep = b"".join(b'Content-Type: multipart/mixed; boundary="d%d"\r\n\r\n--d%d\r\n' % (n, n) for n in range(5_000))
    outlook, p7m = mails.msg(mails.file_of("f.xlsx", FORM)), "Content-Type: application/pkcs7-mime; name=smime.p7m"
    nested = mails.message(mails.file_of("f.xlsx", FORM), head=24)
    for _ in range(60):
        nested = mails.message(mails.embedded(nested), head=24)
    bomb = mails.zipped({"bomb.xlsx": b"\0" * 60_000_000})
    return {
        "forwards.eml": (mails.forwarded(inner, 100), size),
        "attachments.eml": (mails.mail(mails.multipart(*many)), size),
        "parts.eml": (mails.mail(deep), size + broken + ("E_UNSAFE_READER",)),
        "begins.eml": (mails.mail(b"Content-Type: text/plain\r\n\r\n" + b"begin 644 x\r\n" * 200_000), ("E_CONTAINER_EMPTY",)),
        "words.eml": (mails.mail(mails.text(), subject=b"=?utf-8?B?" * 100_000), ("E_CONTAINER_EMPTY",)),
        "headers.eml": (b"From: a@b.example\r\n" * 200_000 + b"\r\n", ("E_CONTAINER_EMPTY",)),
        "nothing.eml": (b"\x01\x02 no mail at all", broken),
        "p7m.eml": (mails.mail(mails.part(b"0\x82", p7m)), sealed),
        "pgp.eml": (mails.mail(mails.multipart(mails.text(), kind="encrypted")), sealed),
        "bomb.zip": (bomb, size),
        "bomb.eml": (mails.mail(mails.attached(bomb, "; filename=b.zip")), size),
        "zips.zip": (zip_in_zip(FORM, 30), size),
        "entries.zip": (mails.zipped({f"{n}.txt": b"x" for n in range(MOST_PARTS + 1)}), size),
        "paths.zip": (mails.zipped({"../../etc/passwd": b"x", "/a/b": b"y", "C:\\x\\y.txt": b"z", "...": b"w"}), ("",)),
        "encrypted.zip": (mails.encrypted_zip(b"x" * 99), sealed),
        "cut.zip": (mails.zipped({"a.xlsx": FORM})[:-60], broken),
        "cut.msg": (outlook[:3000], broken),
        "head.msg": (outlook[:512], broken),
        "loop.msg": (looped(outlook), broken),
        "loops.msg": (looped_streams(outlook), (*broken, "E_UNSAFE_READER", "")),
        "nested.msg": (mails.cfb(nested), size),
        "sealed.msg": (mails.msg(mails.file_of("smime.p7m", b"0\x82"), form="IPM.Note.SMIME"), sealed),
        "winmail.dat": (mails.tnef("a.xlsx", FORM)[:-20], (*broken, "E_CONTAINER_EMPTY", "")),
        "bzip.zip": (mails.zipped({"a.txt": b"x" * 99}, zipfile.ZIP_BZIP2), broken),
    }  # fmt: skip


@pytest.mark.long
def test_hostile_mails_and_archives_end_in_time_in_one_state_each(office: Place, tmp_path: Path) -> None:
    files = hostile()
    began = time.monotonic()
    for name, (data, _) in files.items():
        office.send(data, name)
    said = office.receive(NOW)
    assert time.monotonic() - began < 120
    for name, (_, rules) in files.items():
        got = said["by"][name]
        assert got["state"] == ("accepted" if got["findings"][0]["rule"] == "I_UNPACKED" else "quarantined"), got
        assert (got["findings"][0]["rule"] if got["state"] == "quarantined" else "") in rules, got
    assert sum(f["state"] == "pending" for f in said["files"]) == 0
    assert {n for n in said["by"] if n.startswith("paths.zip/")} == {
        f"paths.zip/{n}" for n in ("etc/passwd", "a/b", "C_/x/y.txt")
    }
    assert not list((office.root / "inbox" / ".taking").glob("0*"))
    assert office.call("verify").code == 0


@pytest.mark.parametrize(
    "name", ["forwards.eml", "p7m.eml", "bomb.zip", "zips.zip", "encrypted.zip", "cut.msg", "loop.msg"]
)
def test_a_hostile_container_is_refused_with_its_reason(name: str) -> None:
    data, rules = hostile()[name]
    with pytest.raises(Unsafe) as refused:
        unpack(data, name)
    assert refused.value.code in rules


def test_a_locked_zip_within_a_mail_is_a_part_with_its_own_reason_and_costs_the_form_nothing(
    office: Place, tmp_path: Path
) -> None:
    locked = mails.attached(mails.encrypted_zip(b"x" * 99), "; filename=locked.zip")
    form = mails.attached(form_of(office, tmp_path, "01101"), "; filename=f.xlsx")
    office.send(mails.mail(mails.multipart(mails.text(), locked, form)), "a.eml")
    said = office.receive()["by"]
    assert [f["rule"] for f in said["a.eml/locked.zip"]["findings"]] == ["E_CONTAINER_SEALED"]
    assert said["a.eml/f.xlsx"]["state"] == said["a.eml"]["state"] == "accepted"


def test_parts_are_written_by_number_never_by_name(tmp_path: Path) -> None:
    source, folder = tmp_path / "a.zip", tmp_path / "out"
    folder.mkdir()
    source.write_bytes(mails.zipped({"../../evil.txt": b"x", "b.txt": b"y"}))
    with Reader(1) as reader:
        said = reader.unpack(str(source), "a.zip", str(folder))
    assert isinstance(said, dict) and [p["name"] for p in said["parts"]] == ["evil.txt", "b.txt"]
    assert sorted(p.name for p in folder.iterdir()) == ["0001", "0002"]
    assert not (tmp_path.parent / "evil.txt").exists()


def test_the_stored_container_is_the_file_as_it_came(posted: tuple[Place, dict[str, Any]]) -> None:
    office, said = posted
    for got in said["files"]:
        path = office.root / "var" / office.rows("SELECT path FROM submission WHERE number=?", got["number"])[0]["path"]
        assert hashlib.sha256(path.read_bytes()).hexdigest() == got["sha256"]
