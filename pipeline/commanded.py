"""What the planning officer decided by a command -> a small document that travels the road like a file, and back.

So it is stored, sealed, numbered and replayed by a rebuild of the ledger like every other arrival.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC
from typing import Any

from pipeline.model import Identity, Reading, Submission, ValidationResult
from schemas.language import Text

CHANNEL = "command"
FORM = "unlock"
_KEYS = ("fiscal_year", "unit", "form", "period", "indicator", "memo", "reason", "until")


def document(unlock: Mapping[str, Any]) -> bytes:
    """The bytes of an unlock: JSON in UTF-8, readable in any editor."""
    content = {"opsbook": FORM, **{k: unlock[k] for k in _KEYS}}
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True).encode()


def unlock_of(submission: Submission, data: bytes) -> ValidationResult:
    """The judgement of such a document: accepted, with the ledger's row of the unlock."""
    content = json.loads(data)
    row = {k: content[k] for k in _KEYS}
    at = submission.received_at.astimezone(UTC).isoformat()
    reading = Reading(submission, Identity(form=FORM, unit=row["unit"]))
    reason = Text(
        f"ปลดล็อก {row['unit']} {row['period']} {row['indicator']} ถึง {row['until']} ({row['memo']})",
        f"Unlocked {row['unit']} {row['period']} {row['indicator']} until {row['until']} ({row['memo']})",
    )
    taken = {"submission": submission.number, **row, "received_at": at}
    return ValidationResult(reading, "accepted", reason, unlock=taken)
