"""Splits the tables of learners' own rows by learner: hash partitions in PostgreSQL (docs/scaling.md says when)."""

import time

import sqlalchemy as sa
from sqlalchemy.schema import AddConstraint, CreateIndex, CreateTable, DropTable

from app.errors import Refused

KEY = "user_id"
LOCKED_WITHIN_MS, TRIES, PAUSE_S = 500, 40, 0.5
TIMED_OUT = "57014"


def learners_tables(metadata: sa.MetaData) -> list[sa.Table]:
    """The tables that can be split: their primary key begins with the learner."""
    return [table for table in metadata.sorted_tables if [*table.primary_key.columns.keys(), ""][0] == KEY]


def partitions_schema(connection: sa.Connection) -> str:
    """The schema the partitions are kept in. Not the app's own: there the tables are those the models name, to
    migrations, to comparisons and to people."""
    return f"{connection.scalar(sa.select(sa.func.current_schema()))}_partitions"


def partition(connection: sa.Connection, metadata: sa.MetaData, parts: int) -> dict[str, int]:
    """Splits every table of learners' own rows that is not split yet into that many hash partitions.

    Returns how many rows each of them holds; nothing if all were split before. Happens in the connection's transaction,
    and whoever reads or writes meanwhile waits for its end and goes on with the new tables. Raises Refused if the
    database is not PostgreSQL, has other columns than the models, or lets nobody have it alone.
    """
    if connection.dialect.name != "postgresql":
        raise Refused(
            "Only PostgreSQL can partition tables, and this database is %(name)s.", name=connection.dialect.name
        )
    if not _whole_tables(connection, metadata):
        return {}
    _lock(connection, metadata)
    # Another process may have split them while this one waited.
    return {table.name: _split(connection, table, parts) for table in _whole_tables(connection, metadata)}


def _whole_tables(connection: sa.Connection, metadata: sa.MetaData) -> list[sa.Table]:
    split = set(connection.scalars(sa.text("SELECT partrelid::regclass::text FROM pg_partitioned_table")))
    return [table for table in learners_tables(metadata) if table.name not in split]


def _lock(connection: sa.Connection, metadata: sa.MetaData) -> None:
    """Takes the tables, and those they point to (dropping a foreign key needs them too), from everybody else.

    All or none, soon or not at all: who holds some and waits for others makes a deadlock with a transaction that does
    the same the other way round, and the database ends it by failing one of the two, an answer perhaps. It looks for
    deadlocks after a second, so by then the locks have been given back.
    """
    tables = learners_tables(metadata)
    pointed_to = [key.column.table for table in tables for key in table.foreign_keys]
    names = ", ".join(sorted({table.name for table in [*tables, *pointed_to]}))
    for _ in range(TRIES):
        try:
            with connection.begin_nested():
                connection.execute(sa.text(f"SET LOCAL statement_timeout = {LOCKED_WITHIN_MS}"))
                connection.execute(sa.text(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE"))
                # Copying takes as long as it takes.
                connection.execute(sa.text("SET LOCAL statement_timeout = 0"))
            return
        except sa.exc.OperationalError as error:
            if getattr(error.orig, "sqlstate", None) != TIMED_OUT:
                raise
            time.sleep(PAUSE_S)
    raise Refused("Something keeps the tables busy, a backup perhaps. Nothing was changed; try again later.")


def _split(connection: sa.Connection, table: sa.Table, parts: int) -> int:
    """Puts a partitioned table with the same rows and names in the place of a table; how many rows."""
    if {column["name"] for column in sa.inspect(connection).get_columns(table.name)} != set(table.columns.keys()):
        raise Refused("The table %(name)s has other columns than Cardlet knows. Nothing was changed.", name=table.name)
    home = connection.scalar(sa.select(sa.func.current_schema()))
    new = _partitioned_copy(table, partitions_schema(connection))
    _create(connection, new, parts)
    connection.execute(sa.insert(new).from_select(table.columns.keys(), sa.select(table)))
    rows, copied = (connection.scalar(sa.select(sa.func.count()).select_from(each)) or 0 for each in (table, new))
    if rows != copied:
        raise Refused("Of %(rows)s rows only %(copied)s would have come along.", rows=rows, copied=copied)
    # After the rows: building an index and checking a foreign key once is faster than at every row.
    for index in sorted(new.indexes, key=lambda index: str(index.name)):
        connection.execute(CreateIndex(index))
    for constraint in new.foreign_key_constraints:
        connection.execute(AddConstraint(constraint))
    connection.execute(DropTable(table))
    connection.execute(sa.text(f'ALTER TABLE "{new.schema}".{new.name} SET SCHEMA "{home}"'))
    # The database gathers statistics on partitions by itself, but never on the table they make up.
    connection.execute(sa.text(f"ANALYZE {table.name}"))
    return rows


def _partitioned_copy(table: sa.Table, schema: str) -> sa.Table:
    """The same table in another schema, split by learner; it still points to the tables where they are."""
    for index in table.indexes:
        # See `only_where`.
        index.kwargs.update(index.info)
    apart = sa.MetaData()
    for key in table.foreign_keys:
        if key.column.table.name not in apart.tables:
            key.column.table.to_metadata(apart)
    copy = table.to_metadata(apart, schema=schema, referred_schema_fn=lambda *_: None)
    copy.kwargs["postgresql_partition_by"] = f"HASH ({KEY})"
    return copy


def _create(connection: sa.Connection, table: sa.Table, parts: int) -> None:
    connection.execute(sa.text(f'CREATE SCHEMA IF NOT EXISTS "{table.schema}"'))
    connection.execute(CreateTable(table, include_foreign_key_constraints=[]))
    name = f'"{table.schema}".{table.name}'
    for part in range(parts):
        values = f"FOR VALUES WITH (MODULUS {parts}, REMAINDER {part})"
        connection.execute(sa.text(f"CREATE TABLE {name}_{part} PARTITION OF {name} {values}"))
