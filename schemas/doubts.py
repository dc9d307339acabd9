"""Figures and what they are measured against -> which of them are doubtful. Arithmetic on arrays; NaN = not known."""

from __future__ import annotations

import re

import numpy as np

# In powers of ten. Too large begins at a hundred times: a slip of x1,000 on a figure that is itself a tenth of its
# reference. Too small must look divided, because a small figure is often simply true.
_FAR, _NEAR = 2.0, 1.5
_DIVIDED = ((3.0, 0.5), (6.0, 0.5))
_FRACTION = (2.0, 0.35)
_SPREAD_FLOOR = 0.1
_TIMES_SPREAD = 4.0
_UP, _DOWN = float(np.log10(3)), 1.0
LEAST_HISTORY = 3

_THOUSANDS = re.compile(r"-?[1-9][0-9]{0,2}\.[0-9]{3}")
_UNUSUAL = re.compile(r"-?0[0-9][0-9.,]*|-?\.[0-9]+|-?[0-9,]+\.")


def _log(values: np.ndarray) -> np.ndarray:
    """log10 of the size of each value; NaN for 0 and NaN, which say nothing about scale."""
    size = np.abs(values.astype(float))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(size > 0, np.log10(size), np.nan)


def slips(
    values: np.ndarray, planned: np.ndarray, others: np.ndarray, own: np.ndarray, percent: np.ndarray, free: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(+1 far too large, -1 as if divided by 1,000, 0 no doubt; the line of `others` that shows it best).

    `planned` is what the unit itself planned for the period: a value near it is never doubted. `others` (m x n) are
    target, last results, peers: their majority decides. `own` are the unit's other figures: they decide a tie. `percent`
    marks shares of 100, which need no reference to be too large, and may be typed as fractions (0.85 for 85). `free`
    marks parts of a sum, which may be as small as they like. The reference is m for `planned`, m + 1 for `own`, -1 for
    none but the bound of 100.
    """
    size = _log(values)
    references = np.vstack([others, planned[None, :], own[None, :]])
    with np.errstate(invalid="ignore"):
        distance = size[None, :] - _log(references)
        up, near = distance >= _FAR, (distance > -_NEAR) & (distance < _FAR)
        down = np.zeros_like(up)
        for power, within in _DIVIDED:
            down |= np.abs(distance + power) <= within
        fraction = percent & (np.abs(values) < 1)
        down |= fraction[None, :] & (np.abs(distance + _FRACTION[0]) <= _FRACTION[1])
        bounded = percent & (np.abs(values) >= 1000)
    foreseen = near[-2]
    found = np.where((_most(up, near) & ~foreseen) | bounded, 1, np.where(_most(down, near) & ~foreseen & ~free, -1, 0))
    votes = np.where(found[None, :] > 0, up, down)
    shown = np.where(votes.any(axis=0), votes.argmax(axis=0), -1)
    return found, shown


def _most(votes: np.ndarray, near: np.ndarray) -> np.ndarray:
    """More references for than against; the unit's own figures (the last line) decide a tie."""
    yes, no = votes[:-1].sum(axis=0), near[:-1].sum(axis=0)
    return (yes > no) | ((yes == no) & votes[-1])


def outliers(values: np.ndarray, history: np.ndarray, to_date: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """True where a value is far from its history (h x n) and the plan did not foresee it; never for 0.

    Robust: median and MAD of at least three figures, on the log scale; at least three times as large or a tenth as
    large, and four spreads away. `to_date` and `expected` are result and plan (else target) up to this period.
    """
    logs = _log(history)
    enough = (~np.isnan(logs)).sum(axis=0) >= LEAST_HISTORY
    middle = _median(logs)
    spread = np.maximum(1.4826 * _median(np.abs(logs - middle[None, :])), _SPREAD_FLOOR)
    with np.errstate(invalid="ignore"):
        away = _log(values) - middle
        far = np.abs(away) > _TIMES_SPREAD * spread
        foreseen_up, foreseen_down = to_date <= 1.5 * expected, to_date >= 0.5 * expected
        return enough & far & (((away >= _UP) & ~foreseen_up) | ((away <= -_DOWN) & ~foreseen_down))


def typical(values: np.ndarray, least: int = 5) -> np.ndarray:
    """Median of each column where at least `least` figures stand close enough together to measure others by; else NaN.

    Close enough: half of the units lie within a factor of about two of the middle one. Counts of large and small
    places seldom do.
    """
    logs = _log(values)
    middle = _median(logs)
    spread = _median(np.abs(logs - middle[None, :]))
    usable = ((~np.isnan(logs)).sum(axis=0) >= least) & (spread <= 0.35)
    return np.where(usable, 10.0**middle, np.nan)


def middle_of(values: np.ndarray) -> np.ndarray:
    """Median of the sizes in each column (in between two: geometric); NaN where there is none but zeros."""
    with np.errstate(over="ignore"):
        return 10.0 ** _median(_log(values))


def _median(columns: np.ndarray) -> np.ndarray:
    """np.nanmedian down the columns, quiet and quick where a column holds nothing."""
    ordered = np.sort(columns, axis=0)  # NaN sorts last
    count = (~np.isnan(columns)).sum(axis=0)
    at = np.arange(columns.shape[1])
    low, high = np.maximum((count - 1) // 2, 0), np.maximum(count // 2, 0)
    if not len(columns):
        return np.full(columns.shape[1], np.nan)
    return (ordered[low, at] + ordered[np.minimum(high, len(columns) - 1), at]) / 2


def telling(values: np.ndarray) -> np.ndarray:
    """True for figures that two units hardly share by chance: three digits that matter, or two not ending in 0 or 5."""
    logs = _log(values)
    with np.errstate(invalid="ignore"):
        tens = np.abs(values) / 10.0 ** np.floor(logs) * 10
        whole = np.abs(tens - np.rint(tens)) < 1e-7
        return ~np.isnan(logs) & (~whole | (np.rint(tens) % 5 != 0))


def looks_like_thousands(text: str) -> bool:
    """ "1.000", "12.345": one, twelve, or a thousand with the other kind of comma."""
    return _THOUSANDS.fullmatch(text) is not None


def looks_unusual(text: str) -> bool:
    """ "00012", ".5", "5.": read without trouble, but perhaps something is missing."""
    return _UNUSUAL.fullmatch(text) is not None
