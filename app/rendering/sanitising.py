"""What HTML from a deck may contain. Everything that reaches a page has gone through here."""

import nh3

from app.rendering.code import CLASSES

LONGEST_FIELD = 2**20
MOST_TAGS = 5_000
"""The sanitiser's time grows with the square of the nesting: with more tags than this a field is shown as text."""

# Never svg or math: the sanitiser's own escapes of the last years all went through them.
TAGS = {
    *("a", "abbr", "b", "blockquote", "br", "caption", "code", "col", "colgroup", "dd", "del", "div", "dl", "dt", "em"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "rp"),
    *("rt", "ruby", "s", "samp", "small", "span", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th"),
    *("thead", "tr", "u", "ul", "var"),
}
ATTRIBUTES = {
    "*": {"lang", "dir"},
    "a": {"href", "title"},
    "abbr": {"title"},
    # Only a name or an address: what it becomes is made anew, never this tag.
    "img": {"src", "alt"},
    "ol": {"start"},
    "td": {"colspan", "rowspan", "align"},
    "th": {"colspan", "rowspan", "align", "scope"},
}
MADE_BY_TEMPLATES = {"details", "summary"}
FRAMED_TAGS = {"article", "center", "figcaption", "figure", "footer", "header", "section"}
STYLED = {"class", "id", "style"}
WEIGHED = ("b", "strong", "i", "em", "span")
"""What in a pasted text may be bold or slanted by its style, or not be so in spite of its name."""
OWN_CLASSES = {"span": {"cloze", *CLASSES.values()}, "details": {"hint"}}
SCHEMES = {"http", "https", "mailto"}
LINK_REL = "noopener noreferrer nofollow"


def clean(html: str) -> str:
    """The HTML of a field with only what is allowed left in it."""
    if _is_too_much(html):
        return f"<p>{nh3.clean_text(html[:LONGEST_FIELD])}</p>"
    return nh3.clean(
        html, tags=TAGS, attributes=ATTRIBUTES, allowed_classes=OWN_CLASSES, url_schemes=SCHEMES, link_rel=LINK_REL
    )


def clean_card(html: str, *, framed: bool) -> str:
    """The same for a side made by a template. In a frame of its own a card may be styled as its author likes."""
    if _is_too_much(html):
        return f"<p>{nh3.clean_text(html[:LONGEST_FIELD])}</p>"
    if framed:
        everywhere = {**ATTRIBUTES, "*": ATTRIBUTES["*"] | STYLED}
        tags = TAGS | MADE_BY_TEMPLATES | FRAMED_TAGS
        return nh3.clean(html, tags=tags, attributes=everywhere, url_schemes=SCHEMES, link_rel=LINK_REL)
    return nh3.clean(
        html,
        tags=TAGS | MADE_BY_TEMPLATES,
        attributes=ATTRIBUTES,
        allowed_classes=OWN_CLASSES,
        url_schemes=SCHEMES,
        link_rel=LINK_REL,
    )


def clean_pasted(html: str) -> str:
    """HTML from elsewhere, well-formed, with what its words could be seen to mean and nothing else."""
    if _is_too_much(html):
        return nh3.clean_text(html[:LONGEST_FIELD])
    kept = {"a": {"href"}, "p": {"class"}, **{tag: {"style"} for tag in WEIGHED}}
    unseen = {"head", "script", "style", "title", "template", "xml"}
    return nh3.clean(
        html,
        tags=TAGS,
        attributes=kept,
        clean_content_tags=unseen,
        filter_style_properties={"font-weight", "font-style"},
        url_schemes=SCHEMES,
        link_rel=None,
    )


def _is_too_much(html: str) -> bool:
    return len(html) > LONGEST_FIELD or html.count("<") > MOST_TAGS
