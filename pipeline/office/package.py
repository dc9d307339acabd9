"""The parts of an .xlsx as their relations name them: worksheets, number formats, and the plain spelling of it all.

Office programs, exporters and scripts name and spell parts as they like: relations decide, not names. The value reader
knows fewer spellings than Excel and is silent about the rest, so what it does not know is spelled anew for it.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from lxml import etree

from pipeline.office.look import Unsafe
from pipeline.office.shows import BUILT_IN, is_plain

_PARSER = {
    "resolve_entities": False,
    "no_network": True,
    "huge_tree": False,
    "load_dtd": False,
    "remove_comments": True,  # a comment within a figure would end it
    "remove_pis": True,
}
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_REL = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_BOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_USUAL = {"styles": "xl/styles.xml", "sharedStrings": "xl/sharedStrings.xml"}
# spellings at which the value reader ends a figure
_ODD = (b"<!--", b"<![CDATA[")
_BY_NUMBER = re.compile(rb"<(?:\w+:)?v>[^<&]*&#")


def tree_of(part: bytes) -> Any:
    """The elements of a part, without comments and processing instructions; raises Unsafe where it is malformed."""
    try:
        return etree.fromstring(part, etree.XMLParser(**_PARSER))
    except etree.XMLSyntaxError as error:
        raise Unsafe("E_UNSAFE_BROKEN", "XML ไม่สมบูรณ์", "malformed XML") from error


class Package:
    """The parts of a workbook, found by the relations of its xl/workbook.xml."""

    def __init__(self, parts: dict[str, bytes]) -> None:
        self.parts = parts
        self._names = {n.casefold(): n for n in parts}
        self._targets: dict[str, str] = {}  # relation -> part, "" where there is none
        self._kinds: dict[str, str] = {}  # kind of a part there is one of -> part
        self.plain = True
        for r in tree_of(parts[_RELATIONS]).iterfind("{*}Relationship") if _RELATIONS in parts else ():
            self._relate(r.get("Id", ""), r.get("Type", "").rpartition("/")[2], r.get("Target", ""))

    def _relate(self, name: str, kind: str, target: str) -> None:
        part = self._names.get(_resolved("xl", target).casefold(), "")
        self._targets[name] = part
        if part:
            spelled = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            usual = _USUAL.get(kind, part).casefold() == part.casefold()
            self.plain &= usual and (spelled == part or kind != "worksheet")
            self._kinds.setdefault(kind, part)

    def part_of(self, kind: str) -> str:
        """The part of a kind there is one of ("styles", "sharedStrings"), else where it usually is; "" where there is none."""
        return self._kinds.get(kind) or self._names.get(_USUAL[kind].casefold(), "")

    def worksheets(self) -> list[tuple[str, str, bool]]:
        """Name, part and hiddenness of each worksheet, in tab order."""
        found = []
        for sheet in tree_of(self.parts[_BOOK]).iterfind(".//{*}sheets/{*}sheet"):
            part = self._targets.get(sheet.get(_REL) or sheet.get(_STRICT_REL) or "", "")
            if part:
                found.append((sheet.get("name", ""), part, sheet.get("state", "visible") != "visible"))
        return found

    def formats(self) -> dict[str, str]:
        """Number format by style number, where a number may look otherwise than it is stored."""
        styles = self.part_of("styles")
        if not styles:
            return {}
        root = tree_of(self.parts[styles])
        codes = dict(BUILT_IN)
        for e in root.iterfind(".//{*}numFmts/{*}numFmt"):
            codes[_number(e.get("numFmtId"))] = e.get("formatCode", "")
        named = enumerate(root.iterfind("{*}cellXfs/{*}xf"))
        found = {str(n): codes.get(_number(xf.get("numFmtId", "0")), "") for n, xf in named}
        return {n: code for n, code in found.items() if not is_plain(code)}

    def odd(self, part: str) -> bool:
        """Whether a part is spelled in a way the value reader does not know."""
        xml = self.parts.get(part, b"")
        known = xml.find(b"<?", 5) < 0 and not any(mark in xml for mark in _ODD)
        return not known or (b"&#" in xml and _BY_NUMBER.search(xml) is not None)

    def spelled_anew(self, sheets: Sequence[tuple[str, bytes]]) -> bytes:
        """The same worksheets (name, XML) with their strings and styles, named and spelled as Excel does."""
        parts = {f"xl/worksheets/sheet{n}.xml": xml for n, (_, xml) in enumerate(sheets, 1)}
        relations = [(f"s{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)]
        for kind, usual in _USUAL.items():
            if part := self.part_of(kind):
                parts[usual] = etree.tostring(tree_of(self.parts[part]), encoding="UTF-8")
                relations.append((kind, kind, posixpath.basename(usual)))
        return _packed(parts, self._book([name for name, _ in sheets]), relations)

    def _book(self, names: Sequence[str]) -> bytes:
        """The workbook part with these sheets only; the rest of it (the epoch of its dates) stays."""
        root = tree_of(self.parts[_BOOK])
        [tabs] = root.findall("{*}sheets")
        space = tabs.tag.rpartition("}")[0] + "}"
        for old in list(tabs):
            tabs.remove(old)
        for n, name in enumerate(names, 1):
            etree.SubElement(tabs, f"{space}sheet", {"name": name, "sheetId": str(n), _REL: f"s{n}"})
        return etree.tostring(root, encoding="UTF-8")


_TYPES = b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
_SPACE = "http://schemas.openxmlformats.org/package/2006/relationships"
_KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def _packed(parts: Mapping[str, bytes], book: bytes, relations: Sequence[tuple[str, str, str]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", _related([("book", "officeDocument", _BOOK)]))
        archive.writestr(_BOOK, book)
        archive.writestr(_RELATIONS, _related(relations))
        for name, part in parts.items():
            archive.writestr(name, part)
    return out.getvalue()


def _related(relations: Sequence[tuple[str, str, str]]) -> bytes:
    root = etree.Element(f"{{{_SPACE}}}Relationships", nsmap={None: _SPACE})
    for name, kind, target in relations:
        said = {"Id": name, "Type": f"{_KIND}/{kind}", "Target": target}
        etree.SubElement(root, f"{{{_SPACE}}}Relationship", said)
    return etree.tostring(root, encoding="UTF-8")


def _resolved(folder: str, target: str) -> str:
    """The part a relation leads to: relative to its folder, or from the root; %20 and ./ as in any address."""
    target = unquote(target).replace("\\", "/")
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")


def _number(text: str | None) -> int:
    return int(text) if text and re.fullmatch("[0-9]{1,9}", text) else 1
