"""Every kind of scale against a second scorer written in Decimal: 10,000 random scales, bounded and monotone."""

from __future__ import annotations

import random
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from test_scoring import card, indicator, one, plan_of, report, scored_by

from schemas.scoring import half_up, half_up_float, scale, score_exact, score_float

KINDS = ("interpolate", "band", "middle ranges", "middle distances", "level", "yes_no")
LEVELS = {"": (1, 2, 3, 4, 5), "50/75/100": (50, 75, 100), "0/50/100": (0, 50, 100), "1/3/5": (1, 3, 5)}


# -- the second scorer: plain, slow, Decimal, nothing of ours ----------------------------------------------------------


def decimal_score(kind: str, criteria: list[str], target: str, levels: str, value: Decimal) -> Decimal | None:
    """The score of a value, by walking along the criteria as one does on paper."""
    points = LEVELS[levels]
    worth = [Decimal(p) if not levels else Decimal(p) * 5 / points[-1] for p in points]
    if kind == "level":
        return min(Decimal(5), max(Decimal(1), value))
    if kind == "yes_no":
        return Decimal(5) if value >= 1 else Decimal(1)
    if kind.startswith("middle"):
        pairs = [(w, *bounds(c, target, kind)) for w, c in zip(worth, criteria, strict=False) if c]
        below = along([(low, w) for w, low, _ in pairs], value, True, False)
        above = along([(high, w) for w, _, high in pairs], value, False, False)
        found = min(below, above)
    else:
        pairs_ = [(Decimal(c), w) for w, c in zip(worth, criteria, strict=False) if c]
        found = along(pairs_, value, pairs_[0][0] <= pairs_[-1][0], kind == "band")
    return min(Decimal(5), max(Decimal(1), found))


def bounds(criterion: str, target: str, kind: str) -> tuple[Decimal, Decimal]:
    if kind == "middle ranges":
        low, _, high = criterion.partition("-")
        return Decimal(low), Decimal(high)
    return Decimal(target) - Decimal(criterion), Decimal(target) + Decimal(criterion)


def along(points: list[tuple[Decimal, Decimal]], value: Decimal, rising: bool, step: bool) -> Decimal:
    found = Decimal(1)
    for n, (edge, worth) in enumerate(points):
        if not (value >= edge if rising else value <= edge):
            break
        found = worth
        if not step and n + 1 < len(points) and points[n + 1][0] != edge:
            part = (value - edge) / (points[n + 1][0] - edge)
            found = worth + (points[n + 1][1] - worth) * min(Decimal(1), part)
    return found


# -- random scales ----------------------------------------------------------------------------------------------------


def random_scale(chance: random.Random) -> tuple[str, list[str], str, str, str]:
    """(kind, criteria, direction, target, levels): ties, gaps, negatives, either direction."""
    kind = chance.choice(KINDS)
    levels = "" if kind in ("level", "yes_no") else chance.choice(list(LEVELS))
    count = len(LEVELS[levels])
    places = chance.choice([0, 0, 1, 2])
    steps = [chance.choice([0, 1, 5, 10, chance.randrange(1, 100)]) for _ in range(count)]
    if kind == "middle ranges":
        edges = np.cumsum([0, *steps]).tolist()
        return kind, [f"{a}-{2 * edges[-1] + 7 - a}" for a in edges[:count]], "middle", "", levels
    if kind == "middle distances":
        edges = np.cumsum([0, *steps]).tolist()[:count]
        return kind, [str(d) for d in reversed(edges)], "middle", str(chance.randrange(-50, 200)), levels
    start = chance.randrange(0 if kind == "band" else -200, 200)
    edges = [start + int(s) for s in np.cumsum(steps)]
    lower = chance.random() < 0.3
    edges = edges[::-1] if lower else edges
    criteria = [str(Decimal(e).scaleb(-places)) if places else str(e) for e in edges]
    if len(criteria) == 5 and chance.random() < 0.3:
        for gap in chance.sample(range(1, 4), chance.choice([1, 2])):
            criteria[gap] = ""
    return kind, criteria, "lower" if lower else "higher", "", levels


def random_values(chance: random.Random, criteria: list[str], target: str) -> list[Decimal]:
    """Values on, just beside and between the edges, and far outside."""
    edges = [Decimal(b) for c in criteria if c for b in (c.split("-") if "-" in c[1:] else [c])]
    edges += [Decimal(target) + e for e in edges] if target else []
    near = [e + Decimal(d) for e in chance.sample(edges, min(3, len(edges))) for d in ("0", "0.0001", "-0.0001")]
    return [*near, *(Decimal(chance.randrange(-30000, 60000)).scaleb(-2) for _ in range(6)), Decimal(0), Decimal(1)]


def scale_of(kind: str, criteria: list[str], direction: str, target: str, levels: str):
    scoring = "interpolate" if kind.startswith("middle") else kind
    padded = tuple([*criteria, "", "", "", "", ""][:5])
    return scale(scoring, padded, direction, target, levels)


@pytest.mark.parametrize("count", [1_000, pytest.param(10_000, marks=pytest.mark.long)])
def test_random_scales_agree_with_a_decimal_scorer(count: int) -> None:
    chance, seen = random.Random(2567), dict.fromkeys(KINDS, 0)
    with localcontext() as context:
        context.prec = 60
        for _ in range(count):
            kind, criteria, direction, target, levels = random_scale(chance)
            by = scale_of(kind, criteria, direction, target, levels)
            if by is None:
                assert len({c for c in criteria if c}) < 2 or len([c for c in criteria if c]) < 2, (kind, criteria)
                continue
            seen[kind] += 1
            values = random_values(chance, criteria, target)
            exact = [score_exact(by, Fraction(v)) for v in values]
            floats, near = score_float(by, np.array([float(v) for v in values]))
            rounded, tie = half_up_float(floats, 4)
            for n, value in enumerate(values):
                expected = decimal_score(kind, criteria, target, levels, value)
                assert abs(Decimal(exact[n].numerator) / exact[n].denominator - expected) < Decimal("1e-50")
                shown = half_up(exact[n], 4)
                assert shown == float(expected.quantize(Decimal("0.0001"), ROUND_HALF_UP)) or abs(
                    exact[n] * 20000 % 2 - 1
                ) < Fraction(1, 10**40)
                assert 1 <= exact[n] <= 5 and 1 <= shown <= 5
                assert near[n] or tie[n] or rounded[n] == shown, (kind, criteria, value)
    assert all(times > count / 10 for times in seen.values()), seen


def test_scores_are_monotone_in_the_direction_of_their_scale():
    chance = random.Random(1)
    for _ in range(2_000):
        kind, criteria, direction, target, levels = random_scale(chance)
        by = scale_of(kind, criteria, direction, target, levels)
        if by is None:
            continue
        values = sorted(Fraction(v) for v in random_values(chance, criteria, target))
        scores = [score_exact(by, v) for v in values]
        steps = [b - a for a, b in pairwise(scores)]
        if direction == "middle":  # up to the middle, then down: no valley
            top = scores.index(max(scores))
            assert all(s >= 0 for s in steps[:top]) and all(
                s <= 0 for s in steps[top + scores.count(max(scores)) - 1 :]
            )
        else:
            assert all(s <= 0 for s in steps) if by.falling else all(s >= 0 for s in steps), (kind, criteria)


# -- each kind by hand ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "score"),
    [
        ("69", 1),
        ("70", 1),
        ("75", 1.5),
        ("90", 3),
        ("95", 4),
        ("97.5", 4.5),
        ("100", 5),
        ("102.5", 4.5),
        ("105", 4),
        ("130", 1),
        ("131", 1),
    ],
)
def test_middle_is_best_with_ranges_one_inside_the_other(value: str, score: float):
    by = scale("interpolate", ("70-130", "80-120", "90-110", "95-105", "100-100"), "middle")
    assert by is not None and score_exact(by, Fraction(value)) == Fraction(str(score))


@pytest.mark.parametrize(
    ("value", "score"), [("50", 5), ("55", 4), ("45", 4), ("60", 3), ("75", 1), ("80", 1), ("20", 1), ("47.5", 4.5)]
)
def test_middle_is_best_with_distances_from_the_target(value: str, score: float):
    by = scale("interpolate", ("20", "15", "10", "5", "0"), "middle", "50")
    assert by is not None and score_exact(by, Fraction(value)) == Fraction(str(score))


def test_middle_without_a_target_or_with_ranges_that_do_not_close_in_has_no_scale():
    assert scale("interpolate", ("20", "15", "10", "5", "0"), "middle") is None
    assert scale("interpolate", ("70-130", "80-140", "", "", ""), "middle") is None


@pytest.mark.parametrize(
    ("value", "score", "percent"),
    [("70", 2.5, 50), ("75", 3.125, 62.5), ("80", 3.75, 75), ("90", 5, 100), ("99", 5, 100), ("60", 1, 20)],
)
def test_a_scale_of_50_75_100_points_counts_in_proportion(value: str, score: float, percent: float):
    plan = plan_of([indicator("A", weight="100", levels="50/75/100", **scored_by("interpolate", "70 80 90"))])
    row = one(card(plan, [report("U1", "A", 4, value)]), "A")
    assert (row["score"], row["score_percent"]) == (score, percent)


@pytest.mark.parametrize(("value", "score"), [("1", 5), ("0", 1), ("0.5", 1), ("2", 5)])
def test_yes_is_5_and_no_is_1(value: str, score: float):
    plan = plan_of([indicator("A", weight="100", scoring="yes_no")])
    assert one(card(plan, [report("U1", "A", 4, value)]), "A")["score"] == score


def test_criteria_of_round_1_hold_in_the_first_half_year_only():
    halves = {f"h1c{n}": t for n, t in enumerate(("10", "20", "30", "40", "50"), 1)}
    plan = plan_of([indicator("A", weight="100", **scored_by("interpolate", "20 40 60 80 100"), **halves)])
    reports = [report("U1", "A", q, "50") for q in (1, 2, 3, 4)]
    rows = [one(card(plan, reports, q), "A") for q in (1, 2, 3, 4)]
    assert [r["score"] for r in rows] == [5, 5, 2.5, 2.5]
    assert [r["c5"] for r in rows] == ["50", "50", "100", "100"]


def test_what_is_not_applicable_hands_its_weight_on_and_says_so():
    items = [indicator(c, weight=w, **scored_by("level")) for c, w in (("A", "50"), ("B", "30"), ("C", "20"))]
    assigned = [{"indicator": c, "unit": "*"} for c in "ABC"] + [{"indicator": "C", "unit": "U1", "applies": "no"}]
    plan = plan_of(items, {"U1": "", "U2": ""}, assigned)
    found = card(plan, [report(u, c, 4, "4" if c == "A" else "2") for u in ("U1", "U2") for c in "AB"])
    mine = found.rows[found.rows["unit"] == "U1"].set_index("indicator")
    assert mine["reported"].to_dict() == {"A": "reported", "B": "reported", "C": "not_applicable"}
    assert mine["weight_used"].to_dict() == {"A": 62.5, "B": 37.5, "C": 0}
    assert mine["weight"].to_dict() == {"A": 50, "B": 30, "C": 20}
    totals = found.units.set_index("unit")
    assert totals.loc["U1", ["score_reported", "score_all", "coverage", "indicators"]].tolist() == [3.25, 3.25, 100, 2]
    assert totals.loc["U2", ["score_reported", "coverage", "indicators"]].tolist() == [3.25, 80, 3]
    assert totals.loc["U2", "score_all"] == 2.6 and found.office["indicators"] == 5


def test_what_is_not_applicable_is_not_asked_for():
    assigned = [{"indicator": "A", "unit": "*"}, {"indicator": "A", "unit": "U1", "applies": "no"}]
    plan = plan_of([indicator("A", **scored_by("level"))], {"U1": "", "U2": ""}, assigned)
    assert plan.assigned("U1") == [] and [i["code"] for i in plan.assigned("U2")] == ["A"]
    assert [i["code"] for i in plan.not_applicable("U1")] == ["A"]
