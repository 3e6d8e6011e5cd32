"""Which language a page speaks, and its sentences."""

import gettext as catalogues
import io
from functools import cache
from pathlib import Path

from babel import Locale
from babel.numbers import format_decimal
from flask import Flask, g, request, session
from flask_login import current_user

from app.errors import filled

LANGUAGES = {"en": "English", "zh-Hans": "简体中文"}
CARD_LANGUAGES = {
    **LANGUAGES,
    "zh-Hant": "繁體中文",
    "ja": "日本語",
    "ko": "한국어",
    "de": "Deutsch",
    "es": "Español",
    "fr": "Français",
    "it": "Italiano",
    "pt": "Português",
    "ru": "Русский",
    "la": "Latina",
}
"""The languages a card's side can be said to be in, each by its own name."""
FOLDER = Path(__file__).parent.parent / "translations"
CHINESE = ("zh", "zh-Hans", "zh-CN", "zh-SG", "zh-Hant", "zh-TW", "zh-HK")


def init_app(app: Flask) -> None:
    """Gives the templates their sentences."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda message: _translations(language()).gettext(message),
        ngettext=lambda one, many, n: _translations(language()).ngettext(one, many, n),
        newstyle=True,
    )
    app.jinja_env.globals.update(language=language, apart=apart, LANGUAGES=LANGUAGES)


def language() -> str:
    """The reader's language: what the learner chose, what this browser chose, what the browser asks for."""
    if "language" not in g:
        chosen = current_user.language if current_user.is_authenticated else None
        g.language = next((one for one in (chosen, session.get("language")) if one in LANGUAGES), None) or asked_for()
    return str(g.language)


def apart() -> str:
    """What stands between two sentences: nothing in Chinese, whose full stop has its room in itself."""
    return "" if language() == "zh-Hans" else " "


def asked_for() -> str:
    """The language the browser asks for, among those there are."""
    match = request.accept_languages.best_match(["en", *CHINESE], default="en")
    return "zh-Hans" if match in CHINESE else "en"


def locale() -> Locale:
    """For dates and numbers."""
    return _locale(language())


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(language.replace("-", "_"))


def _(message: str, **places: object) -> str:
    """The message in the reader's language, its places filled."""
    catalogue = _translations(language())
    return filled(catalogue.gettext(message), places, catalogue.gettext(", "))


def ngettext(one: str, many: str, n: int, **places: object) -> str:
    """The message for this number, with `%(num)s` filled as the language writes numbers, and its other places."""
    number = format_decimal(n, locale=locale())
    return _translations(language()).ngettext(one, many, n) % {"num": number, **places}


@cache
def _translations(language: str) -> catalogues.NullTranslations:
    """The catalogue of a language. It is read as its translators wrote it: a compiled copy could lag behind."""
    path = FOLDER / f"{language}.po"
    if not path.exists():
        return catalogues.NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language.replace("-", "_")))
    compiled.seek(0)
    return catalogues.GNUTranslations(compiled)
