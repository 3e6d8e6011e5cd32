"""The room where cards are answered: which one is next, what an answer does, and how it is taken back."""

from app.study.answering import AnswerGiven, Outcome, answer_card
from app.study.copying import EditionProgress, copy_progress, progress_elsewhere, undo_copy
from app.study.merging import merge_answers
from app.study.queue import NextCard, Queue, next_card, queue_of, shown_card
from app.study.rest import Rest, rest_of_the_day
from app.study.undoing import undo_last_answer

__all__ = [
    "AnswerGiven",
    "EditionProgress",
    "NextCard",
    "Outcome",
    "Queue",
    "Rest",
    "answer_card",
    "copy_progress",
    "merge_answers",
    "next_card",
    "progress_elsewhere",
    "queue_of",
    "rest_of_the_day",
    "shown_card",
    "undo_copy",
    "undo_last_answer",
]
