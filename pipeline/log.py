"""What happens in an office -> var/opsbook.log: one JSON object a line, in UTF-8, rotated before it grows large."""

from __future__ import annotations

import json
import logging
import os
from datetime import datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

FILE = "opsbook.log"
_BYTES, _KEPT = 5 * 1024 * 1024, 5


class JsonLines(logging.Formatter):
    """A log record as one line: time, level, process, message, and the traceback where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; it never fails on what it is given."""
        said: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "process": os.getpid(),
            "message": record.getMessage(),
        }
        if record.exc_info:
            said["traceback"] = self.formatException(record.exc_info)
        return json.dumps(said, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()


def log_to(var: Path) -> None:
    """Send the log of this process to `var`/opsbook.log; a log that cannot be written never stops the work."""
    log = logging.getLogger("opsbook")
    for old in list(log.handlers):
        log.removeHandler(old)
        old.close()
    logging.raiseExceptions = False
    handler = RotatingFileHandler(var / FILE, maxBytes=_BYTES, backupCount=_KEPT, encoding="utf-8", delay=True)
    handler.setFormatter(JsonLines())
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False
