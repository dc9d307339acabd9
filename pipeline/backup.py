"""The store and the settings -> one file, and back: the ledger is rebuilt from the store, so it need not travel."""

from __future__ import annotations

import hashlib
import json
import os
import tarfile
from io import BytesIO
from pathlib import Path, PurePosixPath

from pipeline import lock, verify
from pipeline.model import OfficeError
from pipeline.opening import Office, open_office
from pipeline.settings import FILE, Clock, load

_MANIFEST = "opsbook-backup.json"


def backup(office: Office, target: Path) -> int:
    """Write opsbook.toml and every original with its envelopes into `target` -> how many files it holds.

    It may run while a receiver works: what arrives meanwhile is in the next backup. The file is whole or not there.
    """
    files = {FILE: office.settings.root / FILE}
    top = office.settings.originals
    for path in sorted(p for p in top.rglob("*") if p.is_file() and ".writing" not in p.parts):
        files[f"originals/{path.relative_to(top).as_posix()}"] = path
    aside = target.with_name(f".{target.name}.new")
    sums: dict[str, str] = {}
    try:
        with tarfile.open(aside, "w:gz", compresslevel=1) as archive:
            for name, path in files.items():
                data = path.read_bytes()
                sums[name] = hashlib.sha256(data).hexdigest()
                _add(archive, name, data)
            _add(archive, _MANIFEST, json.dumps(sums, indent=0).encode())
        with open(aside, "rb+") as handle:
            os.fsync(handle.fileno())
        os.replace(aside, target)
    finally:
        aside.unlink(missing_ok=True)
    return len(files)


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(data), 0o600
    archive.addfile(info, BytesIO(data))


def restore(root: Path, source: Path, clock: Clock) -> int:
    """Unpack a backup into `root` and rebuild the ledger from it -> how many arrivals there are.

    OfficeError where the file is no whole backup, or the office has originals already: nothing is overwritten.
    """
    files = _unpacked(source)
    root.mkdir(parents=True, exist_ok=True)
    if not (root / FILE).exists():
        (root / FILE).write_bytes(files[FILE])
    settings = load(root)
    if any(p.name != ".writing" for p in settings.originals.iterdir()):
        raise OfficeError("สำนักงานนี้มีต้นฉบับอยู่แล้ว ไม่เขียนทับ", "this office has originals already: nothing is overwritten")
    with lock.only_receiver(settings.var, clock.now()):
        for name, data in files.items():
            if name.startswith("originals/"):
                target = settings.originals.joinpath(*PurePosixPath(name).parts[1:])
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
        office = open_office(root, clock.fixed)
        return verify.rebuild(office)


def _unpacked(source: Path) -> dict[str, bytes]:
    """Every file of a backup, its sums checked; names are only ever ours."""
    wrong = OfficeError(f"{source} ไม่ใช่ไฟล์สำรองที่สมบูรณ์", f"{source} is no whole backup")
    files: dict[str, bytes] = {}
    try:
        with tarfile.open(source, "r:gz") as archive:
            for member in archive:
                handle = archive.extractfile(member) if member.isfile() else None
                if handle is None or not _ours(member.name):
                    raise wrong
                files[member.name] = handle.read()
        sums = json.loads(files.pop(_MANIFEST))
    except (tarfile.TarError, OSError, EOFError, KeyError, ValueError) as error:
        raise wrong from error
    if sums != {name: hashlib.sha256(data).hexdigest() for name, data in files.items()} or FILE not in files:
        raise wrong
    return files


def _ours(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return name in (FILE, _MANIFEST) or (len(parts) == 4 and parts[0] == "originals" and ".." not in parts)
