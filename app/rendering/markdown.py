"""CommonMark with tables, mended for Chinese, Japanese and Korean text.

CommonMark decides whether `**` opens or closes by the spaces and punctuation around it, and East Asian text has no
spaces: `**中文。**下一句` stays literal. The rule here is that of the "CommonMark CJK-friendly emphasis" proposal: East
Asian punctuation does not count as punctuation, and an East Asian neighbour counts as a space. A line break between two
East Asian characters is no space either.
"""

import unicodedata
from collections.abc import Callable, Sequence

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml, isMdAsciiPunct, isPunctChar, isWhiteSpace
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline, image, link
from markdown_it.rules_inline.state_inline import Delimiter
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from app.rendering.code import COLOURED_IN_A_FIELD, highlight
from app.rendering.marks import Pieces

DEEPEST_NESTING = 20
MOST_LOOKS = 4_000
"""How often one text is looked through for a link or picture; a bracket costs two looks. What comes after is text."""
EMPHASIS_MARKS = "*_"
WIDE_SCRIPTS = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "IDEOGRAPHIC", "FULLWIDTH", "HALFWIDTH")
VARIATION_SELECTORS = range(0xFE00, 0xFE10)


def render_markdown(text: str, pieces: Pieces | None = None) -> str:
    """A block of Markdown as HTML. Raw HTML in it is shown as text; of what was taken out of it, what lies in code is
    put back."""
    return str(_MARKDOWN.render(text, {"pieces": pieces or Pieces()}))


def is_cjk(character: str) -> bool:
    """Whether a character belongs to Chinese, Japanese or Korean writing, their punctuation included."""
    if character < "ᄀ":
        return False
    if unicodedata.east_asian_width(character) in "WF":
        return not unicodedata.category(character).startswith("So")
    return unicodedata.name(character, "").startswith(WIDE_SCRIPTS)


def _emphasis(state: StateInline, silent: bool) -> bool:
    """Stands in for markdown-it's rule of the same name; what differs is only which runs may open and close."""
    marker = state.src[state.pos]
    if silent or marker not in EMPHASIS_MARKS:
        return False
    length = _run_length(state, marker)
    can_open, can_close = _flanking(state.src, state.pos, state.pos + length, marker)
    for _ in range(length):
        state.push("text", "", 0).content = marker
        state.delimiters.append(
            Delimiter(
                marker=ord(marker),
                length=length,
                token=len(state.tokens) - 1,
                end=-1,
                open=can_open,
                close=can_close,
            )
        )
    state.pos += length
    return True


def _run_length(state: StateInline, marker: str) -> int:
    end = state.pos
    while end < state.posMax and state.src[end] == marker:
        end += 1
    return end - state.pos


def _flanking(source: str, start: int, end: int, marker: str) -> tuple[bool, bool]:
    """Whether the run from start to end may open emphasis and whether it may close it (CommonMark 6.2)."""
    before, after = _character_before(source, start), source[end] if end < len(source) else " "
    space_before, space_after = (isWhiteSpace(ord(character)) for character in (before, after))
    cjk_before, cjk_after = is_cjk(before), is_cjk(after)
    mark_before = _is_punctuation(before) and not cjk_before
    mark_after = _is_punctuation(after) and not cjk_after
    left = not space_after and (not mark_after or space_before or mark_before or cjk_before)
    right = not space_before and (not mark_before or space_after or mark_after or cjk_after)
    if marker == "*":
        return left, right
    return left and (not right or _is_punctuation(before)), right and (not left or _is_punctuation(after))


def _character_before(source: str, position: int) -> str:
    """The character before a position, looking through the invisible selector of a glyph variant."""
    while position > 0 and ord(source[position - 1]) in VARIATION_SELECTORS:
        position -= 1
    return source[position - 1] if position > 0 else " "


def _is_punctuation(character: str) -> bool:
    return isMdAsciiPunct(ord(character)) or isPunctChar(character)


Rule = Callable[[StateInline, bool], bool]


def _within_bounds(rule: Rule, begins: str) -> Rule:
    """The rule for links or for pictures, until a text has been looked through for them often enough: one of nothing
    but `[` would be looked through to its end from each of them."""

    def bounded(state: StateInline, silent: bool) -> bool:
        if not state.src.startswith(begins, state.pos):
            return False
        state.env["looks"] = state.env.get("looks", 0) + 1
        return state.env["looks"] <= MOST_LOOKS and rule(state, silent)

    return bounded


class _Renderer(RendererHTML):
    def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        language = (tokens[idx].info.split() or [""])[0].lower()
        # One allowance for the whole text: the sanitiser counts the tags of all its blocks together.
        env["coloured"] = env.get("coloured", 0) + len(tokens[idx].content)
        code = env["pieces"].sources(tokens[idx].content)
        shown = highlight(code, language if env["coloured"] <= COLOURED_IN_A_FIELD else "")
        return f"<pre><code>{shown}</code></pre>\n"

    def code_block(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return f"<pre><code>{escapeHtml(env['pieces'].sources(tokens[idx].content))}</code></pre>\n"

    def code_inline(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return f"<code>{escapeHtml(env['pieces'].sources(tokens[idx].content))}</code>"

    def softbreak(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        before = next((tokens[i].content[-1] for i in range(idx - 1, -1, -1) if tokens[i].content), "")
        after = next((tokens[i].content[0] for i in range(idx + 1, len(tokens)) if tokens[i].content), "")
        return "" if before and after and is_cjk(before) and is_cjk(after) else "\n"


def _build() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False, "maxNesting": DEEPEST_NESTING}, renderer_cls=_Renderer)
    markdown.enable(["table", "strikethrough"])
    markdown.inline.ruler.at("emphasis", _emphasis)
    markdown.inline.ruler.at("link", _within_bounds(link, "["))
    markdown.inline.ruler.at("image", _within_bounds(image, "!["))
    return markdown


_MARKDOWN = _build()
