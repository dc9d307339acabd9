"""A mail or an archive -> the files in it, whatever they are nested in, within one budget for all of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from pipeline.office.archive import read_zip
from pipeline.office.kind import TNEF, kind_of
from pipeline.office.letters import Attachment, Letter
from pipeline.office.look import MIB, OLE, Unsafe
from pipeline.office.mail import DEPTH, read_mail, too_deep
from pipeline.office.tnef import read_tnef
from schemas.language import Text

MOST_BYTES = 64 * MIB  # of the container itself
MOST_PARTS = 200
MOST_SEEN = 2_000  # whatever it holds, taken or not
MOST_TOTAL = 128 * MIB  # of everything taken out of it
NOTHING = Text("ไม่มีไฟล์อยู่ข้างใน", "nothing in it")
_KINDS = {
    "mail": Text("อีเมล", "the mail"),
    "archive": Text("ไฟล์ zip", "the zip archive"),
}


@dataclass(frozen=True)
class Part:
    """One file taken out: its path within the container, and the mail it came in ("" each where it came in none)."""

    name: str
    data: bytes
    channel: str
    sender: str
    subject: str
    message_id: str


@dataclass
class Unpacked:
    """What a container holds: `parts` to take in, `passed` (name, why) what is not taken; the mail's own words."""

    sender: str = ""
    subject: str = ""
    message_id: str = ""
    parts: list[Part] = field(default_factory=list)
    passed: list[tuple[str, Text]] = field(default_factory=list)


def unpack(data: bytes, name: str) -> Unpacked:
    """Every file in a mail or zip, mails and zips within it opened too; Unsafe where it cannot be opened or is a bomb.

    A mail or zip within that cannot be opened is itself a part, so that it is kept and told. Bytes and number of all parts
    together are limited, however deep they lie.
    """
    if len(data) > MOST_BYTES:
        raise _too_big(f"{MOST_BYTES // MIB} MiB")
    walk = _Walk()
    try:
        walk.open(data, name, "", 0)
    except RecursionError as error:
        raise too_deep() from error
    return walk.found


def _too_big(what: str) -> Unsafe:
    return Unsafe("E_CONTAINER_SIZE", f"เกิน {what}", f"over {what}")


class _Walk:
    def __init__(self) -> None:
        self.found = Unpacked()
        self._letter: Letter | None = None  # the outermost mail on the way: whoever sent that one sent it all
        self._names: set[str] = set()
        self._bytes = self._seen = 0

    def open(self, data: bytes, name: str, folder: str, depth: int) -> None:
        if depth > DEPTH:
            raise too_deep()
        before = self._letter
        for each in self._contents(data, name, depth):
            self._spend(each)
            if each.passed:
                self.found.passed.append((folder + each.name, each.passed))
            elif kind_of(each.data, each.name) not in _KINDS:
                self._take(each, folder)
            else:
                self._nested(each, folder, depth)
        self._letter = before

    def _contents(self, data: bytes, name: str, depth: int) -> Iterable[Attachment]:
        if kind_of(data, name) == "archive":
            return read_zip(data)
        if data.startswith(TNEF):
            return read_tnef(data)
        if data.startswith(OLE):
            from pipeline.office.msg import read_msg

            letter = read_msg(data)
        else:
            letter = read_mail(data)
        self._letter = self._letter or letter
        if depth == 0:
            self.found.sender, self.found.subject = letter.sender, letter.subject
            self.found.message_id = letter.message_id
        return letter.attachments

    def _nested(self, each: Attachment, folder: str, depth: int) -> None:
        """Opened where that goes well; where not, it is a part as it is, and its own answer says why."""
        parts, passed, before = len(self.found.parts), len(self.found.passed), self._letter
        inner = folder if each.data.startswith(TNEF) else f"{folder}{each.name}/"
        try:
            self.open(each.data, each.name, inner, depth + 1)
        except Unsafe as unsafe:
            if unsafe.code == "E_CONTAINER_SIZE":
                raise
            del self.found.parts[parts:], self.found.passed[passed:]
            self._letter = before
            self._take(each, folder)
            return
        if len(self.found.parts) == parts and len(self.found.passed) == passed:
            self.found.passed.append((folder + each.name, NOTHING))

    def _spend(self, each: Attachment) -> None:
        self._seen += 1
        self._bytes += len(each.data)
        if len(self.found.parts) >= MOST_PARTS or self._seen > MOST_SEEN:
            raise Unsafe("E_CONTAINER_SIZE", f"เกิน {MOST_PARTS} ไฟล์", f"over {MOST_PARTS} files")
        if self._bytes > MOST_TOTAL:
            raise _too_big(f"{MOST_TOTAL // MIB} MiB")

    def _take(self, each: Attachment, folder: str) -> None:
        letter = self._letter
        said = (letter.sender, letter.subject, letter.message_id) if letter else ("", "", "")
        name = self._unique(folder + each.name)
        self.found.parts.append(Part(name, each.data, "mail" if letter else "archive", *said))

    def _unique(self, name: str) -> str:
        """The name, with a number where another part has it: ก.xlsx, ก (2).xlsx."""
        path, n, shown = PurePosixPath(name), 2, name
        while shown.casefold() in self._names:
            shown, n = str(path.with_name(f"{path.stem} ({n}){path.suffix}")), n + 1
        self._names.add(shown.casefold())
        return shown


def nothing(found: Unpacked, name: str, data: bytes) -> Unsafe:
    """Why a container without a part has nothing for us: what it holds instead is named."""
    what = _KINDS.get(kind_of(data, name), _KINDS["mail"])
    return Unsafe("E_CONTAINER_EMPTY", what.th, what.en)
