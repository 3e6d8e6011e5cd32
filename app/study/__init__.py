"""The room where cards are answered: which one is next, what an answer does, and how it is taken back."""

from app.study.answering import AnswerGiven, Outcome, answer_card
from app.study.by_hand import reset_card, set_due
from app.study.copying import EditionProgress, copy_progress, progress_elsewhere, undo_copy
from app.study.marking import mark_card
from app.study.merging import merge_answers
from app.study.practice import PracticeGiven, practice_card
from app.study.queue import NextCard, Queue, next_card, queue_of, shown_card
from app.study.rebuilding import refold
from app.study.resetting import forget_cards, reset_cards, swing_resets
from app.study.rest import Rest, answers_since, rest_of_the_day
from app.study.run import Run, RunState, run_state, undo_practice
from app.study.tagged import TagDue, tagged_queue, tags_due
from app.study.undoing import latest_acts, redo_last_act, undo_last_act

__all__ = [
    "AnswerGiven",
    "EditionProgress",
    "NextCard",
    "Outcome",
    "PracticeGiven",
    "Queue",
    "Rest",
    "Run",
    "RunState",
    "TagDue",
    "answer_card",
    "answers_since",
    "copy_progress",
    "forget_cards",
    "latest_acts",
    "mark_card",
    "merge_answers",
    "next_card",
    "practice_card",
    "progress_elsewhere",
    "queue_of",
    "redo_last_act",
    "refold",
    "reset_card",
    "reset_cards",
    "rest_of_the_day",
    "run_state",
    "set_due",
    "shown_card",
    "swing_resets",
    "tagged_queue",
    "tags_due",
    "undo_copy",
    "undo_last_act",
    "undo_practice",
]
