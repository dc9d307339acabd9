"""A plan -> which rows stand under which unit, parent and the office."""

from __future__ import annotations

import numpy as np
import pandas as pd

from schemas.plan import Plan


class Groups:
    """Which rows stand under which unit, and under which parent (all its ancestors) and the office ("")."""

    def __init__(self, wide: pd.DataFrame, plan: Plan) -> None:
        codes = wide["unit"].to_numpy(dtype=object)
        self.units, self.rows = codes.astype(str), np.arange(len(wide))
        self.chains = {u: _ancestors(plan, u) for u in dict.fromkeys(codes)}
        parents = {p for c in self.chains.values() for p in c}
        under = {u: [*c, *([u] if u in parents else []), ""] for u, c in self.chains.items()}
        self.at = np.repeat(self.rows, [len(under[u]) for u in codes])
        self.labels = np.array([label for u in codes for label in under[u]], dtype=str)
        self.parents = [p for p in plan.units if p in parents]
        self.behind_each: dict[str, list[str]] = {}
        for unit, labels in under.items():
            for label in labels:
                self.behind_each.setdefault(label, []).append(unit)


def _ancestors(plan: Plan, unit: str) -> list[str]:
    chain: list[str] = []
    parent = plan.units.get(unit, {}).get("parent", "")
    while parent and parent not in chain and parent in plan.units:
        chain.append(parent)
        parent = plan.units[parent].get("parent", "")
    return chain
