"""Note types with templates and a style of their own, typed answers, pictures and sounds."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

NEW = {"templates": (sa.JSON, "[]"), "css": (sa.Text, "")}


def upgrade() -> None:
    for name, (kind, empty) in NEW.items():
        op.add_column("note_types", sa.Column(name, kind(), nullable=False, server_default=empty))
        if op.get_bind().dialect.name == "postgresql":
            # SQLite would have to make the table anew for that, and a default there does no harm.
            op.alter_column("note_types", name, server_default=None)
    op.add_column("note_types", sa.Column("guid", sa.String(600)))
    op.create_index("uq_note_types_owner_id_guid", "note_types", ["owner_id", "guid"], unique=True)
    _add_typed()
    _create_media()


def _add_typed() -> None:
    columns = (
        ("kind", sa.String),
        ("name", sa.String),
        ("field_names", sa.JSON),
        ("templates", sa.JSON),
        ("css", sa.Text),
    )
    note_types = sa.table("note_types", *(sa.column(name, kind) for name, kind in columns))
    typed = {"kind": "typed", "name": "Typed", "field_names": ["Question", "Answer"], "templates": [], "css": ""}
    # A step down leaves it where it is.
    if op.get_bind().scalar(sa.select(sa.func.count()).where(note_types.c.kind == "typed")) == 0:
        op.bulk_insert(note_types, [typed])


def _create_media() -> None:
    op.create_table(
        "media",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("content_type", sa.String(40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_media"),
    )
    op.create_table(
        "media_names",
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["digest"], ["media.digest"], name="fk_media_names_digest"),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name="fk_media_names_owner_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("owner_id", "name", name="pk_media_names"),
    )
    op.create_index("ix_media_names_digest", "media_names", ["digest"])


def downgrade() -> None:
    """The older code takes every type it does not know for question and answer: a note with other than two fields becomes
    that, its answer all that followed its first field. The next import of its deck makes it whole again, and the files
    stay where they are."""
    op.drop_table("media_names")
    op.drop_table("media")
    _make_two_fields()
    op.drop_index("uq_note_types_owner_id_guid", "note_types")
    for name in ("guid", *NEW):
        op.drop_column("note_types", name)


def _make_two_fields() -> None:
    connection = op.get_bind()
    notes = sa.table("notes", sa.column("id"), sa.column("note_type_id"), sa.column("fields", sa.JSON))
    types = sa.table("note_types", sa.column("id"), sa.column("kind"))
    custom = sa.select(types.c.id).where(types.c.kind == "custom")
    for note in connection.execute(sa.select(notes).where(notes.c.note_type_id.in_(custom))).all():
        first, *others = note.fields
        fields = [first, "\n\n".join(text for text in others if text)]
        connection.execute(sa.update(notes).where(notes.c.id == note.id).values(fields=fields))
