"""Workbooks that are encrypted though nobody chose a password: Excel does that where the structure is protected."""

from __future__ import annotations

import io

# Excel encrypts a workbook with this password when its structure is protected in the old format, or where it is to be
# read-only for a program; every office program tries it before it asks anybody ([MS-OFFCRYPTO] 2.4.2.3).
EVERYBODYS = "VelvetSweatshop"


def opened(data: bytes) -> bytes | None:
    """The workbook inside an encrypted one that opens for everybody without a question; None where a password is needed.

    Runs in the limited child only: the content is a stranger's.
    """
    # msoffcrypto-tool: five ways of encrypting in two containers are no part of what opsbook is for, and must be right.
    import msoffcrypto

    plain = io.BytesIO()
    try:
        file = msoffcrypto.OfficeFile(io.BytesIO(data))
        file.load_key(password=EVERYBODYS)
        file.decrypt(plain)
    except MemoryError:
        raise
    except Exception:  # a wrong password, another format, damage: all the same to whoever sent it
        return None
    found = plain.getvalue()
    return found if found and found != data else None
