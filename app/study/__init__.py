"""The room where cards are answered: which one is next, what an answer does, and how it is taken back."""

from app.study.answering import AnswerGiven, Outcome, answer_card
from app.study.merging import merge_answers
from app.study.queue import NextCard, Queue, next_card, queue_of, shown_card
from app.study.rest import Rest, rest_of_the_day
from app.study.undoing import undo_last_answer

__all__ = [
    "AnswerGiven",
    "NextCard",
    "Outcome",
    "Queue",
    "Rest",
    "answer_card",
    "merge_answers",
    "next_card",
    "queue_of",
    "rest_of_the_day",
    "shown_card",
    "undo_last_answer",
]
