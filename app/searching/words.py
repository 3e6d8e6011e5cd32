"""Words of any language, folded so that `Café`, `ＣＡＦＥ` and `cafe` are one, and what an index finds them by."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from html import unescape

LONGEST_WORD = 40
"""Characters of a word that its index entry has; what comes behind is looked at in the text."""
PREFIXES = 4
"""So many first letters of a word are an entry of their own: a word is found while it is being typed."""

# Written without spaces between words: Thai, Lao, Burmese, Khmer, kana, Bopomofo, Han and Hangul.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3021-\u3029\u3040-\u30fa\u30fc-\u318f\u31a0-\u31bf"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
)
# Signs that belong to a letter before them and are none themselves to `\w`.
_SIGNS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0963\u0966-\u0dff\u0f00-\u0fbc"
)
# Accents, and the vowel points of Hebrew and Arabic, which are mostly left out.
_ACCENTS = re.compile("[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]")
_INLINE = re.compile(
    r"</?(?:a|b|big|code|em|font|i|kbd|mark|rp|rt|ruby|s|small|span|strong|sub|sup|u)\b[^<>]*>", re.IGNORECASE
)
_TAG = re.compile(r"<[^<>]*>")
_CLOZE = re.compile(r"\{\{c\d+::")


def folded(text: str) -> str:
    """The text without case, accents and full width."""
    if text.isascii():
        return text.lower()
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", text.casefold()))
    return unicodedata.normalize("NFKC", bare).casefold()


def folded_path(name: str) -> str:
    """A deck's path or a tag, as names are compared."""
    return "::".join(step for part in folded(name).split("::") if (step := part.strip(": \t\n")))


def tokens_of(text: str) -> list[str]:
    """The words of a text, folded; a run of a script without spaces is one."""
    return _token().findall(folded(text))


# So many signs take two milliseconds to make a pattern of: this is made when a text is looked at, and the one below for
# the first word that could be of such a script.
@cache
def _token() -> re.Pattern[str]:
    return re.compile(rf"[{_UNSPACED}]+|(?:(?![{_UNSPACED}_])[\w{_SIGNS}])+")


@cache
def _unspaced() -> re.Pattern[str]:
    return re.compile(rf"[{_UNSPACED}]")


def is_unspaced(token: str) -> bool:
    """Whether it is of a script that writes words without spaces between them, and so may hold several."""
    return token >= _UNSPACED[0] and _unspaced().match(token) is not None


def plain(field: str, format: str) -> str:
    """What one reads of a field, roughly and quickly: markup is left out, `markdown` has none that makes words."""
    if "{{c" in field:
        field = _CLOZE.sub("", field)
    if format == "html":
        field = _TAG.sub(" ", _INLINE.sub("", field))
        return unescape(field) if "&" in field else field
    return field


def wording(fields: Sequence[str], format: str) -> str:
    """All words of a note's fields, each with a space before and behind it, as `Words.are_in` looks at them."""
    # A mark between the fields, which no query can name, so that no phrase goes across.
    parts = (" ".join(tokens_of(plain(field, format))) for field in fields)
    return f" {' _ '.join(parts)} "


@lru_cache(100_000)
def entries_of(token: str) -> tuple[str, ...]:
    """The index entries of a word: itself and its beginnings; of a script without spaces each character and each two
    that follow each other."""
    if is_unspaced(token):
        return (*token, *(token[at : at + 2] for at in range(len(token) - 1)))
    beginnings = (f"{token[:length]}*" for length in range(1, min(PREFIXES, len(token)) + 1))
    return (token[:LONGEST_WORD], *beginnings)


def entries_for(token: str, *, whole: bool) -> Iterator[str]:
    """The entries that a note must have in which the word stands, or (unless `whole`) one that begins with it; a
    beginning longer than those that are entries ends with `*`."""
    if is_unspaced(token):
        yield from [token[at : at + 2] for at in range(len(token) - 1)] or [token]
    elif whole:
        yield token[:LONGEST_WORD]
    else:
        yield f"{token[:LONGEST_WORD]}*"
