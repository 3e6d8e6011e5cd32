"""What HTML from a deck may contain. Everything that reaches a page has gone through here."""

import nh3

from app.rendering.code import CLASSES

LONGEST_FIELD = 2**20
MOST_TAGS = 5_000
"""The sanitiser's time grows with the square of the nesting: with more tags than this a field is shown as text."""

# Never svg or math: the sanitiser's own escapes of the last years all went through them.
TAGS = {
    *("a", "abbr", "b", "blockquote", "br", "caption", "code", "col", "colgroup", "dd", "del", "div", "dl", "dt", "em"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "rp", "rt"),
    *("ruby", "s", "samp", "small", "span", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead"),
    *("tr", "u", "ul", "var"),
}
ATTRIBUTES = {
    "*": {"lang", "dir"},
    "a": {"href", "title"},
    "abbr": {"title"},
    "ol": {"start"},
    "td": {"colspan", "rowspan", "align"},
    "th": {"colspan", "rowspan", "align", "scope"},
}


def clean(html: str) -> str:
    """The HTML with only what is allowed left in it."""
    if len(html) > LONGEST_FIELD or html.count("<") > MOST_TAGS:
        return f"<p>{nh3.clean_text(html[:LONGEST_FIELD])}</p>"
    return nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        allowed_classes={"span": {"cloze", *CLASSES.values()}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
