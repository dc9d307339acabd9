"""An office's own .docx -> its header, footer, margins and styles for our papers; nothing else of it is ever used.

The file is an officer's, so it is opened with no more trust than a submission: looked at first, refused with one line
where it holds macros, embedded objects or ties to other files in what would be used. Its text is left behind.
"""

from __future__ import annotations

import io
import posixpath
import re
from copy import deepcopy
from typing import Any

from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm

from pipeline.office.look import Unsafe, unpacked
from schemas.language import Text

FILE = "letterhead.docx"
_MOST_BYTES = 5 * 1024 * 1024
_LEAST_MM = (120.0, 170.0)  # room between the margins, across and down, that our tables need
_KEPT = ("styles", "header", "footer", "theme", "fontTable", "numbering")
_ACTIVE = ("vbaproject.bin", "vbadata.xml", "activex", "embeddings/", "afchunk")
_REFERENCES = ("w:headerReference", "w:footerReference")


class Refused(Exception):
    """The letterhead is not used; `text` says why, in one line."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


def checked(data: bytes) -> None:
    """Raise Refused where the file is not to be used as letterhead."""
    if len(data) > _MOST_BYTES:
        raise Refused(Text("ใหญ่เกิน 5 MiB", "more than 5 MiB"))
    try:
        parts = unpacked(data)
    except Unsafe as error:
        why = Text(error.th or "เปิดไม่ได้", error.en or "cannot be opened")
        raise Refused(why) from error
    if "word/document.xml" not in parts:
        raise Refused(Text("ไม่ใช่เอกสาร Word (.docx)", "not a Word document (.docx)"))
    if any(mark in name.casefold() for name in parts for mark in _ACTIVE) or b"macroEnabled" in parts.get(
        "[Content_Types].xml", b""
    ):
        raise Refused(Text("มีแมโครหรือวัตถุฝัง", "macros or embedded objects"))
    for name, part in parts.items():
        used = re.fullmatch(r"word/_rels/(?:header|footer|styles|numbering|fontTable)[0-9]*\.xml\.rels", name)
        if used and re.search(rb"TargetMode\s*=\s*[\"']External", part):
            raise Refused(Text("หัวหรือท้ายกระดาษมีลิงก์ไปไฟล์หรือเว็บอื่น", "header or footer with links to other files"))
    try:
        room = room_mm(opened(data).sections[0])
    except Exception as error:  # whatever python-docx finds wrong with it, it is no letterhead
        raise Refused(Text("อ่านเป็นเอกสาร Word ไม่ได้", "cannot be read as a Word document")) from error
    if room[0] < _LEAST_MM[0] or room[1] < _LEAST_MM[1]:
        raise Refused(Text("ขอบกระดาษกว้างจนไม่เหลือที่ให้ตาราง", "margins that leave no room for tables"))


def opened(data: bytes) -> Any:
    """The document without its text and without every relation that papers do not use; its first section holds."""
    document = Document(io.BytesIO(data))
    body, section = document.element.body, deepcopy(document.sections[0]._sectPr)
    for element in list(body):
        body.remove(element)
    body.append(section)
    named = {e.get(qn("r:id")) for kind in _REFERENCES for e in section.findall(qn(kind))}
    rels = document.part.rels
    for key in [k for k, r in rels.items() if not _used(r, k, named)]:
        del rels[key]
    for key in [k for k, r in document.part.package.rels.items() if not r.reltype.endswith("/officeDocument")]:
        del document.part.package.rels[key]
    return document


def _used(relation: Any, key: str, named: set[str | None]) -> bool:
    kind = posixpath.basename(relation.reltype)
    return not relation.is_external and kind in _KEPT and (kind not in ("header", "footer") or key in named)


def room_mm(section: Any) -> tuple[float, float]:
    """Room between the margins of an A4 page upright, in mm: across and down."""
    across = Mm(210) - section.left_margin - section.right_margin - (section.gutter or 0)
    down = Mm(297) - abs(section.top_margin) - abs(section.bottom_margin)
    return across / Mm(1), down / Mm(1)
