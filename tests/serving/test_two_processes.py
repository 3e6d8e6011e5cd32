"""Two servers on one database: what one of them takes, the other knows."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from tests.serving import PROGRAM, ROOT, served
from tests.serving.learners import Learner, check_what_is_kept, everybody_follows

LEARNERS, ANSWERS = 8, 15


def test_learners_go_back_and_forth_between_two_servers(
    environment: dict[str, str], change: Callable, stored: Callable
) -> None:
    with served(PROGRAM, environment, ROOT) as one, served(PROGRAM, environment, ROOT) as other:
        learners = [Learner([one, other]) for _ in range(LEARNERS)]
        for learner in learners:
            learner.start()
        change(lambda session: everybody_follows(session, cards=ANSWERS))
        with ThreadPoolExecutor(LEARNERS) as pool:
            answered = list(pool.map(lambda learner: [learner.answer() for _ in range(ANSWERS)], learners))
    assert answered == [[True] * ANSWERS] * LEARNERS
    assert [learner.failures for learner in learners] == [0] * LEARNERS
    assert sum(len(learner.acknowledged) for learner in learners) == LEARNERS * ANSWERS
    check_what_is_kept(stored, learners)
