"""The topics of what a learner studies, decks and tags as trees, each with how much of it would be recalled today."""

from dataclasses import dataclass, field

from flask import url_for

from app.pages.language import _, ngettext
from app.pages.pictures import Column, Columns, Series
from app.pages.progress_views import View
from app.pages.words import number, percent
from app.progress import Mastery, Retrievability, Share
from app.progress.retrievability import TWENTIETHS

SURE = 0.9
"""What SM-2's intervals, and FSRS's unless told otherwise, bring a card back at."""
MOST_TAGS = 1_000
TICK_EVERY = 5


@dataclass(slots=True)
class Topic:
    """A deck or a tag. `name`: without what it lies in; `url`: where just that is studied; `inside`: what lies in it,
    whose cards are among its own."""

    name: str
    share: Share
    url: str
    language: str | None = None
    inside: list["Topic"] = field(default_factory=list)


def deck_topics(view: View, mastery: Mastery) -> list[Topic]:
    """The decks of the view, each with those inside it."""
    topics: dict[int, Topic] = {}
    decks = [deck for deck in view.decks if deck.id in view.scope.deck_ids]
    for deck in decks:
        inside = deck.parent_id in view.scope.deck_ids
        url = url_for("study.study_page", deck=deck.id, tag=view.scope.tag)
        share = mastery.of_decks([deck.id])
        topics[deck.id] = Topic(deck.name if inside else deck.path, share, url, deck.language)
    tops = [topics[deck.id] for deck in decks if deck.parent_id not in topics]
    for deck in decks:
        if deck.parent_id in topics:
            topics[deck.parent_id].inside.append(topics[deck.id])
    for topic in tops:
        _add_up(topic)
    return [topic for topic in tops if topic.share.cards]


def _add_up(topic: Topic) -> Share:
    """Gives each deck what those inside it have too, and leaves out those without a card."""
    topic.share = sum(map(_add_up, topic.inside), topic.share)
    topic.inside = [one for one in topic.inside if one.share.cards]
    return topic.share


def tag_topics(view: View, mastery: Mastery) -> list[Topic]:
    """The tags of the view's cards, each with those below it; at most MOST_TAGS of them."""
    topics: dict[str, Topic] = {}
    tops: list[Topic] = []
    for key, share in list(mastery.tags.items())[:MOST_TAGS]:
        above = key[:-2].rpartition("::")[0] + "::"
        written = mastery.names.get(key, key[:-2])
        url = url_for("study.study_page", tag=written, deck=view.scope.deck_id)
        topics[key] = Topic(written.rpartition("::")[2] if above in topics else written, share, url)
        (topics[above].inside if above in topics else tops).append(topics[key])
    return tops


def known_today(share: Share) -> str:
    """The finding of the page, in a sentence."""
    return ngettext(
        "You would recall about %(recalled)s of %(cards)s card today.",
        "You would recall about %(recalled)s of %(cards)s cards today.",
        share.cards,
        recalled=number(round(share.recalled)),
        cards=number(share.cards),
    )


def chances(found: Retrievability) -> Columns:
    """How many of the cards met would be recalled with which probability."""
    met, sure = sum(found.twentieths), sum(found.twentieths[round(SURE * TWENTIETHS) :])
    finding = ngettext(
        "Of %(met)s card met, you would recall %(sure)s with a probability of %(high)s or more.",
        "Of %(met)s cards met, you would recall %(sure)s with a probability of %(high)s or more.",
        met,
        met=number(met),
        sure=number(sure),
        high=percent(SURE),
    )
    columns = tuple(
        Column(
            _("%(low)s to %(high)s", low=percent(place / TWENTIETHS), high=percent((place + 1) / TWENTIETHS)),
            percent(place / TWENTIETHS) if place % TICK_EVERY == 0 or place == TWENTIETHS - 2 else "",
            (cards,),
        )
        for place, cards in enumerate(found.twentieths)
    )
    return Columns(finding, _("Probability of recall"), (Series(_("Cards"), "bar now"),), columns)
