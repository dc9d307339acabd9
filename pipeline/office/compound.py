"""Bytes of an old Office container (OLE2) -> the names in it and one stream, for the cheap look before any parser."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_LAST = 0xFFFFFFFA  # sector numbers from here on are marks, not sectors
_ROOT = 5
_NONE = 0xFFFFFFFF


class Broken(Exception):
    """The container's chains or directory do not hold together."""


@dataclass(frozen=True)
class Entry:
    """One name of the directory: kind 1 storage, 2 stream, 5 root."""

    name: str
    kind: int
    start: int
    size: int
    beside: tuple[int, int] = (_NONE, _NONE)  # the entries left and right of it in its storage's tree
    within: int = _NONE  # the tree of a storage


class Compound:
    """An OLE2 container: `entries` in the order of its directory. Raises Broken where it cannot be followed."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        try:
            self.shift, self.small_shift = struct.unpack_from("<HH", data, 30)
            self.first, _, self.cutoff, self.small_first = struct.unpack_from("<IIII", data, 48)
            if self.shift not in (9, 12) or self.small_shift != 6:
                raise Broken
            self.table = self._table()
            self._places = dict(self._entries())
            self.entries = tuple(self._places.values())
        except (struct.error, IndexError, UnicodeError) as error:
            raise Broken from error

    def _sector(self, number: int) -> bytes:
        at = (number + 1) << self.shift
        if at >= len(self.data):
            raise Broken
        return self.data[at : at + (1 << self.shift)]

    def _table(self) -> tuple[int, ...]:
        """Which sector follows which."""
        listed = [n for n in struct.unpack_from("<109I", self.data, 76) if n < _LAST]
        more, count = struct.unpack_from("<II", self.data, 68)
        seen = 0
        while more < _LAST and seen < count:
            words = struct.unpack(f"<{1 << (self.shift - 2)}I", self._sector(more))
            listed += [n for n in words[:-1] if n < _LAST]
            more, seen = words[-1], seen + 1
            if len(listed) << self.shift > len(self.data):
                raise Broken
        if len(set(listed)) != len(listed):
            raise Broken
        return struct.unpack(f"<{len(listed) << (self.shift - 2)}I", b"".join(self._sector(n) for n in listed))

    def _chain(self, start: int, table: tuple[int, ...]) -> Iterator[int]:
        left = len(table)
        while start < _LAST:
            if left <= 0:  # a chain that runs in a circle
                raise Broken
            yield start
            start, left = table[start], left - 1

    def _entries(self) -> Iterator[tuple[int, Entry]]:
        raw = b"".join(self._sector(n) for n in self._chain(self.first, self.table))
        for at in range(0, len(raw) - 127, 128):
            length, kind = struct.unpack_from("<HB", raw, at + 64)
            if kind:
                name = raw[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le")
                left, right, within = struct.unpack_from("<III", raw, at + 68)
                start, size = struct.unpack_from("<II", raw, at + 116)
                yield at // 128, Entry(name, kind, start, size, (left, right), within)

    def names(self) -> set[str]:
        """Every name of the directory, in lower case."""
        return {e.name.casefold() for e in self.entries}

    def find(self, name: str) -> Entry:
        """The stream called `name`; where embedded documents have one too, the container's own. Broken where that is not
        exactly one."""
        found = [e for e in self.entries if e.kind == 2 and e.name.casefold() == name.casefold()]
        if len(found) > 1:
            outermost = self._outermost()
            found = [e for e in found if any(e is o for o in outermost)]
        if len(found) != 1:
            raise Broken
        return found[0]

    def _outermost(self) -> list[Entry]:
        """What stands directly in the root: its tree, followed without believing that it is one."""
        root = next((e for e in self.entries if e.kind == _ROOT), None)
        waiting, seen = [root.within if root else _NONE], set[int]()
        while waiting:
            at = waiting.pop()
            if at in self._places and at not in seen:
                seen.add(at)
                waiting += self._places[at].beside
        return [self._places[at] for at in sorted(seen)]

    def stream(self, name: str) -> bytes:
        """The bytes of the stream `find` finds; Broken where there is none or it is cut off."""
        found = self.find(name)
        try:
            plain = self._small(found) if found.size < self.cutoff else self._large(found)
        except (struct.error, IndexError) as error:
            raise Broken from error
        if len(plain) < found.size:
            raise Broken
        return plain[: found.size]

    def _large(self, entry: Entry) -> bytes:
        return b"".join(self._sector(n) for n in self._chain(entry.start, self.table))

    def _small(self, entry: Entry) -> bytes:
        root = next((e for e in self.entries if e.kind == _ROOT), None)
        if root is None:
            raise Broken
        pool = self._large(root)
        words = b"".join(self._sector(n) for n in self._chain(self.small_first, self.table))
        table = struct.unpack(f"<{len(words) // 4}I", words)
        return b"".join(pool[n << 6 : (n + 1) << 6] for n in self._chain(entry.start, table))
