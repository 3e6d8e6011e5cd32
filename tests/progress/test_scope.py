"""Which days the pages show."""

import pytest

from app.progress import Range, range_since, span_of

TODAY = 20_000


@pytest.mark.parametrize(
    ("ago", "fits"),
    [(None, "month"), (0, "month"), (30, "month"), (31, "quarter"), (91, "quarter"), (92, "year"), (4_000, "year")],
)
def test_the_shortest_range_that_holds_all_that_was_done_fits(ago: int | None, fits: str) -> None:
    first = None if ago is None else TODAY - ago
    chosen = range_since(first, TODAY)
    assert chosen == fits
    if first is not None and chosen != Range.YEAR:
        begins = span_of(chosen, TODAY).first
        assert begins is not None and begins <= first
