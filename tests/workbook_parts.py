"""A workbook of ours -> what Excel would refuse, repair or cut in any of its parts, as plain lines."""

from __future__ import annotations

import io
import itertools
import posixpath
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree
from openpyxl.utils import range_boundaries

LIST_LETTERS, LINKS, TEXT, FORMULA = 255, 65_530, 32_767, 8_192
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_NAME = re.compile(r"[^\W\d][\w.\\?]*|_xlnm\.[A-Za-z_]+")


def problems(path: Path) -> list[str]:
    """Everything wrong with a workbook, [] where nothing is."""
    with zipfile.ZipFile(path) as package:
        parts = {n: package.read(n) for n in package.namelist()}
    names = [n.casefold() for n in parts]
    found = [f"{n}: twice" for n in names if names.count(n) > 1]
    for name, part in parts.items():
        if name.endswith((".xml", ".rels", ".vml")):
            found += [f"{name}: {line}" for line in _part(name, part, path, parts)]
        elif not re.fullmatch(r"xl/media/[\w.]+\.png", name):
            found.append(f"{name}: what is this?")
    return found


def _part(name: str, part: bytes, path: Path, parts: dict[str, bytes]) -> Iterator[str]:
    try:
        root = etree.fromstring(part, etree.XMLParser(resolve_entities=False, load_dtd=False))
    except etree.XMLSyntaxError as error:
        yield f"not XML: {error}"
        return
    for element in root.iter():
        texts = [element.text or "", *map(str, element.attrib.values())]
        if any(_ILLEGAL.search(t) for t in texts):
            yield "a character XML cannot carry"
        if any(len(t) > TEXT for t in texts):
            yield f"a text of {max(map(len, texts))} letters"
    if name.endswith(".rels"):
        yield from _relations(name, root, path, parts)
    if name.startswith("xl/worksheets/sheet"):
        yield from _sheet(root)
    if name == "xl/workbook.xml":
        yield from _book(root)


def _relations(name: str, root: Any, path: Path, parts: dict[str, bytes]) -> Iterator[str]:
    folder = posixpath.dirname(posixpath.dirname(name))
    for relation in root:
        target = relation.get("Target", "").replace("\\", "/")  # as Excel and xlsxwriter spell folders
        if relation.get("TargetMode") != "External":
            inner = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            if inner.removeprefix("./") not in parts:
                yield f"leads to no part: {target}"
        elif not relation.get("Type", "").endswith("/hyperlink"):
            yield f"an external relation that is no link: {target}"
        elif re.match(r"[A-Za-z][\w+.-]*:|/", target) or not (path.parent / target.partition("#")[0]).is_file():
            yield f"leads outside the publication: {target}"


def _sheet(root: Any) -> Iterator[str]:
    for check in root.iterfind(".//{*}dataValidation"):
        for formula in ("formula1", "formula2"):
            if len(check.findtext(f"{{*}}{formula}") or "") > LIST_LETTERS:
                yield f"a validation of more than {LIST_LETTERS} letters at {check.get('sqref')}"
        if any(len(check.get(k, "")) > most for k, most in (("error", 255), ("prompt", 255), ("errorTitle", 32), ("promptTitle", 32))):  # fmt: skip
            yield f"a message too long at {check.get('sqref')}"
    links = root.findall(".//{*}hyperlink")
    if len(links) > LINKS:
        yield f"{len(links)} links"
    yield from _overlaps([m.get("ref") for m in root.iterfind(".//{*}mergeCell")])
    for formula in root.iterfind(".//{*}f"):
        if len(formula.text or "") > FORMULA:
            yield "a formula too long"
        if formula.getparent().find("{*}v") is None:
            yield f"a formula without a value at {formula.getparent().get('r')}"
    for cell in root.iterfind(".//{*}c[@t='e']"):
        yield f"an error value at {cell.get('r')}"
    for row in root.iterfind(".//{*}row[@ht]"):
        if float(row.get("ht")) > 409.5:
            yield f"row {row.get('r')} too high"


def _overlaps(refs: list[str]) -> Iterator[str]:
    taken: dict[tuple[int, int], str] = {}
    for ref in refs:
        left, top, right, bottom = range_boundaries(ref)
        for place in itertools.product(range(left, right + 1), range(top, bottom + 1)):
            if place in taken:
                yield f"{ref} overlaps {taken[place]}"
                break
            taken[place] = ref


def _book(root: Any) -> Iterator[str]:
    sheets = [s.get("name") for s in root.iterfind(".//{*}sheet")]
    if len({s.casefold() for s in sheets}) != len(sheets):
        yield "two sheets of one name"
    for sheet in sheets:
        if len(sheet) > 31 or re.search(r"[\[\]:*?/\\]", sheet) or sheet[0] == "'" or sheet[-1] == "'":
            yield f"an illegal sheet name: {sheet}"
    names = [((d.get("name") or "").casefold(), d.get("localSheetId")) for d in root.iterfind(".//{*}definedName")]
    if len(set(names)) != len(names):
        yield "a name defined twice"
    for name, _ in names:
        if len(name) > 255 or not _NAME.fullmatch(name):
            yield f"an illegal name: {name}"


def opens(path: Path) -> list[str]:
    """The names of the sheets as both readers see them; raises where one of them cannot open the workbook."""
    import openpyxl
    from python_calamine import CalamineWorkbook

    data = path.read_bytes()
    ours = openpyxl.load_workbook(io.BytesIO(data)).sheetnames
    theirs = CalamineWorkbook.from_filelike(io.BytesIO(data))
    for name in theirs.sheet_names:
        theirs.get_sheet_by_name(name).to_python(skip_empty_area=False)
    assert ours == theirs.sheet_names
    return ours
