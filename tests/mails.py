"""Mail files of every structure and name encoding, made here: .eml as programs write them, .msg as Outlook lays them out."""

from __future__ import annotations

import base64
import binascii
import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
THAI = "แบบรายงานผล ไตรมาส 1 กองคลัง.xlsx"
LONG = "แบบรายงานผลการปฏิบัติราชการตามแผนปฏิบัติราชการรายปี ไตรมาสที่ 1 ของกองคลัง ฉบับแก้ไขครั้งที่ 2.xlsx"
SENDER = "plan@unit.example"
SUBJECT = "ส่งแบบรายงานผล ไตรมาส 1"

# -- .eml --------------------------------------------------------------------------------------------------------------


def b64(data: bytes) -> bytes:
    return base64.encodebytes(data).replace(b"\n", b"\r\n")


def word(text: str, charset: str = "utf-8", how: str = "B") -> str:
    data = text.encode("cp874" if charset in ("windows-874", "tis-620") else charset)
    said = base64.b64encode(data).decode() if how == "B" else "".join(f"={b:02X}" for b in data)
    return f"=?{charset}?{how}?{said}?="


def part(data: bytes, *headers: str | bytes, encoding: str = "base64") -> bytes:
    body = {"base64": b64, "8bit": bytes, "quoted-printable": _qp, "x-uuencode": _uu}[encoding](data)
    head = [h if isinstance(h, bytes) else h.encode() for h in headers]
    head += [f"Content-Transfer-Encoding: {encoding}".encode()] if encoding else []
    return b"\r\n".join(head) + b"\r\n\r\n" + body


def _qp(data: bytes) -> bytes:
    return binascii.b2a_qp(data, istext=False).replace(b"\n", b"\r\n")


def _uu(data: bytes, name: bytes = b"x") -> bytes:
    lines = [binascii.b2a_uu(data[n : n + 45]) for n in range(0, len(data), 45)]
    return (b"begin 644 " + name + b"\n" + b"".join(lines) + b"`\nend\n").replace(b"\n", b"\r\n")


def attached(data: bytes, named: str | bytes, kind: str = XLSX, encoding: str = "base64") -> bytes:
    """A part whose Content-Disposition ends with `named`."""
    said = named if isinstance(named, bytes) else named.encode()
    return part(data, f"Content-Type: {kind}", b"Content-Disposition: attachment" + said, encoding=encoding)


def multipart(*parts: bytes, kind: str = "mixed", boundary: str = "b1", more: str = "") -> bytes:
    line = f"--{boundary}".encode()
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"{more}\r\n\r\n'.encode()
    return head + b"".join(line + b"\r\n" + p + b"\r\n" for p in parts) + line + b"--\r\n"


def text(said: str = "เรียน ส่วนกลาง ส่งแบบฟอร์มตามแนบ", kind: str = "plain", charset: str = "utf-8") -> bytes:
    return part(
        said.encode("cp874" if charset == "tis-620" else charset), f"Content-Type: text/{kind}; charset={charset}"
    )


def mail(body: bytes, sender: str | bytes = f"Officer <{SENDER}>", subject: str | bytes | None = None) -> bytes:
    """A whole mail: headers, then `body`, which begins with its own Content-Type."""
    said = subject if subject is not None else word(SUBJECT)
    head = [b"Received: from a by b", b"From: " + _raw(sender), b"To: centre@office.example", b"Subject: " + _raw(said),
            b"Date: Wed, 10 Jan 2024 08:00:00 +0700", b"Message-ID: <a1@unit.example>", b"MIME-Version: 1.0"]  # fmt: skip
    return b"\r\n".join(head) + b"\r\n" + body


def _raw(said: str | bytes) -> bytes:
    return said if isinstance(said, bytes) else said.encode()


def forwarded(inner: bytes, levels: int = 1) -> bytes:
    for n in range(levels):
        whole = b"Content-Type: message/rfc822\r\n\r\n" + inner
        inner = mail(multipart(text(f"Fwd {n}"), whole, boundary=f"f{n}"), f"Boss{n} <boss{n}@unit.example>", "Fwd")
    return inner


def rfc2231(name: str, charset: str = "utf-8", pieces: int = 1) -> str:
    coded = [f"%{b:02X}" for b in name.encode("cp874" if charset in ("windows-874", "tis-620") else charset)]
    if pieces == 1:
        return f"; filename*={charset}'th'{''.join(coded)}"
    size = -(-len(coded) // pieces)
    cut = ["".join(coded[n : n + size]) for n in range(0, len(coded), size)]
    first = f";\r\n filename*0*={charset}''{cut[0]}"
    return first + "".join(f";\r\n filename*{n}*={c}" for n, c in enumerate(cut[1:], 1))


def zipped(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), data, method)
    return target.getvalue()


def thai_zip(name: str, data: bytes) -> bytes:
    """A zip as old Windows writes it: the name in windows-874, no flag that says so."""
    spelled = name.encode("cp874")
    stand_in = "x" * len(spelled)
    return zipped({stand_in: data}).replace(stand_in.encode(), spelled)


def encrypted_zip(data: bytes) -> bytes:
    made = bytearray(zipped({"secret.xlsx": data}))
    for magic, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        made[made.index(magic) + at] |= 1
    return bytes(made)


def tnef(name: str, data: bytes) -> bytes:
    """winmail.dat with one attachment, its long name among the MAPI properties."""
    wide = name.encode("utf-16-le") + b"\0\0"
    properties = struct.pack("<I", 2) + struct.pack("<HHI", 0x0003, 0x3705, 1)
    properties += struct.pack("<HHII", 0x001F, 0x3707, 1, len(wide)) + wide + b"\0" * (-len(wide) % 4)

    def attribute(key: int, value: bytes, level: int = 2) -> bytes:
        return struct.pack("<BII", level, key, len(value)) + value + struct.pack("<H", sum(value) % 65536)

    return (b"\x78\x9f\x3e\x22" + struct.pack("<H", 1) + attribute(0x00069007, struct.pack("<II", 874, 0), 1)
            + attribute(0x00069002, b"\x01\x00" + b"\0" * 12) + attribute(0x00018010, b"FORM~1.XLS\0")
            + attribute(0x0006800F, data) + attribute(0x00069005, properties))  # fmt: skip


# -- .msg --------------------------------------------------------------------------------------------------------------

Tree = dict[str, Any]  # name -> bytes (a stream) or a Tree (a storage)
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def cfb(tree: Tree) -> bytes:
    """A compound file ([MS-CFB] version 3) with these streams and storages: small ones in the mini stream."""
    entries: list[dict[str, Any]] = [{"name": "Root Entry", "kind": 5}]
    _enter(entries, 0, tree)
    mini, mini_fat, big = b"", [], []
    for entry in entries[1:]:
        data = entry.get("data", b"")
        if entry["kind"] == 2 and 0 < len(data) < 4096:
            entry["start"], count = len(mini_fat), -(-len(data) // 64)
            mini_fat += [*range(len(mini_fat) + 1, len(mini_fat) + count), _END]
            mini += data.ljust(count * 64, b"\0")
        elif entry["kind"] == 2 and data:
            big.append(entry)
    sectors: list[bytes] = []
    fat: list[int] = []

    def chain(data: bytes) -> int:
        if not data:
            return _END
        start, count = len(sectors), -(-len(data) // 512)
        sectors.extend(data[n : n + 512].ljust(512, b"\0") for n in range(0, len(data), 512))
        fat.extend([*range(start + 1, start + count), _END])
        return start

    for entry in big:
        entry["start"] = chain(entry["data"])
    entries[0] |= {"data": mini, "start": chain(mini)}
    mini_start = chain(struct.pack(f"<{len(mini_fat)}I", *mini_fat) + b"\xff" * (-len(mini_fat) * 4 % 512))
    while len(entries) % 4:
        entries.append({"name": "", "kind": 0})
    directory_start = chain(b"".join(map(_entry, entries)))
    fat_sectors = 1
    while fat_sectors * 128 < len(fat) + fat_sectors:
        fat_sectors += 1
    at = len(sectors)
    fat += [_FAT] * fat_sectors
    fat += [_FREE] * (fat_sectors * 128 - len(fat))
    sectors += [struct.pack("<128I", *fat[n * 128 : n * 128 + 128]) for n in range(fat_sectors)]
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    head += struct.pack(
        "<IIIIIIIII", 0, fat_sectors, directory_start, 0, 4096, mini_start, -(-len(mini_fat) // 128), _END, 0
    )
    table = [*range(at, at + fat_sectors), *[_FREE] * (109 - fat_sectors)]
    return head + struct.pack("<109I", *table) + b"".join(sectors)


def _enter(entries: list[dict[str, Any]], parent: int, tree: Tree) -> None:
    before = None
    for name in sorted(tree, key=lambda n: (len(n), n.upper())):
        at = len(entries)
        content = tree[name]
        entries.append(
            {"name": name, "kind": 2, "data": content} if isinstance(content, bytes) else {"name": name, "kind": 1}
        )
        if before is None:
            entries[parent]["child"] = at
        else:
            entries[before]["right"] = at
        before = at
        if not isinstance(content, bytes):
            _enter(entries, at, content)


def _entry(entry: dict[str, Any]) -> bytes:
    name = entry["name"].encode("utf-16-le")
    links = struct.pack("<III", _FREE, entry.get("right", _FREE), entry.get("child", _FREE))
    return (name.ljust(64, b"\0") + struct.pack("<HBB", len(name) + 2 if name else 0, entry["kind"], 1) + links + b"\0" * 36
            + struct.pack("<IQ", entry.get("start", 0), len(entry.get("data", b""))))  # fmt: skip


def properties(head: int, **numbers: int) -> bytes:
    table = b"".join(struct.pack("<HHIII", 3, int(k[1:], 16), 6, v, 0) for k, v in numbers.items())
    return b"\0" * head + table


def said(key: str, value: str, wide: bool = True) -> Tree:
    if wide:
        return {f"__substg1.0_{key}001F": value.encode("utf-16-le")}
    return {f"__substg1.0_{key}001E": value.encode("cp874") + b"\0"}


def file_of(name: str, data: bytes, wide: bool = True, short: bool = False, mime: str = "", **numbers: int) -> Tree:
    """An attachment's storage; `numbers` are integer properties such as x7FFE=1."""
    tree: Tree = {"__properties_version1.0": properties(8, x3705=1, **numbers), "__substg1.0_37010102": data}
    if name:
        tree |= said("3704" if short else "3707", name, wide)
    return tree | (said("370E", mime, wide) if mime else {})


def embedded(inner: Tree) -> Tree:
    return {"__properties_version1.0": properties(8, x3705=5), "__substg1.0_3701000D": inner}


def message(
    *attachments: Tree,
    wide: bool = True,
    head: int = 32,
    sender: str = SENDER,
    form: str = "IPM.Note",
    codepage: int = 0,
) -> Tree:
    numbers = {"x3FFD": codepage} if codepage else {}
    tree: Tree = {"__properties_version1.0": properties(head, **numbers)}
    tree |= said("001A", form, wide) | said("0037", SUBJECT, wide) | said("1035", "<a1@unit.example>", wide)
    tree |= said("5D01", sender, wide) if sender else {}
    return tree | {f"__attach_version1.0_#{n:08X}": a for n, a in enumerate(attachments)}


def msg(*attachments: Tree, **more: Any) -> bytes:
    return cfb({"__nameid_version1.0": {"__substg1.0_00020102": b""}} | message(*attachments, **more))


# -- thirty of them ----------------------------------------------------------------------------------------------------

Case = tuple[bytes, Sequence[str]]  # the file; the names of its parts, each of which holds the form
OCTETS = "application/octet-stream"


def cases(form: bytes) -> dict[str, Case]:
    """Name of the mail file -> (bytes, names of the parts expected)."""
    png = b"\x89PNG\r\n\x1a\n" + b"\0" * 900
    logo = part(png, "Content-Type: image/png; name=logo.png", "Content-ID: <logo@x>", "Content-Disposition: inline")
    inner = mail(multipart(text(), attached(form, '; filename="in.xlsx"'), boundary="in"), "Other <o@unit.example>")
    ical = part(b"BEGIN:VCALENDAR", "Content-Type: text/calendar; method=REQUEST; name=invite.ics")
    signature = part(
        b"0",
        "Content-Type: application/pkcs7-signature; name=smime.p7s",
        "Content-Disposition: attachment; filename=smime.p7s",
    )
    split = base64.b64encode(THAI.encode()).decode()
    cut = [split[n : n + 20] for n in range(0, len(split), 20)]  # letters cut in two between words
    one: dict[str, bytes] = {
        "plain.eml": attached(form, '; filename="f.xlsx"'),
        "octets.eml": multipart(text(), attached(form, '; filename="f.xlsx"', OCTETS)),
        "quoted-printable.eml": multipart(text(), attached(form, '; filename="f.xlsx"', encoding="quoted-printable")),
        "uuencoded-part.eml": multipart(text(), attached(form, '; filename="f.xlsx"', encoding="x-uuencode")),
        "uuencoded-text.eml": b"Content-Type: text/plain\r\n\r\nHello\r\n" + _uu(form, b"f.xlsx"),
        "no-charset.eml": multipart(b"Content-Type: text/plain\r\n\r\n" + "สวัสดี".encode("cp874"), attached(form, '; filename="f.xlsx"')),
        "strange-charset.eml": multipart(part(b"x", "Content-Type: text/plain; charset=x-unknown"), attached(form, "; filename*=x-unknown''f.xlsx")),
        "signed.eml": multipart(multipart(text(), attached(form, '; filename="f.xlsx"'), boundary="b2"), signature, kind="signed"),
        "calendar.eml": multipart(text(), ical, attached(form, '; filename="f.xlsx"')),
        "signature-picture.eml": multipart(multipart(text(kind="html"), logo, kind="related", boundary="b2"), attached(form, '; filename="f.xlsx"')),
        "alternative.eml": multipart(multipart(text(), text(kind="html"), kind="alternative", boundary="b2"), attached(form, '; filename="f.xlsx"')),
        "tis-620.eml": multipart(text(charset="tis-620"), attached(form, '; filename="f.xlsx"')),
        "name-on-type.eml": multipart(text(), part(form, f'Content-Type: {XLSX}; name="f.xlsx"')),
        "byte-order-mark.eml": multipart(text(), attached(form, '; filename="f.xlsx"')),
    }  # fmt: skip
    named: dict[str, str | bytes] = {
        "rfc2231.eml": rfc2231(THAI),
        "rfc2231-continued.eml": rfc2231(THAI, pieces=5),
        "rfc2231-windows-874.eml": rfc2231(THAI, "windows-874"),
        "rfc2231-tis-620-continued.eml": rfc2231(THAI, "tis-620", 3),
        "rfc2047-in-filename.eml": f'; filename="{word(THAI)}"',
        "rfc2047-quoted.eml": f'; filename="{word(THAI, how="Q")}"',
        "rfc2047-windows-874.eml": f'; filename="{word(THAI, "windows-874")}"',
        "rfc2047-letters-cut.eml": '; filename="' + "\r\n ".join(f"=?utf-8?B?{c}?=" for c in cut) + '"',
        "raw-utf-8.eml": f'; filename="{THAI}"'.encode(),
        "raw-windows-874.eml": f'; filename="{THAI}"'.encode("cp874"),
        "raw-unquoted.eml": f"; filename={THAI}".encode("cp874"),
    }
    found: dict[str, Case] = {name: (mail(body), ["f.xlsx"]) for name, body in one.items()}
    found["byte-order-mark.eml"] = (b"\xef\xbb\xbf\r\n" + found["byte-order-mark.eml"][0], ["f.xlsx"])
    found |= {name: (mail(multipart(text(), attached(form, n))), [THAI]) for name, n in named.items()}
    raw = multipart(text(), attached(form, '; filename="f.xlsx"'))
    found |= {
        "long-name.eml": (mail(multipart(text(), attached(form, rfc2231(LONG, pieces=9)))), [LONG]),
        "no-name.eml": (mail(multipart(text(), part(form, f"Content-Type: {XLSX}"))), ["ไม่มีชื่อ.xlsx"]),
        "no-name-octets.eml": (mail(multipart(text(), attached(form, "", OCTETS))), ["ไม่มีชื่อ.xlsx"]),
        "several.eml": (mail(multipart(text(), *(attached(form, '; filename="f.xlsx"') for _ in range(3)))), ["f.xlsx", "f (2).xlsx", "f (3).xlsx"]),
        "forwarded.eml": (forwarded(inner), ["in.xlsx"]),
        "forwarded-five-times.eml": (forwarded(inner, 5), ["in.xlsx"]),
        "forwarded-in-base64.eml": (mail(multipart(text(), part(inner, "Content-Type: message/rfc822"))), ["in.xlsx"]),
        "forwarded-as-file.eml": (mail(multipart(text(), attached(inner, '; filename="fw.eml"', OCTETS))), ["fw.eml/in.xlsx"]),
        "zip.eml": (mail(multipart(text(), attached(zipped({"a/f.xlsx": form, "g.xlsx": form}), '; filename="z.zip"', "application/zip"))), ["z.zip/a/f.xlsx", "z.zip/g.xlsx"]),
        "thai-zip.eml": (mail(multipart(text(), attached(thai_zip(THAI, form), '; filename="z.zip"'))), [f"z.zip/{THAI}"]),
        "winmail.eml": (mail(multipart(text(), attached(tnef(THAI, form), "; filename=winmail.dat", "application/ms-tnef"))), [THAI]),
        "path-in-name.eml": (mail(multipart(text(), attached(form, '; filename="..\\\\..\\\\x/f.xlsx"'))), ["x_f.xlsx"]),
        "raw-8-bit-subject.eml": (mail(raw, f"{SENDER} (เจ้าหน้าที่)".encode("cp874"), SUBJECT.encode("cp874")), ["f.xlsx"]),
        "lf-only.eml": (mail(raw).replace(b"\r\n", b"\n"), ["f.xlsx"]),
    }  # fmt: skip
    picture = file_of("logo.png", png, mime="image/png", x7FFE=1)
    smime = (
        b"Content-Type: multipart/signed; boundary=s\r\n\r\n--s\r\n"
        + attached(form, "; filename=f.xlsx")
        + b"\r\n--s--\r\n"
    )
    found |= {
        "outlook.msg": (msg(file_of(THAI, form)), [THAI]),
        "outlook-8-bit.msg": (msg(file_of(THAI, form, wide=False), wide=False, codepage=874), [THAI]),
        "outlook-short-name.msg": (msg(file_of("FORM~1.XLS", form, short=True)), ["FORM~1.XLS"]),
        "outlook-no-name.msg": (msg(file_of("", form)), ["ไม่มีชื่อ.xlsx"]),
        "outlook-several.msg": (msg(picture, file_of("a.xlsx", form), file_of("a.xlsx", form)), ["a.xlsx", "a (2).xlsx"]),
        "outlook-in-outlook.msg": (msg(embedded(message(embedded(message(file_of(THAI, form), head=24)), head=24))), [THAI]),
        "outlook-zip.msg": (msg(file_of("z.zip", zipped({"f.xlsx": form}))), ["z.zip/f.xlsx"]),
        "outlook-small.msg": (msg(file_of("f.xlsx", form), file_of("n.txt", b"note")), ["f.xlsx", "n.txt"]),
        "outlook-signed.msg": (msg(file_of("smime.p7m", smime, mime="multipart/signed"), form="IPM.Note.SMIME.MultipartSigned"), ["f.xlsx"]),
        "eml-in-outlook.msg": (msg(file_of("old.eml", inner)), ["old.eml/in.xlsx"]),
    }  # fmt: skip
    return found
