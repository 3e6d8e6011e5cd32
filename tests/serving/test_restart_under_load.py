"""The database loses its power while people study: nobody loses an answer, and the server goes on by itself."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest

from tests.postgres import Cluster, cluster
from tests.serving import PROGRAM, ROOT, served
from tests.serving.learners import PATIENCE, Learner, check_what_is_kept, everybody_follows

pytestmark = pytest.mark.postgresql
LEARNERS, CARDS, BETWEEN_RESTARTS = 6, 200, 30


@pytest.fixture
def server() -> Iterator[Cluster]:
    """A server of this test's own, which writes to the disk as a real one does."""
    with cluster(durable=True) as server:
        yield server


@pytest.fixture
def database(server: Cluster) -> str:
    return server.url


@contextmanager
def everybody_studies(learners: list[Learner]) -> Iterator[None]:
    """All at once and meanwhile; at the end each comes to the end of an answer, and none may have failed."""
    enough = Event()

    def study(learner: Learner) -> None:
        while not enough.is_set() and learner.answer():
            pass

    with ThreadPoolExecutor(len(learners)) as pool:
        studying = [pool.submit(study, learner) for learner in learners]
        try:
            yield
        finally:
            enough.set()
        for one in studying:
            one.result()


def until_more_is_learnt(learners: list[Learner]) -> None:
    """Waits for so many more acknowledged answers."""
    deadline, goal = time.monotonic() + PATIENCE, acknowledged(learners) + BETWEEN_RESTARTS
    while acknowledged(learners) < goal:
        assert time.monotonic() < deadline, f"{acknowledged(learners)} of {goal} answers after {PATIENCE} seconds"
        time.sleep(0.02)


def acknowledged(learners: list[Learner]) -> int:
    return sum(len(learner.acknowledged) for learner in learners)


def test_no_answer_is_lost_when_the_database_restarts(
    server: Cluster, environment: dict[str, str], change: Callable, stored: Callable, tmp_path: Path
) -> None:
    with (
        (tmp_path / "complaints").open("w") as complaints,
        served(PROGRAM, environment, ROOT, complaints=complaints) as address,
    ):
        learners = [Learner([address]) for _ in range(LEARNERS)]
        for learner in learners:
            learner.start()
        change(lambda session: everybody_follows(session, cards=CARDS))
        with everybody_studies(learners):
            for _ in range(2):
                until_more_is_learnt(learners)
                server.restart(immediate=True)
            until_more_is_learnt(learners)
        assert learners[0].answer(), "it is the same process, and it answers as before"
    assert sum(learner.failures for learner in learners) > 0, "the restarts were noticed"
    check_what_is_kept(stored, learners)
