"""How predictions are judged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.scheduling.calibration import Judged, brier_score, calibration, mean_gap

JUDGED = st.lists(st.builds(Judged, st.floats(0, 1), st.booleans()), min_size=1)


def test_the_brier_score_and_the_gap_of_what_can_be_worked_out_by_hand() -> None:
    judged = [Judged(0.9, True), Judged(0.9, False), Judged(0.5, True), Judged(0.5, False)]
    assert brier_score(judged) == pytest.approx((0.01 + 0.81 + 0.25 + 0.25) / 4)
    assert mean_gap(calibration(judged)) == pytest.approx((2 * 0.4 + 0) / 4)
    assert brier_score([Judged(0.5, True)]) == 0.25


@given(JUDGED, st.integers(1, 30))
def test_bins_hold_every_answer_once_and_no_prediction_outside_them(judged: list[Judged], bins: int) -> None:
    made = calibration(judged, bins)
    assert sum(one.count for one in made) == len(judged)
    assert len(made) <= bins
    assert 0 <= mean_gap(made) <= 1
    assert 0 <= brier_score(judged) <= 1
    assert [one.predicted for one in made] == sorted(one.predicted for one in made)
