"""The two sides of a card."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.rendering.cloze import answer_text, cloze_numbers, question_text
from app.rendering.text import render_text


@dataclass(frozen=True, slots=True)
class Sides:
    """Question and answer as HTML, each with its language. `rest`: what a cloze shows below its revealed text."""

    question: str
    question_language: str
    answer: str
    answer_language: str
    rest: str = ""


def card_ordinals(kind: str, fields: Sequence[str]) -> list[int]:
    """Which cards a note of this kind makes: one, one each way, or one for each number of its clozes."""
    if kind == "cloze":
        return cloze_numbers(fields[0])
    return [0, 1] if kind == "reversed" else [0]


def render_sides(kind: str, fields: Sequence[str], languages: Sequence[str], ordinal: int, format: str) -> Sides:
    """The sides of one card of a note whose fields are (question, answer) or (cloze text, further text)."""
    first, second = fields
    if kind == "cloze":
        return Sides(
            question=render_text(question_text(first, ordinal), format),
            question_language=languages[0],
            answer=render_text(answer_text(first, ordinal), format),
            answer_language=languages[0],
            rest=render_text(second, format) if second else "",
        )
    sides = [(render_text(first, format), languages[0]), (render_text(second, format), languages[1])]
    (question, question_language), (answer, answer_language) = sides if ordinal == 0 else reversed(sides)
    return Sides(question, question_language, answer, answer_language)
