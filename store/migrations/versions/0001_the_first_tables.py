"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _make_accounts_to_items()
    _make_list_pages_to_redirects()
    _make_releases_to_placements()
    _make_publications_to_run_sources()
    _make_sightings_to_listings()
    _make_readings_to_findings()
    _make_labels_to_revision_doubts()


def _make_accounts_to_items() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("agency", sa.String(), nullable=True),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("must_change", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("disabled", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("demo", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("made_at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
    )
    op.create_table(
        "agencies",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("group_name", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("retired_at", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_agencies")),
    )
    op.create_table(
        "columns",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("risk", sa.String(), nullable=False),
        sa.Column("reviews", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_columns")),
        sa.UniqueConstraint("slug", name=op.f("uq_columns_slug")),
    )
    op.create_table(
        "files",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("sniffed_type", sa.String(), nullable=False),
        sa.Column("extension", sa.String(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("dropped_at", sa.String(), nullable=True),
        sa.CheckConstraint("kind IN ('page', 'attachment', 'image')", name=op.f("ck_files_kind")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_files")),
    )
    op.create_table(
        "items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("agency", sa.String(), nullable=True),
        sa.Column("public_revision", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("kind IN ('collected', 'submitted', 'written')", name=op.f("ck_items_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_items")),
    )


def _make_list_pages_to_redirects() -> None:
    op.create_table(
        "list_pages",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("modified", sa.Text(), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("promised", sa.Integer(), nullable=True),
        sa.Column("next", sa.Text(), nullable=True),
        sa.Column("at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("source", "address", name=op.f("pk_list_pages")),
    )
    op.create_table(
        "log",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("via", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("item", sa.Integer(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("hash", sa.String(length=64), nullable=True),
        sa.Column("from_state", sa.String(), nullable=True),
        sa.Column("to_state", sa.String(), nullable=True),
        sa.Column("column_key", sa.String(), nullable=True),
        sa.Column("suggested_column", sa.String(), nullable=True),
        sa.Column("suggested_probability", sa.Float(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.Column("prev", sa.String(length=64), nullable=False),
        sa.Column("this", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_log")),
    )
    with op.batch_alter_table("log", schema=None) as batch_op:
        batch_op.create_index("ix_log_item_seq", ["item", "seq"], unique=False)
        batch_op.create_index("ix_log_revision_seq", ["revision", "seq"], unique=False)
    op.create_table(
        "marks",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_marks")),
    )
    op.create_table(
        "redirects",
        sa.Column("old", sa.String(), nullable=False),
        sa.Column("new", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("old", name=op.f("pk_redirects")),
    )


def _make_releases_to_placements() -> None:
    op.create_table(
        "releases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("log_seq", sa.Integer(), nullable=False),
        sa.Column("log_hash", sa.String(length=64), nullable=False),
        sa.Column("tree_hash", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.CheckConstraint(
            "state IN ('building', 'served', 'kept', 'removed')", name=op.f("ck_releases_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_releases")),
    )
    op.create_table(
        "runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("started", sa.String(), nullable=False),
        sa.Column("ended", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
    )
    op.create_table(
        "grants",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), server_default=sa.text("'*'"), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_grants_account")),
        sa.PrimaryKeyConstraint("account", "role", "scope", name=op.f("pk_grants")),
    )
    op.create_table(
        "pages",
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("inputs_hash", sa.String(length=64), nullable=False),
        sa.Column("output_hash", sa.String(length=64), nullable=False),
        sa.Column("release", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["release"], ["releases.id"], name=op.f("fk_pages_release")),
        sa.PrimaryKeyConstraint("path", name=op.f("pk_pages")),
    )
    op.create_table(
        "placements",
        sa.Column("column_key", sa.String(), nullable=False),
        sa.Column("slot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.Column("starts", sa.String(), nullable=False),
        sa.Column("ends", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_placements_item")),
        sa.PrimaryKeyConstraint("column_key", "slot", name=op.f("pk_placements")),
    )
    with op.batch_alter_table("placements", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_placements_item"), ["item"], unique=False)


def _make_publications_to_run_sources() -> None:
    op.create_table(
        "publications",
        sa.Column("public_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("first_published", sa.String(), nullable=False),
        sa.Column("first_release", sa.Integer(), nullable=True),
        sa.Column("tombstone_at", sa.String(), nullable=True),
        sa.Column("tombstone_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["first_release"], ["releases.id"], name=op.f("fk_publications_first_release")
        ),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_publications_item")),
        sa.PrimaryKeyConstraint("public_no", name=op.f("pk_publications")),
        sa.UniqueConstraint("item", name=op.f("uq_publications_item")),
        sa.UniqueConstraint("path", name=op.f("uq_publications_path")),
    )
    op.create_table(
        "run_sources",
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("promised", sa.Integer(), nullable=True),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("coverage", sa.Float(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name=op.f("fk_run_sources_run")),
        sa.PrimaryKeyConstraint("run", "source", name=op.f("pk_run_sources")),
    )
    with op.batch_alter_table("run_sources", schema=None) as batch_op:
        batch_op.create_index("ix_run_sources_source_at", ["source", "at"], unique=False)


def _make_sightings_to_listings() -> None:
    op.create_table(
        "sightings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("item", sa.Integer(), nullable=True),
        sa.Column("first_seen", sa.String(), nullable=False),
        sa.Column("last_seen", sa.String(), nullable=False),
        sa.Column("next_check", sa.String(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("modified", sa.Text(), nullable=True),
        sa.Column("gone_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("gone_since", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_sightings_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sightings")),
        sa.UniqueConstraint("address", name=op.f("uq_sightings_address")),
    )
    with op.batch_alter_table("sightings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sightings_item"), ["item"], unique=False)
        batch_op.create_index(batch_op.f("ix_sightings_next_check"), ["next_check"], unique=False)
    op.create_table(
        "sources",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("retired_at", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["agency"], ["agencies.key"], name=op.f("fk_sources_agency")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sources")),
    )
    op.create_table(
        "listings",
        sa.Column("sighting", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("date", sa.String(), nullable=True),
        sa.Column("first_seen", sa.String(), nullable=False),
        sa.Column("last_seen", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["sighting"], ["sightings.id"], name=op.f("fk_listings_sighting")),
        sa.PrimaryKeyConstraint("sighting", "source", name=op.f("pk_listings")),
    )
    with op.batch_alter_table("listings", schema=None) as batch_op:
        batch_op.create_index("ix_listings_source", ["source"], unique=False)


def _make_readings_to_findings() -> None:
    op.create_table(
        "readings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sighting", sa.Integer(), nullable=False),
        sa.Column("raw_file", sa.String(length=64), nullable=False),
        sa.Column("reader_version", sa.String(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("origins", sa.Text(), nullable=False),
        sa.Column("doubts", sa.Text(), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["raw_file"], ["files.hash"], name=op.f("fk_readings_raw_file")),
        sa.ForeignKeyConstraint(["sighting"], ["sightings.id"], name=op.f("fk_readings_sighting")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_readings")),
    )
    with op.batch_alter_table("readings", schema=None) as batch_op:
        batch_op.create_index("ix_readings_sighting", ["sighting", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_readings_text_hash"), ["text_hash"], unique=False)
    op.create_table(
        "revisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("parent", sa.Integer(), nullable=True),
        sa.Column("reading", sa.Integer(), nullable=True),
        sa.Column("machine", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_revisions_item")),
        sa.ForeignKeyConstraint(["parent"], ["revisions.id"], name=op.f("fk_revisions_parent")),
        sa.ForeignKeyConstraint(["reading"], ["readings.id"], name=op.f("fk_revisions_reading")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revisions")),
        sa.UniqueConstraint("item", "number", name=op.f("uq_revisions_item_number")),
    )
    op.create_table(
        "findings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("list_version", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("span", sa.Text(), nullable=False),
        sa.Column("raised_seq", sa.Integer(), nullable=False),
        sa.Column("cleared_by_log", sa.Integer(), nullable=True),
        sa.CheckConstraint("level IN ('block', 'confirm', 'note')", name=op.f("ck_findings_level")),
        sa.ForeignKeyConstraint(["cleared_by_log"], ["log.seq"], name=op.f("fk_findings_cleared_by_log")),
        sa.ForeignKeyConstraint(["revision"], ["revisions.id"], name=op.f("fk_findings_revision")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_findings")),
    )
    with op.batch_alter_table("findings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_findings_revision"), ["revision"], unique=False)


def _make_labels_to_revision_doubts() -> None:
    op.create_table(
        "labels",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("column_key", sa.String(), nullable=True),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("model_version", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["revision"], ["revisions.id"], name=op.f("fk_labels_revision")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_labels")),
    )
    with op.batch_alter_table("labels", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_labels_revision"), ["revision"], unique=False)
    op.create_table(
        "reviews",
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("column_key", sa.String(), nullable=True),
        sa.Column("needs", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("claimed_by", sa.String(), nullable=True),
        sa.Column("claimed_until", sa.String(), nullable=True),
        sa.Column("release_after", sa.String(), nullable=True),
        sa.CheckConstraint(
            "state IN ('draft', 'signing', 'waiting', 'second', 'held', "
            "'approved', 'rejected', 'returned', 'withdrawn', 'superseded')",
            name=op.f("ck_reviews_state"),
        ),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_reviews_item")),
        sa.ForeignKeyConstraint(["revision"], ["revisions.id"], name=op.f("fk_reviews_revision")),
        sa.PrimaryKeyConstraint("revision", name=op.f("pk_reviews")),
    )
    with op.batch_alter_table("reviews", schema=None) as batch_op:
        batch_op.create_index("ix_reviews_state", ["state", "item"], unique=False)
        batch_op.create_index(
            "uq_reviews_open_item",
            ["item"],
            unique=True,
            sqlite_where=sa.text("state IN ('draft', 'signing', 'waiting', 'second', 'held')"),
            postgresql_where=sa.text("state IN ('draft', 'signing', 'waiting', 'second', 'held')"),
        )
    op.create_table(
        "revision_doubts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("resolved_by_log", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["resolved_by_log"], ["log.seq"], name=op.f("fk_revision_doubts_resolved_by_log")
        ),
        sa.ForeignKeyConstraint(["revision"], ["revisions.id"], name=op.f("fk_revision_doubts_revision")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision_doubts")),
    )
    with op.batch_alter_table("revision_doubts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_revision_doubts_revision"), ["revision"], unique=False)
