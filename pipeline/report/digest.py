"""What a file is made from -> one hash, the same in every process, time zone and run."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

_FEW = 2_000  # rows


def digest(content: Any) -> str:
    """sha256 over frames, mappings, sequences, dataclasses and plain values; raises TypeError on anything else."""
    taken = hashlib.sha256()
    for piece in _pieces(content):
        taken.update(piece)
        taken.update(b"\x00")
    return taken.hexdigest()


def _pieces(content: Any) -> list[bytes]:
    if isinstance(content, pd.DataFrame):
        return [json.dumps(list(content.columns)).encode(), _hashed(content)]
    if dataclasses.is_dataclass(content) and not isinstance(content, type):
        content = {f.name: getattr(content, f.name) for f in dataclasses.fields(content)}
    if isinstance(content, Mapping):
        if all(type(v) is str for v in content.values()):
            return [repr(list(content.items())).encode("utf-8", "replace")]
        return [p for k, v in content.items() for p in (repr(k).encode(), *_pieces(v))]
    if isinstance(content, list | tuple):
        return [b"[", *(p for each in content for p in _pieces(each)), b"]"]
    if content is None or isinstance(content, str | int | float | bool | np.generic):
        return [str(content).encode("utf-8", "surrogatepass")]
    if isinstance(content, bytes):
        return [content]
    if hasattr(content, "isoformat"):
        return [str(content.isoformat()).encode()]
    raise TypeError(type(content))


def _hashed(frame: pd.DataFrame) -> bytes:
    """The cells of a frame; pandas' own hash is seeded and stable, and ten times slower where there are few rows."""
    if not len(frame):
        return b""
    if len(frame) <= _FEW:
        return hashlib.sha256(repr(frame.to_numpy(dtype=object).tolist()).encode("utf-8", "replace")).digest()
    texts = frame.astype({c: object for c in frame.columns if not pd.api.types.is_numeric_dtype(frame[c])})
    hashed = pd.util.hash_pandas_object(texts, index=False, categorize=False)
    return hashlib.sha256(hashed.to_numpy().tobytes()).digest()
