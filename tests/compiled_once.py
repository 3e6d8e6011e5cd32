"""What all apps of a run share: every test makes an app, and compiling its templates, statements and addresses anew was
more than half of the time of `make test`. What a served app does is the same; it only does it once."""

from collections.abc import Callable, Iterator, MutableMapping
from functools import cache
from typing import Any

import sqlalchemy as sa
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule


class Templates(BytecodeCache):
    """The compiled templates by what is in them."""

    def __init__(self) -> None:
        self.compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.compiled:
            bucket.bytecode_from_string(self.compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.compiled[bucket.key] = bucket.bytecode_to_string()


class Statements(MutableMapping[tuple[Any, ...], Any]):
    """The compiled statements of all engines of one dialect. SQLAlchemy's keys begin with the dialect, of which each
    engine has its own."""

    def __init__(self) -> None:
        self.compiled: dict[tuple[Any, ...], Any] = {}

    def __getitem__(self, key: tuple[Any, ...]) -> Any:
        return self.compiled[key[1:]]

    def __setitem__(self, key: tuple[Any, ...], value: Any) -> None:
        self.compiled[key[1:]] = value

    def __delitem__(self, key: tuple[Any, ...]) -> None:
        del self.compiled[key[1:]]

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return iter(self.compiled)

    def __len__(self) -> int:
        return len(self.compiled)


TEMPLATES = Templates()


@cache
def statements_of(dialect: str) -> Statements:
    """What was compiled for the engines of this name."""
    return Statements()


def share(app: Flask) -> None:
    """Lets this app use what others compiled, and them what it compiles."""
    app.jinja_env.bytecode_cache = TEMPLATES
    engine: sa.Engine = app.extensions["engine"]
    engine.update_execution_options(compiled_cache=statements_of(engine.dialect.name))


def share_addresses() -> None:
    """Lets the rules of all apps share the functions that write their addresses: Werkzeug makes two for each of its
    rules, out of nothing but the rule's text and defaults."""
    made: dict[tuple[str, str, bool], Callable[..., tuple[str, str]]] = {}
    make = Rule._compile_builder

    def once(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = (rule.rule, repr(rule.defaults), append_unknown)
        if key not in made:
            made[key] = make(rule, append_unknown)
        return made[key]

    Rule._compile_builder = once  # type: ignore[method-assign]
