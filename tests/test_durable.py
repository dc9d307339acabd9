"""Names that outlive a power failure, also where the file system knows no fsync of a folder."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from pipeline.durable import make_folder, sync_folder, write_durably

pytestmark = pytest.mark.skipif(os.name != "posix", reason="only POSIX systems sync folders")


def _failing(number: int) -> object:
    def fsync(_handle: int) -> None:
        raise OSError(number, os.strerror(number))

    return fsync


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP])
def test_a_share_that_knows_no_fsync_of_folders_is_no_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setattr(os, "fsync", _failing(number))
    make_folder(tmp_path / "a" / "b")
    sync_folder(tmp_path / "a")
    assert (tmp_path / "a" / "b").is_dir()


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC])
def test_a_disk_that_fails_is_trouble(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    monkeypatch.setattr(os, "fsync", _failing(number))
    with pytest.raises(OSError, match=os.strerror(number)):
        sync_folder(tmp_path)


def test_what_cannot_be_synced_is_not_put_in_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    aside = tmp_path / "aside"
    aside.mkdir()
    monkeypatch.setattr(os, "fsync", _failing(errno.EIO))
    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        write_durably(tmp_path / "page.html", b"whole", aside)
    assert [p.name for p in tmp_path.rglob("*")] == ["aside"]
