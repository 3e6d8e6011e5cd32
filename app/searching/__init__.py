"""GROUND: a query's text in, its meaning out, and which words a text is found by."""

from app.searching.meaning import Facts, Meaning
from app.searching.parsing import LONGEST_QUERY, MOST_TERMS, parse
from app.searching.scanning import Misread
from app.searching.words import entries_of, tokens_of, wording

__all__ = [
    "LONGEST_QUERY",
    "MOST_TERMS",
    "Facts",
    "Meaning",
    "Misread",
    "entries_of",
    "parse",
    "tokens_of",
    "wording",
]
