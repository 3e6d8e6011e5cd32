"""What was expected of a learner's latest reviews, and what came."""

from dataclasses import dataclass

from app.database import db
from app.models import Stage
from app.pages.charts import Axis, axis_over
from app.pages.language import _
from app.pages.progress_views import View
from app.pages.words import number, percent
from app.progress import Foreseen, foreseen_of

FEW = 100
"""Below so many reviews a group holds a handful, and its share says little."""


@dataclass(frozen=True)
class Foresight:
    """Sentences, the rows of a table (whose reviews, how many, expected, recalled), and the edges of the picture."""

    foreseen: Foreseen
    finding: str
    judgement: str
    rows: list[tuple[str, Foreseen]]
    axis: Axis


def foresight(view: View) -> Foresight | None:
    """None: nothing was repeated yet in this view."""
    foreseen = foreseen_of(db.session, view.scope, view.span)
    if not foreseen.count:
        return None
    stages = [(_("Young cards"), foreseen.of_stage(Stage.YOUNG)), (_("Mature cards"), foreseen.of_stage(Stage.MATURE))]
    rows = [(name, some) for name, some in [*stages, (_("All"), foreseen)] if some.count]
    shares = [share for bin in foreseen.bins for share in (bin.predicted, bin.recalled)]
    return Foresight(foreseen, _finding(foreseen), _judgement(foreseen), rows, axis_over([1.0, *shares]))


def _finding(foreseen: Foreseen) -> str:
    told = {"predicted": percent(foreseen.expected), "aimed": percent(foreseen.aimed)}
    if foreseen.count == 1:
        return _("One review so far: %(predicted)s was predicted, and the aim was %(aimed)s.", **told)
    words = _("You recalled %(recalled)s of your last %(n)s reviews; %(predicted)s was predicted, the aim %(aimed)s.")
    return words % {"recalled": percent(foreseen.recalled), "n": number(foreseen.count), **told}


def _judgement(foreseen: Foreseen) -> str:
    told = {"points": number(round(100 * foreseen.gap)), "brier": number(round(foreseen.brier, 3))}
    words = _("Group by group, prediction and recall are %(points)s percentage points apart on average.", **told)
    score = _("The Brier score is %(brier)s: 0 is perfect foresight, 0.25 no better than a coin.", **told)
    chance = [_("With so few reviews much of that may be chance.")] if foreseen.count < FEW else []
    return " ".join([words, score, *chance])
