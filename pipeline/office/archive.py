"""A zip that is no office file -> the files in it, names as data, counted while they are unpacked."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator

from pipeline.office.letters import Attachment, decoded, file_name
from pipeline.office.look import Unsafe, entries_of, unpack

_LEVELS = 8  # folders within a zip that are kept in a name
_SYSTEM = {"__macosx", ".ds_store", "thumbs.db", "desktop.ini"}
_CODES = {"E_UNSAFE_BROKEN": "E_CONTAINER_BROKEN", "E_UNSAFE_SIZE": "E_CONTAINER_SIZE"}


def read_zip(data: bytes) -> Iterator[Attachment]:
    """Every file of a zip, its folders in its name; Unsafe at the first that is encrypted, broken or a bomb.

    What systems and programs leave in archives of their own accord (folders, Thumbs.db, lock files) is no file of anybody.
    """
    try:
        for info in entries_of(data):
            if info.flag_bits & 1:
                raise Unsafe("E_CONTAINER_SEALED", "ไฟล์ zip", "the zip archive")
            name = _name(info)
            if not info.is_dir() and name:
                if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise Unsafe("E_CONTAINER_BROKEN", "วิธีบีบอัดที่ไม่รองรับ", "a compression method that is not known")
                yield Attachment(name, unpack(data, info))
    except Unsafe as unsafe:
        raise Unsafe(_CODES.get(unsafe.code, unsafe.code), unsafe.th, unsafe.en) from unsafe


def _name(info: zipfile.ZipInfo) -> str:
    """The path of a file as data: no root, no way up, no drive; "" where it is not somebody's file."""
    raw = info.orig_filename
    text = raw if info.flag_bits & 0x800 else decoded(raw.encode("cp437", "replace"))
    steps = [s for s in text.replace("\\", "/").split("/") if s.strip(" .")]
    if not steps or any(s.lower() in _SYSTEM for s in steps) or steps[-1].startswith(("~$", "._", ".~lock")):
        return ""
    kept = steps if len(steps) <= _LEVELS else [*steps[: _LEVELS - 1], steps[-1]]
    return "/".join(file_name(s.replace(":", "_"), "_") for s in kept)
