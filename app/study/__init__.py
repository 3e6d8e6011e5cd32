"""The room where cards are answered: which one is next, what an answer does, and how it is taken back."""

from app.study.answering import AnswerGiven, Outcome, answer_card
from app.study.merging import merge_answers
from app.study.queue import NextCard, Scope, next_card, scope_of, shown_card
from app.study.rest import Rest, rest_of_the_day
from app.study.undoing import can_undo, undo_last_answer

__all__ = [
    "AnswerGiven",
    "NextCard",
    "Outcome",
    "Rest",
    "Scope",
    "answer_card",
    "can_undo",
    "merge_answers",
    "next_card",
    "rest_of_the_day",
    "scope_of",
    "shown_card",
    "undo_last_answer",
]
