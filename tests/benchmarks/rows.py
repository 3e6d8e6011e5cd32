"""The SQL that makes the built rows: arithmetic on a row's number, so that every build makes the same collection.

Both engines run the same statements; what they spell differently is in `Dialect`. Rows are made inside the database,
because sending millions of them to it would take longer than everything that is measured.
"""

from dataclasses import dataclass

from app.models import Stage
from app.scheduling import MATURE_INTERVAL
from tests.benchmarks.patterns import LONG, SHORT, pattern

DAY_MS = 86_400_000
HISTORY = 81
"""The square of the last answer's number: the time between answers grows as that number does."""


@dataclass(frozen=True)
class Dialect:
    """How an engine spells a series of numbers, a JSON value and a fresh id."""

    name: str
    uuid: str

    def numbers(self, count: int) -> str:
        """A table `n` with the column `i`, from 0 up."""
        if self.name == "postgresql":
            return f"(SELECT i FROM generate_series(0::bigint, {count - 1}) AS s(i)) AS n"
        series = f"WITH RECURSIVE s(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM s WHERE i < {count - 1})"
        return f"({series} SELECT i FROM s) AS n"

    def json(self, text: str) -> str:
        return f"CAST({text} AS json)" if self.name == "postgresql" else text


SQLITE = Dialect("sqlite", "randomblob(16)")
POSTGRESQL = Dialect("postgresql", "gen_random_uuid()")


@dataclass(frozen=True)
class Met:
    """Cards met: how many, and for row number `i` which learner, deck and card, as SQL. `answers`: 10 or 1 a card;
    `due_tenths`: how many of ten are due; `queue`: the day the queue shows a card, if a mark moved it."""

    count: int
    user: str
    deck: str
    card: str
    answers: int = 10
    due_tenths: int = 1
    queue: str = "due_day"


def pattern_tables() -> list[str]:
    """Temporary tables of what the patterns come to: a row a pattern, and a row an answer of one."""
    outcomes, answers = [], []
    for number, grades in enumerate([*LONG, *SHORT]):
        made = pattern(grades)
        outcomes.append(f"({number}, {made.repetitions}, {made.interval}, {made.ease}, {made.lapses})")
        answers += [f"({number}, {j}, {grade})" for j, grade in enumerate(made.grades)]
    return [
        "CREATE TEMPORARY TABLE outcomes"
        " (pattern INTEGER PRIMARY KEY, repetitions INTEGER, interval INTEGER, ease INTEGER, lapses INTEGER)",
        f"INSERT INTO outcomes VALUES {', '.join(outcomes)}",
        "CREATE TEMPORARY TABLE given (pattern INTEGER, j INTEGER, grade INTEGER, PRIMARY KEY (pattern, j))",
        f"INSERT INTO given VALUES {', '.join(answers)}",
    ]


def _met(dialect: Dialect, met: Met, today: int) -> str:
    """A row for each card met, with when it was answered last and over how many days its history goes."""
    which = f"i % {len(LONG)}" if met.answers > 1 else str(len(LONG))
    numbered = f"SELECT i, {met.user} AS user_id, {met.deck} AS deck_id, {met.card} AS card_id, {which} AS pattern"
    elapsed = (
        f"CASE WHEN interval < 2 THEN 1 WHEN (i / {len(LONG)}) % 10 < {met.due_tenths} THEN interval + i % 3"
        " ELSE 1 + (i * 7919) % (interval - 1) END"
    )
    return (
        f"SELECT c.i, c.user_id, c.deck_id, c.card_id, c.pattern, o.repetitions, o.interval, o.ease, o.lapses,"
        f" {today} - ({elapsed}) AS last_day, 200 + (c.i * 613) % 1000 AS span"
        f" FROM ({numbered} FROM {dialect.numbers(met.count)}) AS c JOIN outcomes AS o ON o.pattern = c.pattern"
    )


def memories(dialect: Dialect, met: Met, today: int) -> str:
    """The memories: each is the fold of the reviews below."""
    columns = "user_id, card_id, deck_id, repetitions, interval, ease, lapses, last_day"
    queue = met.queue.format(today=today).replace("due_day", "last_day + interval")
    return (
        f"INSERT INTO memories ({columns}, due_day, queue_day, drill_day, drill_at, answers)"
        f" SELECT {columns}, last_day + interval, {queue}, NULL, NULL, {met.answers}"
        f" FROM ({_met(dialect, met, today)}) AS m"
    )


def _answers(dialect: Dialect, met: Met, today: int) -> str:
    """A row for each answer. Decks are studied one after another, so a deck's answers fall into two hours of a day."""
    last = met.answers - 1
    day = f"m.last_day - m.span * ({last * last} - {{0}} * {{0}}) / {HISTORY}"
    gap = f"({day.format('g.j')}) - ({day.format('(g.j - 1)')})"
    return (
        "SELECT m.user_id, m.card_id, m.deck_id, g.grade, m.i, g.j,"
        f" {day.format('g.j')} AS day, CASE WHEN g.j = 0 THEN {int(Stage.NEW)}"
        f" WHEN {gap} >= {MATURE_INTERVAL} THEN {int(Stage.MATURE)} ELSE {int(Stage.YOUNG)} END AS stage,"
        " 7 + (m.deck_id % 20) * 13 / 20 + CASE WHEN (m.i + g.j) % 3 = 0 THEN 1 ELSE 0 END AS hour,"
        " 2000 + (m.i * 7 + g.j * 911) % 12000 AS took_ms"
        f" FROM ({_met(dialect, met, today)}) AS m JOIN given AS g ON g.pattern = m.pattern"
    )


def reviews(dialect: Dialect, met: Met, today: int) -> str:
    """The log."""
    at = f"day * {DAY_MS} + hour * 3600000 + (i * 37 + j) % 3600 * 1000"
    return (
        "INSERT INTO reviews (user_id, card_id, id, deck_id, kind, day, hour, at, grade, took_ms)"
        f" SELECT user_id, card_id, {dialect.uuid}, deck_id, 1, day, hour, {at}, grade, took_ms"
        f" FROM ({_answers(dialect, met, today)}) AS a"
    )


def summaries(dialect: Dialect, met: Met, today: int) -> str:
    """The days added up, from the same rows the log is made of."""
    key = "user_id, day, deck_id, hour"
    return (
        f"INSERT INTO daily_summaries ({key}, kind, grade, stage, first, answers, took_ms)"
        f" SELECT {key}, 1, grade, stage, TRUE, count(*), sum(took_ms)"
        f" FROM ({_answers(dialect, met, today)}) AS a GROUP BY {key}, grade, stage"
    )


def users(dialect: Dialect, count: int, password_hash: str, today: int) -> str:
    """Learners `learner-1` and so on, who began four years ago and were last here yesterday."""
    since, seen = (today - 1500) * DAY_MS, (today - 1) * DAY_MS
    return (
        "INSERT INTO users (id, name, name_key, password_hash, is_admin, language, time_zone, day_starts_at, theme,"
        " single_key_shortcuts, answer_mode, drill_after, new_per_day, standing, created_at, seen_at, last_day)"
        f" SELECT i + 1, 'learner-' || (i + 1), 'learner-' || (i + 1), '{password_hash}', FALSE, 'en', 'UTC', 4,"
        f" 'auto', TRUE, 4, 5, 20, 0, {since}, {seen}, {today - 1} FROM {dialect.numbers(count)}"
    )


def decks(dialect: Dialect, count: int, after: int = 0) -> str:
    """Decks of the first learner's, with ids after those there are."""
    return (
        "INSERT INTO decks (id, owner_id, guid, language, name, description, license, place, published, order_version,"
        " created_at, audience)"
        f" SELECT i + {after + 1}, 1, 'deck-' || (i + {after + 1}), 'en', 'Subject ' || (i + {after + 1}), '', '',"
        f" i, TRUE, 1, 0, 0 FROM {dialect.numbers(count)}"
    )


def notes_and_cards(dialect: Dialect, count: int, deck: str, position: str, after: int = 0) -> list[str]:
    """Notes with a tag and a card each, numbered after those there are; `deck` and `position` are SQL on the row
    number `i`."""
    # A word in Chinese in every seventh note; ten tags.
    chinese = "CASE WHEN i % 7 = 0 THEN ' 容器编排如何运行第 ' || i || ' 部分？' ELSE '' END"
    question = "'What does *part ' || i || '* of `system-' || (i % 97) || '` answer for?' || " + chinese
    answer = "'It keeps **record ' || i || '** in order:\\n\\n- reads it on start\\n- writes it on `stop`'"
    fields = dialect.json(f"""'["' || {question} || '", "' || {answer} || '"]'""")
    languages = dialect.json("""'["en", "en"]'""")
    tags = dialect.json("""'["Subject::part-' || (i % 10) || '"]'""")
    note = (
        "INSERT INTO notes (id, owner_id, note_type_id, guid, language, format, fields, field_languages, tags, source,"
        f" quote, created_at, changed_at) SELECT i + {after + 1}, 1, (SELECT id FROM note_types WHERE kind = 'basic'"
        f" AND owner_id IS NULL), 'note-' || (i + {after + 1}), 'en', 'markdown', {fields}, {languages}, {tags},"
        f" '', '', 0, 0 FROM {dialect.numbers(count)}"
    )
    card = (
        "INSERT INTO cards (id, deck_id, note_id, ordinal, position, retired)"
        f" SELECT i + {after + 1}, {deck}, i + {after + 1}, 0, {position}, FALSE FROM {dialect.numbers(count)}"
    )
    tag = (
        "INSERT INTO note_tags (owner_id, key, note_id, tag) SELECT 1, 'subject::part-' || (i % 10) || '::',"
        f" i + {after + 1}, 'Subject::part-' || (i % 10) FROM {dialect.numbers(count)}"
    )
    waiting = f"INSERT INTO unindexed_notes (owner_id, first_id, last_id) VALUES (1, {after + 1}, {after + count})"
    return [note, card, tag, waiting]


def follows(dialect: Dialect, count: int, user: str, deck: str, place: str, new_from: str, new_per_day: int) -> str:
    """Follows whose cursor stands behind the cards met; the SQL is on the row number `i`."""
    return (
        "INSERT INTO follows (user_id, deck_id, place, new_per_day, new_order, review_order, new_from, order_seen,"
        " followed_at)"
        f" SELECT {user}, {deck}, {place}, {new_per_day}, 0, 0, {new_from}, 1, 0 FROM {dialect.numbers(count)}"
    )
