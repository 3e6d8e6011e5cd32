"""Which files a text asks for."""

import re
from html import unescape
from urllib.parse import unquote

NAMED = re.compile(
    r"\[sound:([^\[\]\n]{1,300})\]|\]\(<?([^()<>\n]{1,300})|\bsrc\s*=\s*(?:\"([^\"]+)\"|'([^']+)'|([^\s>\"']+))"
)


def files_named(text: str) -> set[str]:
    """The names a field gives to pictures and sounds, as they are written and as they are meant; some are names of
    nothing."""
    if not ("src" in text or "[sound:" in text or "](" in text):
        return set()
    written = {name for found in NAMED.findall(text) for name in found if name}
    return {form for name in written for form in (name, unquote(name), unescape(name), unquote(unescape(name)))}
