"""The rule catalogue: every rule once, found by listing `schemas/rules`."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

import schemas.rules
from schemas.language import Rule


@cache
def rules() -> dict[str, Rule]:
    """Rules by code, sorted; a code may stand only once."""
    found = [
        rule for m in iter_modules(schemas.rules.__path__) for rule in import_module(f"schemas.rules.{m.name}").RULES
    ]
    codes = [r.code for r in found]
    if len(set(codes)) != len(codes):
        raise ValueError(f"rule code twice: {sorted(c for c in codes if codes.count(c) > 1)}")
    return {r.code: r for r in sorted(found, key=lambda r: r.code)}
