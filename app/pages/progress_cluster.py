"""The Kubernetes cluster as a picture of what its learner would recall: one for each edition they follow."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from flask import url_for

from app.models import Deck
from app.models.note import tag_key
from app.pages.cluster_drawing import NARROW, WIDE, Drawing, drawn
from app.pages.cluster_map import AREAS, KUBERNETES, Area, Part, parts_of
from app.pages.language import _, language, ngettext
from app.pages.progress_views import View
from app.pages.words import number, percent
from app.progress import Mastery, Share

LEVELS = 5
TOPICS = {area.topic for area in AREAS if area.topic} | {KUBERNETES}

drawing_of = cache(drawn)


@dataclass(frozen=True, slots=True)
class Shown:
    """A part or an area of the cluster. `url`: where just that is studied; None: the learner follows no card of it."""

    name: str
    share: Share
    url: str | None

    @property
    def level(self) -> int:
        """How full it is drawn: 0 for nothing, 1 for up to a fifth, and so on."""
        return level_of(self.share)

    @property
    def words(self) -> str:
        """What it is to whoever points at it, or hears it."""
        share = self.share
        numbers = {"recalled": number(round(share.recalled)), "cards": number(share.cards), "met": number(share.met)}
        return _(
            "%(name)s %(percent)s: about %(recalled)s of %(cards)s cards today, %(met)s met",
            name=self.name,
            percent=percent(share.part),
            **numbers,
        )


@dataclass(frozen=True)
class Cluster:
    """One edition, by the decks of it that the learner follows; `top`: the one that holds them all, if it is followed
    too."""

    decks: list[Any]
    mastery: Mastery
    drawings: tuple[Drawing, ...] = field(default_factory=lambda: (drawing_of(WIDE), drawing_of(NARROW)))
    _parts: dict[str, Shown] = field(default_factory=dict)

    @property
    def top(self) -> Deck | None:
        return next((deck for deck in self.decks if deck.guid == KUBERNETES), None)

    @property
    def language(self) -> str:
        return str(self.decks[0].language)

    @property
    def name(self) -> str:
        return str(self.decks[0].path.partition("::")[0])

    @property
    def words(self) -> str:
        """What the picture shows, in a sentence."""
        share = self.mastery.of_decks(deck.id for deck in self.decks)
        return ngettext(
            "%(name)s: you would recall about %(recalled)s of %(cards)s card today",
            "%(name)s: you would recall about %(recalled)s of %(cards)s cards today",
            share.cards,
            name=self.name,
            recalled=number(round(share.recalled)),
            cards=number(share.cards),
        )

    def part(self, part: Part) -> Shown:
        """A part as it is shown: in both drawings and in the table."""
        if part.tag not in self._parts:
            self._parts[part.tag] = self._part(part)
        return self._parts[part.tag]

    def _part(self, part: Part) -> Shown:
        share = self.mastery.of_tag(tag_key(part.tag), [deck.id for deck in self.decks])
        inside = self.top.id if self.top else None
        url = url_for("study.study_page", deck=inside, tag=part.tag) if share.cards else None
        return Shown(_(part.name), share, url)

    def area(self, area: Area) -> Shown:
        deck = next((deck for deck in self.decks if deck.guid == area.topic), None)
        share = self.mastery.of_decks([deck.id]) if deck else Share()
        return Shown(_(area.name), share, url_for("study.study_page", deck=deck.id) if deck else None)

    @property
    def extremes(self) -> str | None:
        """Which area is known best and which least; None where that says nothing."""
        areas = [self.area(area) for area in AREAS if area.topic]
        areas = sorted((one for one in areas if one.share.cards), key=lambda one: one.share.part)
        if len(areas) < 2 or not areas[-1].level:
            return None
        least, best = areas[0], areas[-1]
        return _(
            "Known best: %(best)s (%(high)s). Known least: %(least)s (%(low)s).",
            best=best.name,
            high=percent(best.share.part),
            least=least.name,
            low=percent(least.share.part),
        )

    @property
    def rows(self) -> Iterator[tuple[bool, Shown]]:
        """What the picture shows, for a table: each area, then its parts."""
        for area in AREAS:
            if area.topic:
                yield True, self.area(area)
            for part in parts_of(area):
                yield not area.topic, self.part(part)


def clusters_of(view: View, mastery: Mastery) -> list[Cluster]:
    """A picture for each edition that the view is about, the reader's language first; none for a tag."""
    editions: dict[str, list[Any]] = {}
    for deck in view.decks if view.scope.tag is None else ():
        if deck.owner_id is None and deck.guid in TOPICS and deck.id in view.scope.deck_ids:
            editions.setdefault(deck.language, []).append(deck)
    clusters = [Cluster(decks, mastery) for decks in editions.values()]
    return sorted(clusters, key=lambda cluster: (cluster.language != language(), cluster.language))


def level_of(share: Share) -> int:
    return 0 if share.part < 0.005 else 1 + min(LEVELS - 1, int(share.part * LEVELS))
