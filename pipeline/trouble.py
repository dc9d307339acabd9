"""Exceptions -> whether only this machine is in trouble (disk full, no permission, ledger locked): nothing is judged then."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from dataclasses import dataclass

from schemas.language import Text


@dataclass(frozen=True)
class Trouble:
    """Temporary trouble in words; `stops` where nothing more can be taken in until it is over."""

    text: Text
    stops: bool = False


def _words(th: str, en: str) -> Text:
    return Text(f"{th} ไฟล์ยังอยู่ครบ ระบบจะลองใหม่เอง", f"{en}; nothing is lost, it is tried again")


_FULL = _words("ดิสก์เต็ม: ลบไฟล์ที่ไม่ใช้หรือเพิ่มพื้นที่", "the disk is full: free some space")
_READ_ONLY = _words("โฟลเดอร์เขียนไม่ได้ (อ่านอย่างเดียว)", "the folder is read-only")
_DENIED = _words("ไม่มีสิทธิ์หรือมีโปรแกรมอื่นเปิดไฟล์อยู่", "no permission, or another program holds the file open")
_BUSY = _words("ไฟล์หรือโฟลเดอร์ไม่ว่าง", "the file or folder is busy")
_DEVICE = _words("ดิสก์หรือเครือข่ายอ่านเขียนไม่ได้", "the disk or the network share fails")
_MACHINE = _words("หน่วยความจำหรือทรัพยากรของเครื่องไม่พอ", "the machine is out of memory or handles")
_SLOW = _words("เครื่องทำงานหนักจนอ่านไฟล์ไม่ทัน", "the machine is too busy to read the file in time")
_LEDGER = _words("ฐานข้อมูลทะเบียนใช้ไม่ได้ชั่วคราว", "the ledger cannot be used at the moment")
_BROKEN_LEDGER = _words(
    "ฐานข้อมูลทะเบียนเสียหาย: ใช้ opsbook verify --repair", "the ledger is damaged: run opsbook verify --repair"
)
_OTHER = _words("ระบบไฟล์มีปัญหา", "the file system fails")

_KINDS: dict[str, Trouble] = {
    **dict.fromkeys(("ENOSPC", "EDQUOT", "EFBIG"), Trouble(_FULL, stops=True)),
    "EROFS": Trouble(_READ_ONLY, stops=True),
    **dict.fromkeys(("EACCES", "EPERM"), Trouble(_DENIED)),
    **dict.fromkeys(("EBUSY", "ETXTBSY", "EAGAIN", "EDEADLK", "ENOLCK", "EINTR"), Trouble(_BUSY)),
    **dict.fromkeys(("EIO", "ENXIO", "ESTALE", "ENETDOWN", "ENETUNREACH", "ETIMEDOUT", "ENOTCONN", "EHOSTDOWN"),
                    Trouble(_DEVICE, stops=True)),
    "ETIME": Trouble(_SLOW),
    **dict.fromkeys(("ENOMEM", "EMFILE", "ENFILE"), Trouble(_MACHINE, stops=True)),
}  # fmt: skip
_BY_NUMBER = {getattr(errno, name): trouble for name, trouble in _KINDS.items() if hasattr(errno, name)}


def of(error: BaseException) -> Trouble | None:
    """The trouble behind an exception, looked for along its causes; None where it is a bug or about the file itself."""
    for each in _chain(error):
        if isinstance(each, OSError):
            known = _BY_NUMBER.get(each.errno or 0, Trouble(_OTHER))
            return Trouble(_named(known.text, each), known.stops)
        if isinstance(each, MemoryError):
            return Trouble(_MACHINE, stops=True)
        if found := _of_ledger(each):
            return found
    return None


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        yield following
        seen.add(id(following))
        following = following.__cause__ or following.__context__


def _named(text: Text, error: OSError) -> Text:
    place = str(error.filename) if error.filename else ""
    return Text(f"{text.th} ({place})", f"{text.en} ({place})") if place else text


def _of_ledger(error: BaseException) -> Trouble | None:
    from sqlalchemy import exc

    if not isinstance(error, exc.DBAPIError):
        return None
    said = str(error.orig).lower()
    if "malformed" in said or "not a database" in said:
        return Trouble(_BROKEN_LEDGER, stops=True)
    if "full" in said:
        return Trouble(_FULL, stops=True)
    wrong_statement = "no such" in said or "syntax" in said
    return Trouble(_LEDGER, stops=True) if isinstance(error, exc.OperationalError) and not wrong_statement else None
