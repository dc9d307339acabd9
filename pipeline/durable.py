"""Names and contents that outlive a power failure: what is renamed is whole, and the folder that names it is synced."""

from __future__ import annotations

import errno
import os
import uuid
from pathlib import Path

# What file systems answer that know no fsync of a folder (network shares among them).
_UNKNOWN = (errno.EINVAL, errno.EBADF, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, where the system can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _UNKNOWN:
            raise
    finally:
        os.close(handle)


def make_folder(folder: Path) -> None:
    """The folder and the missing ones above it, each durable in the one above."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def write_durably(path: Path, data: bytes, aside: Path) -> None:
    """`data` at `path`, whole or not at all: written in `aside`, fsync, rename, fsync of the folder."""
    temporary = aside / uuid.uuid4().hex
    try:
        with open(temporary, "wb") as handle:
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)
