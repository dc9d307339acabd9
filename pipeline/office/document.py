"""Paragraphs and tables in Thai -> a Word document that renders in Word and LibreOffice, the same bytes every time.

python-docx makes the shell once (styles, page, header and footer); the body is written as XML, because its tables take
seconds where this takes milliseconds. Facts behind it: Thai needs the complex-script font and size (`w:cs`, `w:szCs`,
`w:bCs`) and `w:lang w:bidi`; tables need widths on columns and cells; rows must not break in the middle.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm

from pipeline.office import letterhead, styles
from pipeline.office.book import FONT, safe
from schemas.language import Text

BODY, TABLE, SMALL = 16.0, 14.0, 12.0
_HEADER = 11.0
PORTRAIT_MM, LANDSCAPE_MM = 165.0, 257.0  # between the margins
_NO_SPLIT_LETTERS = 1200  # a longer row may break over pages, or it would leave a page half empty
_HEADINGS = {1: 20.0, 2: 18.0, 3: 16.0}
_MARK = "OPSBOOKHEADER"
_TIME = (1980, 1, 1, 0, 0, 0)
_BAR_CELLS, _BAR_WORDS_MM = 50, 34.0
_DOCUMENT = "word/document.xml"
_TWIPS = 56.6929  # a mm


@dataclass(frozen=True)
class Cell:
    """One cell of a table: its text and look. `span` columns wide; `link` leads to a bookmark of the document."""

    text: str = ""
    span: int = 1
    bold: bool = False
    align: str = "left"
    ink: str = styles.INK
    fill: str = ""
    size: float = TABLE
    link: str = ""

    def of(self, text: str, **changes: object) -> Cell:
        """The same look with another text."""
        return replace(self, text=text, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Row:
    """One row of a table. `heading` rows are repeated on every page; `height` in points, exact; `keep`: no page
    begins between this row and the next."""

    cells: Sequence[Cell]
    heading: bool = False
    height: float = 0.0
    keep: bool = False


@dataclass(frozen=True)
class Bar:
    """One bar: what it is, how long, its light, and the words after it (the value in figures, the light by name)."""

    label: str
    value: float
    light: str
    words: str


class Paper:
    """A document being written: paragraphs, tables, contents; `save` writes it."""

    def __init__(
        self, title: str, header: str, as_of: datetime, landscape: bool = False, letterhead: bytes = b""
    ) -> None:
        """`letterhead`: an office's own .docx (`pipeline.office.letterhead`), b"" for ours."""
        self.title, self.header, self.as_of = title, header, as_of
        self._shell = _shell(landscape, letterhead)
        self._scale = self._shell.width_mm / (LANDSCAPE_MM if landscape else PORTRAIT_MM)
        self._body: list[str] = []
        self._bookmarks = 0
        self._captions: dict[str, int] = {}

    @property
    def width_mm(self) -> float:
        """Room between the margins."""
        return self._shell.width_mm

    # -- paragraphs -----------------------------------------------------------------------------------------------

    def heading(self, text: str, level: int = 1, anchor: str = "", new_page: bool = False) -> None:
        """A heading that Word's navigation shows; `anchor` is where links of the contents lead."""
        before = "<w:pageBreakBefore/>" if new_page else ""
        style, own = self._shell.headings[level]
        run = _plain(text) if own else _run(text, size=_HEADINGS[level], bold=True, ink=styles.NAVY)
        look = "" if own else '<w:spacing w:before="120" w:after="60"/>'
        properties = f"<w:pStyle w:val={quoteattr(style)}/><w:keepNext/>{before}{look}"
        self._paragraph(properties, self._marked(run, anchor) if anchor else run)

    def line(
        self,
        text: str,
        *,
        size: float = BODY,
        bold: bool = False,
        ink: str = styles.INK,
        align: str = "left",
        after: float = 4,
        keep: bool = False,
        indent: tuple[float, float] = (0.0, 0.0),
    ) -> None:
        """A paragraph; `after` in points; `keep` holds it together with what follows; `indent` of all lines and further of
        the first one in mm (negative: the others hang)."""
        kept = "<w:keepNext/>" if keep else ""
        properties = (
            f'{kept}<w:spacing w:before="0" w:after="{round(after * 20)}"/>{_indent(*indent)}<w:jc w:val="{align}"/>'
        )
        self._paragraph(properties, _run(text, size=size, bold=bold, ink=ink))

    def labelled(self, pairs: Sequence[tuple[str, str]], label_size: float = BODY, at: float = 80.0) -> None:
        """One line of a letter's head: bold labels with their texts, every further pair `at` mm from the margin."""
        runs = []
        for n, (label, text) in enumerate(pairs):
            tab = "<w:r><w:tab/></w:r>" if n else ""
            runs.append(f"{tab}{_run(label + '  ', size=label_size, bold=True)}{_run(text)}")
        stop = f'<w:tabs><w:tab w:val="left" w:pos="{round(at * 56.6929)}"/></w:tabs>'
        self._paragraph(f'{stop}<w:spacing w:before="0" w:after="0"/>', "".join(runs))

    def caption(self, kind: Text, text: str) -> None:
        """A numbered caption above a table or chart: "ตารางที่ 2 …"; each kind counts for itself."""
        self._captions[kind.en] = number = self._captions.get(kind.en, 0) + 1
        self.line(f"{kind.th} {number}  {text}", size=TABLE, bold=True, ink=styles.NAVY, after=2, keep=True)

    def contents(self, entries: Sequence[tuple[str, str]]) -> None:
        """The contents: (text, anchor) as links within the document, each with a field for its page number.

        The field holds no number yet: only a layout engine knows it, and a wrong one would be worse than none. What lays
        the document out (LibreOffice, our PDF, Word when fields are updated) fills it in; Word asks nothing on opening.
        """
        right = round(self.width_mm * _TWIPS)
        tab = f'<w:tabs><w:tab w:val="right" w:pos="{right}"/></w:tabs>'
        for text, anchor in entries:
            run = _run(text, size=TABLE, ink=styles.ACCENT, underline=True)
            number = "<w:r><w:tab/></w:r>" + _field(f"PAGEREF {anchor} \\h", "")
            self._paragraph(
                f'{tab}<w:spacing w:before="0" w:after="20"/><w:ind w:left="240" w:hanging="240"/>',
                f'<w:hyperlink w:anchor={quoteattr(anchor)} w:history="1">{run}{number}</w:hyperlink>',
            )

    def _paragraph(self, properties: str, runs: str) -> None:
        self._body.append(f"<w:p><w:pPr>{properties}</w:pPr>{runs}</w:p>")

    def _marked(self, run: str, anchor: str) -> str:
        self._bookmarks += 1
        n = self._bookmarks
        return f'<w:bookmarkStart w:id="{n}" w:name={quoteattr(anchor)}/>{run}<w:bookmarkEnd w:id="{n}"/>'

    # -- tables ---------------------------------------------------------------------------------------------------

    def table(self, widths: Sequence[float], rows: Sequence[Row], lines: bool = True) -> None:
        """A table with columns of these widths in mm; without `lines` only the rules between rows are left out."""
        grid = [round(w * self._scale * _TWIPS) for w in widths]
        rule = f'w:val="single" w:sz="4" w:space="0" w:color="{styles.LINE[1:]}"'
        sides = ("top", "left", "bottom", "right", "insideH", "insideV") if lines else ("insideH",)
        borders = "".join(f"<w:{side} {rule}/>" for side in sides)
        columns = "".join(f'<w:gridCol w:w="{w}"/>' for w in grid)
        head = (
            f'<w:tbl><w:tblPr><w:tblW w:w="{sum(grid)}" w:type="dxa"/><w:tblBorders>{borders}</w:tblBorders>'
            '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="70" w:type="dxa"/><w:right w:w="70" w:type="dxa"/></w:tblCellMar></w:tblPr>'
            f"<w:tblGrid>{columns}</w:tblGrid>"
        )
        self._body.append(head + "".join(_row(row, grid) for row in rows) + "</w:tbl>")
        self._body.append(
            '<w:p><w:pPr><w:spacing w:before="0" w:after="80" w:line="120" w:lineRule="exact"/></w:pPr></w:p>'
        )

    def bars(self, rows: Sequence[Bar], whole: float, label_mm: float = 58.0) -> None:
        """Horizontal bars drawn as cells, 0 to `whole`: no picture, so nothing depends on the fonts of a machine."""
        step = (self.width_mm / self._scale - label_mm - _BAR_WORDS_MM) / _BAR_CELLS
        drawn = []
        for row in rows:
            share = 0.0 if row.value != row.value else max(0.0, min(1.0, row.value / whole))
            full = round(share * _BAR_CELLS)
            bar = [Cell("", span=full, fill=styles.LIGHTS[row.light].solid)] if full else []
            bar += [Cell("", span=_BAR_CELLS - full)] if full < _BAR_CELLS else []
            label = Cell(styles.shortened(row.label, 40), size=SMALL)
            drawn.append(Row([label, *bar, Cell(row.words, size=SMALL)]))
        self.table([label_mm, *[step] * _BAR_CELLS, _BAR_WORDS_MM], drawn, lines=False)

    # -- the file -------------------------------------------------------------------------------------------------

    def save(self, path: str) -> None:
        """Write the document; the same content and moment give the same bytes."""
        parts = dict(self._shell.parts)
        top, _, tail = parts[_DOCUMENT].partition(b"OPSBOOKBODY")
        parts[_DOCUMENT] = top + "".join(self._body).encode("utf-8") + tail
        for name, data in parts.items():
            if name.startswith("word/header"):
                parts[name] = data.replace(_MARK.encode(), escape(safe(self.header)).encode("utf-8"))
        parts["docProps/core.xml"] = _core(self.title, self.as_of)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
            for name in sorted(parts, key=lambda n: (n != "[Content_Types].xml", n)):
                info = zipfile.ZipInfo(name, _TIME)
                info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
                out.writestr(info, parts[name])


def _run(text: str, size: float = BODY, bold: bool = False, ink: str = styles.INK, underline: bool = False) -> str:
    half = round(size * 2)
    weight = "<w:b/><w:bCs/>" if bold else ""
    line = '<w:u w:val="single"/>' if underline else ""
    look = f'{weight}<w:color w:val="{ink[1:]}"/><w:sz w:val="{half}"/><w:szCs w:val="{half}"/>{line}<w:lang w:bidi="th-TH"/>'
    parts = [f'<w:t xml:space="preserve">{escape(part)}</w:t>' for part in _lines(text)]
    return f"<w:r><w:rPr>{look}</w:rPr>{'<w:br/>'.join(parts)}</w:r>"


def _plain(text: str) -> str:
    """A run that looks as its paragraph's style says."""
    return f'<w:r><w:rPr><w:lang w:bidi="th-TH"/></w:rPr><w:t xml:space="preserve">{escape(safe(text))}</w:t></w:r>'


def _indent(left: float, first: float) -> str:
    if not left and not first:
        return ""
    twips = round(abs(first) * 56.6929)
    return f'<w:ind w:left="{round(left * 56.6929)}" w:{"firstLine" if first >= 0 else "hanging"}="{twips}"/>'


def _lines(text: str) -> list[str]:
    return safe(text).replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").split("\n")


def _row(row: Row, grid: Sequence[int]) -> str:
    letters = max((len(c.text) for c in row.cells), default=0)
    properties = "<w:cantSplit/>" if letters <= _NO_SPLIT_LETTERS else ""
    if row.height:
        properties += f'<w:trHeight w:val="{round(row.height * 20)}" w:hRule="exact"/>'
    properties += "<w:tblHeader/>" if row.heading else ""
    cells, at = [], 0
    for cell in row.cells:
        cells.append(_cell(cell, sum(grid[at : at + cell.span]), row.keep))
        at += cell.span
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"


def _cell(cell: Cell, width: int, keep: bool = False) -> str:
    span = f'<w:gridSpan w:val="{cell.span}"/>' if cell.span > 1 else ""
    fill = f'<w:shd w:val="clear" w:color="auto" w:fill="{cell.fill[1:]}"/>' if cell.fill else ""
    across = "center" if cell.align == "center" and cell.fill else "top"
    properties = f'<w:tcW w:w="{width}" w:type="dxa"/>{span}{fill}<w:vAlign w:val="{across}"/>'
    run = _run(cell.text, cell.size, cell.bold, cell.ink, bool(cell.link)) if cell.text else ""
    if cell.link:
        run = f'<w:hyperlink w:anchor={quoteattr(cell.link)} w:history="1">{run}</w:hyperlink>'
    mark = f'<w:rPr><w:sz w:val="{round(cell.size * 2)}"/><w:szCs w:val="{round(cell.size * 2)}"/></w:rPr>'
    kept = "<w:keepNext/>" if keep else ""
    look = f'{kept}<w:spacing w:before="0" w:after="0"/><w:jc w:val="{cell.align}"/>{mark}'
    return f"<w:tc><w:tcPr>{properties}</w:tcPr><w:p><w:pPr>{look}</w:pPr>{run}</w:p></w:tc>"


def _core(title: str, as_of: datetime) -> bytes:
    moment = f"{as_of.replace(tzinfo=None, microsecond=0).isoformat()}Z"
    times = "".join(f'<dcterms:{k} xsi:type="dcterms:W3CDTF">{moment}</dcterms:{k}>' for k in ("created", "modified"))
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<cp:coreProperties '
        'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(safe(title))}</dc:title><dc:creator>opsbook</dc:creator>"
        f"<cp:lastModifiedBy>opsbook</cp:lastModifiedBy>{times}</cp:coreProperties>"
    ).encode()


# -- the shell --------------------------------------------------------------------------------------------------------

PAGE = Text("หน้า", "Page")


@dataclass(frozen=True)
class _Shell:
    """The parts of an empty document whose body's place is marked, the room between its margins, and the id of each
    heading style with whether it is the office's own."""

    parts: tuple[tuple[str, bytes], ...]
    width_mm: float
    headings: Mapping[int, tuple[str, bool]]


@lru_cache(maxsize=8)
def _shell(landscape: bool, own: bytes) -> _Shell:
    """Our empty document, or one with header, footer, margins and styles of the office's `own` letterhead."""
    ours = Document()
    _set_styles(ours)
    document: Any = letterhead.opened(own) if own else ours
    headings = (
        {n: _heading(document, ours, n) for n in _HEADINGS} if own else {n: (f"Heading{n}", False) for n in (1, 2, 3)}
    )
    section = document.sections[0]
    section.page_width, section.page_height = (Mm(297), Mm(210)) if landscape else (Mm(210), Mm(297))
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    if not own:
        # The margins of Thai official letters: 3 cm left, 2 cm right (3.0 = 25 + 20 mm gives 165 mm; tables need the room).
        section.left_margin, section.right_margin = (Mm(20), Mm(20)) if landscape else (Mm(25), Mm(20))
        section.top_margin, section.bottom_margin = Mm(22), Mm(18)
        section.header_distance, section.footer_distance = Mm(10), Mm(8)
    _frame(section)
    body = document.element.body
    for old in [e for e in body if e.tag != qn("w:sectPr")]:
        body.remove(old)
    body.insert(0, parse_xml(f"<w:p {nsdecls('w')}><w:r><w:t>OPSBOOKBODY</w:t></w:r></w:p>"))
    settings = document.settings.element
    for old in list(settings):
        settings.remove(old)
    settings.extend(deepcopy(list(ours.settings.element)))
    whole = io.BytesIO()
    document.save(whole)
    width = (section.page_width - section.left_margin - section.right_margin - (section.gutter or 0)) / Mm(1)
    return _Shell(_cleaned(whole), width, headings)


def _frame(section: Any) -> None:
    """What the paper is at the end of its header; the page number at the foot, unless the office's foot has one."""
    number = "".join(
        [
            _run(f"{PAGE.th} ", size=SMALL, ink=styles.MUTED),
            _field("PAGE"),
            _run(" / ", size=SMALL, ink=styles.MUTED),
            _field("NUMPAGES"),
        ]
    )
    _add(section.header, _run(_MARK, size=_HEADER, ink=styles.MUTED), "left")
    feet = [section.footer, *([section.first_page_footer] if section.different_first_page_header_footer else [])]
    for foot in feet:
        if not re.search(r"\bPAGE\b", "".join(foot._element.itertext()) + " ".join(foot._element.xpath(".//@w:instr"))):
            _add(foot, number, "right")


def _heading(document: Any, ours: Any, level: int) -> tuple[str, bool]:
    """(id, whether it is the office's) of the style for headings of that level; ours is added where there is none."""
    named = {str(s.name).casefold(): s for s in document.styles}
    found = named.get(f"heading {level}")
    if found is not None:
        _same_for_thai(found.element)
        return str(found.style_id), True
    document.styles.element.append(deepcopy(ours.styles[f"Heading {level}"].element))
    return f"Heading{level}", False


def _cleaned(whole: io.BytesIO) -> tuple[tuple[str, bytes], ...]:
    """Without the thumbnail of python-docx's own template; the marker stands where the body goes."""
    with zipfile.ZipFile(whole) as package:
        parts = {n: package.read(n) for n in package.namelist() if "thumbnail" not in n}
    rels = parts["_rels/.rels"].decode()
    parts["_rels/.rels"] = "".join(
        f"<Relationship {piece}" if n else piece
        for n, piece in enumerate(rels.split("<Relationship "))
        if "thumbnail" not in piece or not n
    ).encode()
    if not parts["_rels/.rels"].endswith(b"</Relationships>"):
        parts["_rels/.rels"] += b"</Relationships>"
    before, _, rest = parts[_DOCUMENT].partition(b"OPSBOOKBODY")
    start = before.rindex(b"<w:p>") if b"<w:p>" in before else before.rindex(b"<w:p ")
    parts[_DOCUMENT] = before[:start] + b"OPSBOOKBODY" + rest[rest.index(b"</w:p>") + len(b"</w:p>") :]
    return tuple(sorted(parts.items()))


def _set_styles(document: Document) -> None:  # type: ignore[valid-type]
    """One font for every script in all styles, Thai as the language of complex script."""
    root = document.styles.element  # type: ignore[attr-defined]
    for fonts in root.iter(qn("w:rFonts")):
        fonts.attrib.clear()
        for kind in ("ascii", "hAnsi", "cs", "eastAsia"):
            fonts.set(qn(f"w:{kind}"), FONT)
    for lang in root.iter(qn("w:lang")):
        lang.set(qn("w:bidi"), "th-TH")
    defaults = root.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
    for name in ("sz", "szCs"):
        for old in defaults.findall(qn(f"w:{name}")):
            defaults.remove(old)
        size = parse_xml(f'<w:{name} {nsdecls("w")} w:val="{round(BODY * 2)}"/>')
        defaults.insert(list(defaults).index(defaults.find(qn("w:lang"))), size)
    spacing = root.find(f"{qn('w:docDefaults')}/{qn('w:pPrDefault')}/{qn('w:pPr')}/{qn('w:spacing')}")
    for name, value in (("after", "0"), ("line", "240")):
        spacing.set(qn(f"w:{name}"), value)
    compat = parse_xml(
        f'<w:compat {nsdecls("w")}><w:compatSetting w:name="compatibilityMode" '
        'w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
    )
    settings = document.settings.element  # type: ignore[attr-defined]
    for old in settings.findall(qn("w:compat")):
        settings.replace(old, compat)


def _same_for_thai(style: Any) -> None:
    """Size and weight of a style hold for Thai too; programs that do not know Thai set them for Latin letters only."""
    look = style.find(qn("w:rPr"))
    for latin, thai in (("w:b", "w:bCs"), ("w:sz", "w:szCs")) if look is not None else ():
        given = look.find(qn(latin))
        if given is not None and look.find(qn(thai)) is None:
            twin = deepcopy(given)
            twin.tag = qn(thai)
            given.addnext(twin)


def _add(place: Any, runs: str, align: str) -> None:
    """A paragraph at the end of a header or footer, instead of an empty one."""
    place.is_linked_to_previous = False
    last = place.paragraphs[-1]._p if place.paragraphs else None
    new = parse_xml(f'<w:p {nsdecls("w")}><w:pPr><w:jc w:val="{align}"/></w:pPr>{runs}</w:p>')
    if last is not None and last.getnext() is None and not last.xpath(".//w:r|.//w:sdt|.//w:fldSimple"):
        last.getparent().replace(last, new)
    else:
        place._element.append(new)


def _field(name: str, now: str = "1") -> str:
    """A field and what it shows until it is computed, "" for nothing."""
    size = f'<w:sz w:val="{round(SMALL * 2)}"/><w:szCs w:val="{round(SMALL * 2)}"/>'
    look = f'<w:rPr><w:color w:val="{styles.MUTED[1:]}"/>{size}<w:lang w:bidi="th-TH"/></w:rPr>'
    marks = [f'<w:fldChar w:fldCharType="{kind}"/>' for kind in ("begin", "separate", "end")]
    marks.insert(1, f'<w:instrText xml:space="preserve"> {name} </w:instrText>')
    if now:
        marks.insert(3, f"<w:t>{now}</w:t>")
    return "".join(f"<w:r>{look}{mark}</w:r>" for mark in marks)
