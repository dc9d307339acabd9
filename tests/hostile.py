"""Hostile, broken and foreign files, made here from one good form: name -> (bytes, codes it may end with; "" reads)."""

from __future__ import annotations

import io
import random
import re
import struct
import zipfile
from collections.abc import Callable, Mapping

Case = tuple[bytes, tuple[str, ...]]
BROKEN, CONTENT, SIZE = ("E_UNSAFE_BROKEN",), ("E_UNSAFE_CONTENT",), ("E_UNSAFE_SIZE",)
KIND, PASSWORD, STRANGER, READ = ("E_UNSAFE_NOT_XLSX",), ("E_UNSAFE_PASSWORD",), ("E_NOT_OURS",), ("",)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504
NS = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
SHEET, BOOK, STRINGS, STYLES = "xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml"
RELS, TYPES = "xl/_rels/workbook.xml.rels", "[Content_Types].xml"


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {n: archive.read(n) for n in archive.namelist()}


def packed(parts: Mapping[str, bytes], **more: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in {**parts, **more}.items():
            archive.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), part, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def with_entry(data: bytes, change: Callable[[zipfile.ZipInfo], None], content: bytes = b"x") -> bytes:
    target = io.BytesIO(data)
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
        info = zipfile.ZipInfo("extra.bin")
        change(info)
        archive.writestr(info, content)
    return target.getvalue()


def central(data: bytes, offset: int, value: bytes, of: str = SHEET) -> bytes:
    """The file with bytes of one part's directory entry changed."""
    changed = bytearray(data)
    at = changed.rfind(of.encode()) - 46
    assert changed[at : at + 4] == b"PK\x01\x02"
    changed[at + offset : at + offset + len(value)] = value
    return bytes(changed)


def sheet(body: bytes, after: bytes = b"") -> bytes:
    return b"<worksheet %b><sheetData>%b</sheetData>%b</worksheet>" % (NS, body, after)


def corpus(good: bytes) -> dict[str, Case]:
    """At least a hundred files that people, programs and attackers could drop into an inbox."""
    parts = parts_of(good)
    cases: dict[str, Case] = {}
    for make in (_kinds, _archives, _names, _xml, _sheets, _books, _safe):
        cases |= make(good, parts)
    return cases


def _kinds(good: bytes, parts: Mapping[str, bytes]) -> dict[str, Case]:
    rng = random.Random(1)

    def directory(name: str) -> bytes:
        return OLE + name.encode("utf-16-le") + b"\x00" * 600

    cases: dict[str, Case] = {
        "empty": (b"", ("E_UNSAFE_EMPTY",)),
        "zeros": (b"\x00" * 5000, BROKEN),
        "blank": (b"   \n", KIND),
        "text": ("ผลการดำเนินงาน".encode(), KIND),
        "csv": (b"a,b\r\n1,2\r\n", KIND),
        "csv_bom": (b"\xef\xbb\xbf" + "ตัวชี้วัด,ค่า\r\n".encode(), KIND),
        "csv_thai_codepage": ("ตัวชี้วัด,ค่า\r\n".encode("cp874"), KIND),
        "utf16_text": ("ผล\t1\r\n".encode("utf-16"), (*BROKEN, *KIND)),
        "html": (b"<!DOCTYPE html><html><table><tr><td>1</table>", KIND),
        "html_upper": (b"\r\n <HTML><BODY>", KIND),
        "html_excel": (b'<html xmlns:x="urn:schemas-microsoft-com:office:excel"><table>', KIND),
        "html_table": (b"<table><tr><td>1</td></tr></table>", KIND),
        "spreadsheetml_2003": (
            b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
            KIND,
        ),
        "json": (b'{"a": 1}', KIND),
        "mail": (b"From: a@b\r\nSubject: x\r\n\r\nhello", KIND),
        "pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", KIND),
        "rtf": (b"{\\rtf1 x}", KIND),
        "png": (b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, KIND),
        "jpeg": (b"\xff\xd8\xff\xe0" + b"\x00" * 50, KIND),
        "gif": (b"GIF89a" + b"\x00" * 50, KIND),
        "rar": (b"Rar!\x1a\x07\x00" + b"\x00" * 50, KIND),
        "7z": (b"7z\xbc\xaf\x27\x1c" + b"\x00" * 50, KIND),
        "gzip": (b"\x1f\x8b\x08" + b"\x00" * 50, KIND),
        "program": (b"MZ\x90\x00" + b"\x00" * 50, KIND),
        "random": (bytes(rng.randrange(1, 256) for _ in range(5000)), (*BROKEN, *KIND)),
        "xls_without_a_book": (directory("Workbook"), BROKEN),
        "xls_95": (directory("Book"), STRANGER),
        "xls_raw": (b"\x09\x08\x10\x00\x00\x06\x05\x00" + b"\x00" * 100, STRANGER),
        "password": (directory("EncryptedPackage"), PASSWORD),
        "password_info": (directory("EncryptionInfo"), PASSWORD),
        "doc": (directory("WordDocument"), KIND),
        "msg": (directory("__properties_version1.0"), KIND),
        "zip_of_text": (packed({"a.txt": b"x"}), KIND),
        "zip_of_forms": (packed({"form.xlsx": good}), KIND),
        "docx": (packed({TYPES: b"<Types/>", "word/document.xml": b"<a/>"}), KIND),
        "pptx": (packed({TYPES: b"<Types/>", "ppt/presentation.xml": b"<a/>"}), KIND),
        "ods": (
            packed({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<a/>"}),
            STRANGER,
        ),
        "xlsb": (packed({TYPES: b"<Types/>", "xl/workbook.bin": b"\x83\x01"}), STRANGER),
        "numbers": (packed({"Index/Document.iwa": b"x"}), STRANGER),
    }
    return cases


def _archives(good: bytes, parts: Mapping[str, bytes]) -> dict[str, Case]:
    cases: dict[str, Case] = {}
    for percent in (1, 5, 10, 25, 50, 75, 90, 95, 99):
        cases[f"cut_at_{percent}"] = (good[: len(good) * percent // 100], BROKEN)
    cases["cut_last_byte"] = (good[:-1], BROKEN)
    middle = len(good) // 3
    cases["flipped_bit"] = (good[:middle] + bytes([good[middle] ^ 4]) + good[middle + 1 :], (*BROKEN, *CONTENT, *SIZE))
    cases["hole"] = (good[:middle] + b"\x00" * 512 + good[middle + 512 :], (*BROKEN, *CONTENT))
    cases["prefix_junk"] = (b"junk" * 10 + good, CONTENT)
    cases["prefix_zip"] = (packed({"a": b"b"}) + good, CONTENT)
    cases["suffix_zip"] = (good + packed({"a": b"b"}), (*CONTENT, *KIND))
    cases["only_directory_end"] = (b"PK\x05\x06" + b"\x00" * 18, (*BROKEN, *KIND))
    cases["size_says_less"] = (central(good, 24, struct.pack("<I", 10)), BROKEN)
    cases["size_says_more"] = (central(good, 24, struct.pack("<I", 10_000_000)), BROKEN)
    cases["size_says_huge"] = (central(good, 24, struct.pack("<I", 0xFFFFFFF0)), SIZE)
    cases["wrong_crc"] = (central(good, 16, b"\x01\x02\x03\x04"), BROKEN)
    cases["packed_size_lies"] = (central(good, 20, struct.pack("<I", 20)), (*BROKEN, *CONTENT))
    cases["encrypted_flag"] = (central(good, 8, struct.pack("<H", 1)), PASSWORD)
    cases["unknown_method"] = (central(good, 10, struct.pack("<H", 99)), CONTENT)
    cases["bzip2"] = (central(good, 10, struct.pack("<H", 12)), CONTENT)
    cases["offset_elsewhere"] = (central(good, 42, struct.pack("<I", 0)), (*BROKEN, *CONTENT))
    cases["bomb_ratio"] = (packed({**parts, "xl/media/a.bin": b"\x00" * 30_000_000}), SIZE)
    cases["bomb_part"] = (packed({**parts, "xl/media/a.bin": b"\x00" * 70_000_000}), SIZE)
    cases["bomb_sheet"] = (packed({**parts, SHEET: sheet(b" " * 60_000_000)}), SIZE)
    cases["members"] = (packed({**parts, **{f"xl/media/{n}.bin": b"" for n in range(2100)}}), SIZE)
    cases["ten_thousand_sheets"] = (
        packed({**parts, **{f"xl/worksheets/s{n}.xml": b"<a/>" for n in range(10_000)}}),
        SIZE,
    )
    cases["over_20_mib"] = (good + b"\x00" * (21 * 1024 * 1024), SIZE)
    return cases


def _names(good: bytes, parts: Mapping[str, bytes]) -> dict[str, Case]:
    cases: dict[str, Case] = {}
    for n, name in enumerate(("../../evil", "xl/../../x", "/etc/passwd", "C:evil", "xl//x.xml", "a\\b.xml")):
        cases[f"name_{n}"] = (with_entry(good, lambda info, name=name: setattr(info, "filename", name)), CONTENT)  # type: ignore[misc]
    cases["name_twice"] = (_twice(parts, SHEET, SHEET), CONTENT)
    cases["name_twice_by_case"] = (_twice(parts, SHEET, SHEET.upper().replace(".XML", ".xml")), CONTENT)
    cases["symlink"] = (with_entry(good, lambda info: setattr(info, "external_attr", 0o120777 << 16)), CONTENT)
    local = bytearray(good)
    at = local.find(SHEET.encode())
    local[at : at + 3] = b"xL/"
    cases["two_names_for_a_part"] = (bytes(local), CONTENT)
    return cases


def _twice(parts: Mapping[str, bytes], first: str, second: str) -> bytes:
    import warnings

    target = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")
        for name, part in parts.items():
            archive.writestr(name, part)
        archive.writestr(second, parts[first])
    return target.getvalue()


def _xml(good: bytes, parts: Mapping[str, bytes]) -> dict[str, Case]:
    cases: dict[str, Case] = {}
    laughs = b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
    foreign = b'<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    for label, name in (
        ("book", BOOK),
        ("sheet", SHEET),
        ("strings", STRINGS),
        ("styles", STYLES),
        ("rels", RELS),
        ("types", TYPES),
    ):
        head, _, rest = parts[name].partition(b"?>")
        head += b"?>"
        cases[f"laughs_{label}"] = (packed({**parts, name: head + laughs + rest}), CONTENT)
        cases[f"file_entity_{label}"] = (packed({**parts, name: head + foreign + rest}), CONTENT)
        cases[f"cut_{label}"] = (packed({**parts, name: parts[name][: len(parts[name]) // 2]}), BROKEN)
    text = parts[SHEET].decode()
    wide = text.replace("UTF-8", "UTF-16")
    cases["utf16_sheet"] = (packed({**parts, SHEET: wide.encode("utf-16")}), STRANGER)
    for order in ("utf-16", "utf-16-be"):
        bomb = ("" if order == "utf-16" else "\ufeff") + wide.replace("?>", "?>" + laughs.decode(), 1)
        cases[f"laughs_{order}"] = (packed({**parts, SHEET: bomb.encode(order)}), CONTENT)
    cases["latin_sheet"] = (packed({**parts, SHEET: parts[SHEET].replace(b"UTF-8", b"ISO-8859-1", 1)}), CONTENT)
    cases["nul_in_sheet"] = (
        packed({**parts, SHEET: parts[SHEET].replace(b"<sheetData>", b"<sheetData>\x00", 1)}),
        CONTENT,
    )
    cases["bad_utf8"] = (packed({**parts, STRINGS: parts[STRINGS].replace(b"<t", b"<t>\xff\xfe</t><t", 1)}), BROKEN)
    cases["long_attribute"] = (packed({**parts, SHEET: sheet(b'<row x="' + b"a" * 300_000 + b'"/>')}), CONTENT)
    cases["deep_nesting"] = (
        packed({**parts, SHEET: sheet(b"<a>" * 20_000 + b"</a>" * 20_000)}),
        (*BROKEN, "E_UNSAFE_READER"),
    )
    cases["unclosed_cell"] = (packed({**parts, SHEET: sheet(b'<row r="1"><c r="A1"><v>1</row>')}), BROKEN)
    return cases


def _sheets(good: bytes, parts: Mapping[str, bytes]) -> dict[str, Case]:
    def one(body: bytes, after: bytes = b"") -> bytes:
        return packed({**parts, SHEET: sheet(body, after)})

    rows = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in range(1, 30))
    merges = b"".join(b'<mergeCell ref="A%d:B%d"/>' % (n, n) for n in range(1, 5100))
    return {
        "far_corner": (one(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), SIZE),
        "far_corner_spaces": (one(b'<row r="1048576"><c  s="1"  r = \'XFD1048576\' ><v>1</v></c></row>'), SIZE),
        "far_corner_hidden_in_quotes": (one(b'<row r="9"><c a=">" r="XFD1048576"><v>1</v></c></row>'), SIZE),
        "far_row": (one(b'<row r="999999"><c r="A999999"><v>1</v></c></row>'), SIZE),
        "far_row_without_address": (one(b'<row r="1048576"><c><v>1</v></c></row>'), SIZE),
        "beyond_excel": (one(b'<row r="99999999"><c r="AAA99999999"><v>1</v></c></row>'), SIZE),
        "wide_and_deep": (one(b'<row r="90000"><c r="CV90000"><v>1</v></c></row>'), SIZE),
        "three_million_cells": (one(b"<row>" + b"<c/>" * 3_000_000 + b"</row>"), SIZE),
        "merge_everything": (one(rows, b'<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'), SIZE),
        "merges": (one(rows, b"<mergeCells>" + merges + b"</mergeCells>"), STRANGER),
        "link_everywhere": (one(rows, b'<hyperlinks><hyperlink ref="A1:XFD1048576" location="A1"/></hyperlinks>'), SIZE),
        "strings_lie": (packed({**parts, STRINGS: b'<sst %b count="9" uniqueCount="999999999"><si><t>a</t></si></sst>' % NS}), SIZE),
        "a_million_strings": (packed({**parts, STRINGS: b"<sst %b>" % NS + b"<si><t>a</t></si>" * 1_000_000 + b"</sst>"}), SIZE),
        "strings_missing": (one(b'<row r="1"><c r="A1" t="s"><v>99999</v></c></row>'), (*READ, *BROKEN, *STRANGER)),
        "no_rows": (one(b""), (*READ, *STRANGER)),
        "sixty_five_sheets": (packed({**parts, **{f"xl/worksheets/x{n}.xml": sheet(b"") for n in range(65)}}), SIZE),
    }  # fmt: skip


def _books(good: bytes, parts: Mapping[str, bytes]) -> dict[str, Case]:
    def without(*names: str) -> dict[str, bytes]:
        return {n: p for n, p in parts.items() if n not in names}

    none = re.sub(rb"<sheets>.*</sheets>", b"<sheets/>", parts[BOOK], flags=re.DOTALL)
    moved = {("xl/book2.xml" if n == BOOK else n): p for n, p in parts.items()}
    return {
        "no_sheets": (packed({**parts, BOOK: none}), STRANGER),
        "no_workbook": (packed(without(BOOK)), STRANGER),
        "workbook_elsewhere": (packed(moved), STRANGER),
        "no_relations": (packed(without(RELS)), (*STRANGER, *BROKEN)),
        "no_types": (packed(without(TYPES)), (*READ, *STRANGER, *BROKEN)),
        "no_sheet_part": (packed(without(SHEET)), (*READ, *STRANGER, *BROKEN)),
        "xlm_macros": (packed({**parts, "xl/macrosheets/sheet1.xml": b"<a/>"}), CONTENT),
        "xlm_macros_by_case": (packed({**parts, "xl/MacroSheets/Sheet1.xml": b"<a/>"}), CONTENT),
        "stranger": (packed({**parts, **{n: _emptied(n, p) for n, p in parts.items()}}), STRANGER),
    }


def _emptied(name: str, part: bytes) -> bytes:
    if name == STRINGS:
        return re.sub(rb"(<t[^>]*>)[^<]*(</t>)", rb"\1x\2", part)
    return part


def _safe(good: bytes, parts: Mapping[str, bytes]) -> dict[str, Case]:
    """Odd, but none of it is opened or carried on: these are read like any other form."""
    return {
        "with_vba": (packed({**parts, "xl/vbaProject.bin": OLE}), READ),
        "with_external_link": (
            packed({**parts, "xl/externalLinks/externalLink1.xml": b"<externalLink %b/>" % NS}),
            READ,
        ),
        "with_embedded_object": (packed({**parts, "xl/embeddings/oleObject1.bin": OLE}), READ),
        "with_broken_custom_xml": (packed({**parts, "customXml/item1.xml": b"<a><b></a>"}), READ),
        "with_broken_vml": (packed({**parts, "xl/drawings/vmlDrawing9.vml": b"<a><br></a>"}), READ),
        "with_activex": (packed({**parts, "xl/activeX/activeX1.bin": b"\x00" * 40}), READ),
        "with_comment_after": (good[:-2] + struct.pack("<H", 5) + b"hello", READ),
    }


# -- mutants -----------------------------------------------------------------------------------------------------------


def mutant(good: bytes, parts: Mapping[str, bytes], rng: random.Random) -> bytes:
    """A good form with something changed at random: bytes of the archive, or bytes and tags of a part packed again."""
    kind = rng.randrange(6)
    if kind == 0:
        return _noise(good, rng, rng.randint(1, 8))
    if kind == 1:
        return good[: rng.randrange(len(good))]
    if kind == 2:
        start, length = rng.randrange(len(good)), rng.randint(1, 2000)
        return good[:start] + bytes(length) + good[start + length :]
    name = rng.choice([n for n in parts if n.endswith((".xml", ".rels"))])
    part = parts[name]
    if kind == 3:
        return packed({**parts, name: _noise(part, rng, rng.randint(1, 3))})
    if kind == 4:
        figures = list(re.finditer(rb"[0-9]+", part))
        if figures:
            at = rng.choice(figures)
            part = part[: at.start()] + rng.choice((b"0", b"-1", b"4294967295", b"99999999999", b"")) + part[at.end() :]
        return packed({**parts, name: part})
    tags = list(re.finditer(rb"<[^<>]*>", part))
    at = rng.choice(tags)
    return packed({**parts, name: part[: at.start()] + rng.choice((b"", at[0] * 2)) + part[at.end() :]})


def _noise(data: bytes, rng: random.Random, count: int) -> bytes:
    changed = bytearray(data)
    for _ in range(count):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)
