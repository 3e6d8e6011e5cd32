"""The pure pieces of a request, one by one. Not collected with the tests: `make bench` names this file."""

from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from app.rendering import Content
from app.rendering.cards import render_sides
from app.scheduling import NEW, Answer, MemoryState, preview, replay, take_answer

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
STATE = MemoryState(repetitions=4, interval=38, last_day=20_000, due_day=20_038, answers=4)
ANSWER = Answer(UUID(int=1), 20_038, NOW, 4)


def test_one_step_of_the_scheduler(benchmark: Any) -> None:
    assert benchmark(take_answer, STATE, ANSWER).answers == 5


def test_the_words_of_four_buttons(benchmark: Any) -> None:
    assert len(benchmark(preview, STATE, ANSWER, (2, 3, 4, 5))) == 4


def test_replay_of_fifty_answers(benchmark: Any) -> None:
    log = [Answer(uuid4(), 20_000 + day, NOW, 4) for day in range(50)]
    assert benchmark(replay, log).answers == 50 + NEW.answers


def test_a_card_rendered_for_the_first_time(benchmark: Any) -> None:
    numbers = count()

    def render() -> object:
        fields = [f"What does *part {next(numbers)}* answer for?", "It keeps **records**:\n\n- reads\n- writes `stop`"]
        return render_sides(Content("basic", fields, ["en", "en"]), 0)

    assert benchmark(render)


def test_a_card_rendered_before(benchmark: Any) -> None:
    fields = ["What does *part 1* answer for?", "It keeps **records**:\n\n- reads\n- writes `stop`"]
    assert benchmark(render_sides, Content("basic", fields, ["en", "en"]), 0)
