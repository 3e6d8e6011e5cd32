"""From bytes to text, when nobody says in which encoding."""

import codecs
import re

from app.errors import N_, UnreadableFile

OFFERED = ("utf-8", "utf-16", "gb18030", "big5", "shift_jis", "euc_kr", "cp1252")
"""The encodings a learner can choose from, and among which an unmarked file's is looked for."""

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
MOST_GUESSED = 2**16
"""Bytes; a general guess looks at each many times over."""
MOSTLY, MOSTLY_COMMON, ENOUGH = 0.9, 0.8, 12
KOREAN, CHINESE = "euc_kr", "gb18030"
HANGUL = range(0xAC00, 0xD7A4)
GB2312_LEVEL_1, GB2312_MARKS = range(0xB0, 0xD8), range(0xA1, 0xA4)
UNREADABLE = "\ufffd"
SURROGATES = re.compile("[\ud800-\udfff]")


def decode(content: bytes, encoding: str | None = None) -> tuple[str, str]:
    """The text, and the encoding it was read in; bytes that make no sense in it become UNREADABLE.

    Raises UnreadableFile for what is no text at all.
    """
    encoding = encoding or find_encoding(content)
    try:
        text = content.decode(encoding, errors="replace").removeprefix("\ufeff")
    except (LookupError, ValueError):
        raise UnreadableFile(N_("There is no encoding called %(name)s."), name=encoding) from None
    text = SURROGATES.sub(UNREADABLE, text)
    if "\x00" in text:
        raise UnreadableFile(N_("This is not a text file. Save your table as CSV, in UTF-8 if you can choose."))
    return text, encoding


def decode_utf8(content: bytes) -> str:
    """The text of a file that has to be UTF-8. Raises UnreadableFile with the line of the first byte that is not."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFile(N_("this is not UTF-8"), line=content.count(b"\n", 0, error.start) + 1) from None
    if "\x00" in text:
        raise UnreadableFile(N_("this is not text"), line=text.count("\n", 0, text.index("\x00")) + 1)
    return text


def find_encoding(content: bytes) -> str:
    """The encoding the bytes are most likely in; they may end inside a character."""
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return encoding
    if b"\x00" in content:
        return _utf16_without_mark(content) or "utf-8"
    if _mostly_utf8(content):
        return "utf-8"
    for encoding, is_likely in ((KOREAN, _is_hangul), (CHINESE, _is_common_chinese)):
        text = _strictly(content, encoding)
        if text is not None and is_likely([character for character in text if not character.isascii()]):
            return encoding
    # Three megabytes, wanted only where an encoding has to be guessed.
    from charset_normalizer import from_bytes

    best = from_bytes(content[:MOST_GUESSED], cp_isolation=list(OFFERED)).best()
    if best is not None:
        return best.encoding
    return next((name for name in OFFERED if _strictly(content, name) is not None), "utf-8")


def _utf16_without_mark(content: bytes) -> str | None:
    """The byte order in which the bytes have lines or columns; None if they are no UTF-16 text."""
    for encoding in ("utf-16-le", "utf-16-be"):
        text = content[: len(content) // 2 * 2].decode(encoding, errors="replace")
        if any(separator in text for separator in "\n,\t;|") and UNREADABLE not in text and "\x00" not in text:
            return encoding
    return None


def _is_hangul(characters: list[str]) -> bool:
    """Chinese bytes give Hangul too, but never for long nothing else."""
    hangul = sum(ord(character) in HANGUL for character in characters)
    return len(characters) >= ENOUGH and hangul >= MOSTLY * len(characters)


def _is_common_chinese(characters: list[str]) -> bool:
    """Text in another encoding, read as GB18030, is full of characters nobody writes. A general guess needs more text
    than a list of words has, and short lists are what people import."""
    common = sum(_is_in_everyday_gb2312(character) for character in characters)
    return bool(characters) and common >= MOSTLY_COMMON * len(characters)


def _is_in_everyday_gb2312(character: str) -> bool:
    """Whether it stands in GB 2312's first level of characters, or among its punctuation and full-width forms."""
    encoded = character.encode("gb2312", errors="ignore")
    return len(encoded) == 2 and (encoded[0] in GB2312_LEVEL_1 or encoded[0] in GB2312_MARKS)


def _strictly(content: bytes, encoding: str, *, whole: bool = False) -> str | None:
    try:
        return codecs.getincrementaldecoder(encoding)().decode(content, final=whole)
    except UnicodeDecodeError:
        return None


def _mostly_utf8(content: bytes) -> bool:
    """Whether nearly all lines with more than ASCII in them are UTF-8: a damaged line must not make the whole file
    look like another encoding."""
    lines = [line for line in content.split(b"\n") if not line.isascii()]
    good = sum(_strictly(line, "utf-8", whole=True) is not None for line in lines)
    return good >= MOSTLY * len(lines)
