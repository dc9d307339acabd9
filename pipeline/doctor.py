"""A machine and an office -> what is well, what is doubtful and what is wrong, each with a remedy."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from pipeline.ledger import book
from pipeline.settings import Settings
from schemas.language import Text

_NETWORK = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "fuse.sshfs", "fuse.rclone", "9p", "davfs", "fuse.davfs2"}
_PYTHONS = ((3, 11), (3, 12), (3, 13))
_LOW, _TIGHT = 1024**3, 5 * 1024**3


@dataclass(frozen=True)
class Symptom:
    """One thing looked at: ok, doubt or wrong; in words, with what to do about it."""

    subject: str
    state: Literal["ok", "doubt", "wrong"]
    text: Text
    remedy: Text = field(default_factory=lambda: Text("", ""))


def doctor(settings: Settings) -> list[Symptom]:
    """Python, folders, permissions, file systems, free space, clocks, ledger, fonts."""
    found = [_python()]
    for name in ("inbox", "outbox", "var"):
        found += _folder(name, getattr(settings, name))
    found += [*_same_system(settings), _local(settings), _clock(settings), _ledger(settings), _fonts()]
    return found


def _python() -> Symptom:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] in _PYTHONS:
        return Symptom("python", "ok", Text(f"Python {version}", f"Python {version}"))
    remedy = Text("ติดตั้ง Python 3.11 ถึง 3.13", "Install Python 3.11 to 3.13")
    return Symptom("python", "doubt", Text(f"Python {version} ยังไม่ได้ทดสอบ", f"Python {version} was not tried"), remedy)


def _folder(name: str, folder: Path) -> Iterator[Symptom]:
    try:
        probe = folder / f".probe-{uuid.uuid4().hex}"
        probe.write_bytes(b"opsbook")
        os.replace(probe, probe.with_suffix(".moved"))
        probe.with_suffix(".moved").unlink()
        yield Symptom(name, "ok", Text(f"{folder} เขียนได้", f"{folder} can be written"))
    except OSError as error:
        remedy = Text(
            "ให้สิทธิ์อ่าน เขียน และลบแก่ผู้ใช้ที่รัน opsbook", "Let the user that runs opsbook read, write and delete here"
        )
        yield Symptom(
            name, "wrong", Text(f"{folder} เขียนไม่ได้: {error}", f"{folder} cannot be written: {error}"), remedy
        )
    free = shutil.disk_usage(folder).free
    state: Literal["ok", "doubt", "wrong"] = "wrong" if free < _LOW else "doubt" if free < _TIGHT else "ok"
    remedy = Text("เพิ่มพื้นที่ดิสก์ หรือย้ายโฟลเดอร์ใน opsbook.toml", "Free some space, or move the folder in opsbook.toml")
    shown = f"{free / 1024**3:.1f} GiB"
    yield Symptom(
        f"{name} space", state, Text(f"ว่าง {shown}", f"{shown} free"), remedy if state != "ok" else Text("", "")
    )


def _same_system(settings: Settings) -> Iterator[Symptom]:
    """Files are taken and answers put in place by renaming, which works within one file system only."""
    for name, outer, inner in (
        ("taking", settings.inbox, settings.taking),
        ("writing", settings.outbox, settings.writing),
    ):
        if outer.stat().st_dev == inner.stat().st_dev:
            yield Symptom(name, "ok", Text("อยู่ระบบไฟล์เดียวกัน", "on one file system"))
        else:
            text = Text(f"{inner} อยู่คนละระบบไฟล์กับ {outer}", f"{inner} is on another file system than {outer}")
            yield Symptom(name, "wrong", text, Text("อย่าเชื่อมโฟลเดอร์นี้ไปที่อื่น", "Do not mount this folder elsewhere"))


def _local(settings: Settings) -> Symptom:
    kind = file_system(settings.var)
    if kind not in _NETWORK:
        return Symptom("share", "ok", Text(f"var อยู่บนดิสก์ในเครื่อง ({kind})", f"var is on a local disk ({kind})"))
    text = Text(
        f"var อยู่บนแชร์เครือข่าย ({kind}) ทะเบียนอาจเสียหาย", f"var is on a network share ({kind}): the ledger may be damaged"
    )
    return Symptom(
        "share", "wrong", text, Text("ย้าย var มาดิสก์ในเครื่องใน opsbook.toml", "Move var to a local disk in opsbook.toml")
    )


def file_system(folder: Path) -> str:
    """The kind of file system a folder lies on, as the system names it; "?" where it does not say."""
    if os.name == "nt":
        return "smbfs" if str(folder.resolve()).startswith("\\\\") else "ntfs"
    best = ("", "?")
    try:
        for line in Path("/proc/mounts").read_text(encoding="utf-8", errors="replace").splitlines():
            _, mount, kind, *_ = line.split(" ")
            mount = mount.replace("\\040", " ")
            if folder.resolve().is_relative_to(mount) and len(mount) >= len(best[0]):
                best = (mount, kind)
    except (OSError, ValueError):
        return "?"
    return best[1]


def _clock(settings: Settings) -> Symptom:
    """The clock of this machine against the one of the inbox's file server."""
    probe = settings.taking / ".clock"
    try:
        probe.touch()
        apart = abs(probe.stat().st_mtime - time.time())
    except OSError:
        apart = 0.0
    year = datetime.now().year
    if apart < 30 and 2024 <= year < 2100:
        return Symptom(
            "clock", "ok", Text(f"นาฬิกาตรง ({settings.timezone})", f"the clock agrees ({settings.timezone})")
        )
    text = Text(
        f"นาฬิกาต่างจากเครื่องแชร์ {apart:.0f} วินาที หรือปีผิด ({year})",
        f"{apart:.0f} s apart from the share, or a wrong year ({year})",
    )
    return Symptom("clock", "wrong", text, Text("ตั้งเวลาอัตโนมัติ (NTP)", "Set the clock by NTP"))


def _ledger(settings: Settings) -> Symptom:
    try:
        with book.open_ledger(settings.database).connect() as connection:
            count = book.last_number(connection)
        return Symptom("ledger", "ok", Text(f"ทะเบียนเปิดได้ ({count} ไฟล์)", f"the ledger opens ({count} files)"))
    except Exception as error:
        text = Text(f"ทะเบียนเปิดไม่ได้: {error}", f"the ledger does not open: {error}")
        return Symptom("ledger", "wrong", text, Text("ใช้ opsbook verify --repair", "Run opsbook verify --repair"))


def _fonts() -> Symptom:
    """Fonts matter for pictures only: workbooks name TH SarabunPSK and Excel finds it on the reader's machine."""
    lister = shutil.which("fc-list")
    if lister is None:
        return Symptom("fonts", "ok", Text("ไม่ได้ตรวจ", "not looked at"))
    listed = subprocess.run([lister, ":lang=th", "family"], capture_output=True, text=True, check=False, timeout=20)
    count = len(listed.stdout.splitlines())
    if count:
        return Symptom("fonts", "ok", Text(f"มีฟอนต์ไทย {count} ตัว", f"{count} Thai fonts"))
    remedy = Text("ติดตั้ง fonts-thai-tlwg", "Install fonts-thai-tlwg")
    return Symptom("fonts", "doubt", Text("ไม่มีฟอนต์ไทย", "no Thai font: pictures are drawn as bars"), remedy)
