"""Every form, found by listing the folder `schemas/forms`: one file = one form."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

import schemas.forms
from schemas.language import Form


@cache
def forms() -> dict[str, Form]:
    """Forms by name, in the order in which a batch is taken (central plan first)."""
    found = [import_module(f"schemas.forms.{m.name}").FORM for m in iter_modules(schemas.forms.__path__)]
    return {form.name: form for form in sorted(found, key=lambda f: f.order)}
