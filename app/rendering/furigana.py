"""Readings above Chinese characters: ` 漢字[かんじ]` as Anki writes them. A space begins what a reading belongs to."""

import re
from typing import Literal

Readings = Literal["ruby", "kanji", "kana"]
PAIR = re.compile(r" ?([^ \[\]\n]{1,60})\[(?!sound:)([^\[\]\n]{1,60})\]")
SHOWN: dict[Readings, str] = {
    "ruby": r"<ruby>\1<rp>(</rp><rt>\2</rt><rp>)</rp></ruby>",
    "kanji": r"\1",
    "kana": r"\2",
}


def with_readings(text: str, readings: Readings) -> str:
    """A piece of HTML without tags in it, its readings above, left out, or alone."""
    return PAIR.sub(SHOWN[readings], text) if "[" in text else text


def are_usual(language: str) -> bool:
    """Whether brackets after a word are its reading in texts of this language; elsewhere they are just brackets."""
    return language.partition("-")[0].lower() == "ja"
