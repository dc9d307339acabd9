"""Where the printed pages of a long sheet end: headings stay with what they head, and no program decides otherwise."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter.worksheet import Worksheet

from pipeline.office import styles

_SAFE = 0.97  # of a page; programs measure columns, and so the scale, a little differently
_LEAST_SCALE = 0.6


class Pages:
    """Follows a sheet that is drawn from top to bottom, one page wide; every page end becomes a fixed break."""

    def __init__(self, widths: Sequence[float], landscape: bool = True) -> None:
        across = styles.fit_scale(list(widths), [1.0], landscape, styles.MARGINS)
        self._room = styles.page_height(landscape, styles.MARGINS) / across * _SAFE
        self._most = self._room * across / _LEAST_SCALE  # of one page, printed as small as can be read
        self._used = self._total = 0.0
        self._divided = False
        self.breaks: list[int] = []

    def add(self, row: int, *heights: float) -> None:
        """Rows from `row` on that stay together: on this page where they fit, else on the next."""
        if self._used and self._used + sum(heights) > self._room:
            self.breaks.append(row)
            self._used = 0.0
        self._used += sum(heights)
        self._total += sum(heights)

    def divide(self) -> None:
        """Say that something was drawn for these very pages, such as a heading again: they stay as they are."""
        self._divided = True

    def fitting(self, heights: Sequence[float]) -> int:
        """How many of these rows, from the first on, still fit this page."""
        used, count = self._used, 0
        for height in heights:
            used += height
            if used > self._room:
                break
            count += 1
        return count

    def fix(self, sheet: Worksheet) -> int:
        """Write the breaks into the sheet -> pages from top to bottom, as `styles.page` takes them (0: by the breaks).

        A few lines too many are no page of their own: all is printed a little smaller then, on one.
        """
        if not self._divided and self._total <= self._most:
            return 1
        if self.breaks:
            sheet.set_h_pagebreaks(self.breaks)
        return 0
