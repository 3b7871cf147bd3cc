"""Every table as of the newest migration; times are fixed-width UTC text, dates ISO text as stated."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from store.cluster_tables import bands, cluster_orders, clusters, members
from store.metadata import metadata, one_of
from store.note_tables import notes
from store.people_tables import accounts, grants
from store.screen_tables import allowances, screenings
from store.session_tables import logins, sessions
from store.shape_tables import shapes
from store.shown_tables import filings, shown, shown_files, touched

__all__ = [
    "accounts",
    "allowances",
    "bands",
    "cluster_orders",
    "clusters",
    "filings",
    "grants",
    "logins",
    "members",
    "metadata",
    "notes",
    "screenings",
    "sessions",
    "shapes",
    "shown",
    "shown_files",
    "touched",
]

OPEN_STATES = ("draft", "signing", "waiting", "second", "held")
STATES = (*OPEN_STATES, "approved", "rejected", "returned", "withdrawn", "superseded")
LEVELS = ("block", "confirm", "note")
JOBS = ("crawl", "publish", "verify", "recheck", "take")


# --- configuration, mirrored from the files; retired, never deleted ---

agencies = Table(
    "agencies",
    metadata,
    Column("key", String, primary_key=True),
    Column("name", Text, nullable=False),
    Column("group_name", String, nullable=False),
    Column("level", String, nullable=False),
    Column("retired_at", String),
)

sources = Table(
    "sources",
    metadata,
    Column("id", String, primary_key=True),
    Column("agency", ForeignKey("agencies.key"), nullable=False),
    Column("name", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("retired_at", String),
)

columns = Table(
    "columns",
    metadata,
    Column("key", String, primary_key=True),
    Column("slug", String, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("zone", String, nullable=False),
    Column("risk", String, nullable=False),
    Column("reviews", Integer, nullable=False),
    Column("retired_at", String),
)

# --- collecting ---

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String, nullable=False),
    Column("started", String, nullable=False),
    Column("ended", String),
)

run_sources = Table(
    "run_sources",
    metadata,
    Column("run", ForeignKey("runs.id"), primary_key=True),
    Column("source", String, primary_key=True),
    Column("agency", String, nullable=False),
    Column("verdict", String, nullable=False),
    Column("promised", Integer),
    Column("found", Integer, nullable=False),
    Column("new", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("known", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("coverage", Float),
    Column("evidence", Text, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("at", String, nullable=False),
    Index("ix_run_sources_source_at", "source", "at"),
)

files = Table(
    "files",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("kind", String, nullable=False),
    Column("sniffed_type", String, nullable=False),
    Column("extension", String, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("width", Integer),
    Column("height", Integer),
    Column("dropped_at", String),
    CheckConstraint(one_of("kind", ("page", "attachment", "image")), name="kind"),
)

items = Table(
    "items",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String, nullable=False),
    Column("agency", String),
    Column("public_revision", Integer),  # of revisions; no key, since the two tables would name each other
    Column("version", Integer, nullable=False, server_default=text("1")),
    CheckConstraint(one_of("kind", ("collected", "submitted", "written")), name="kind"),
)

sightings = Table(
    "sightings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("address", Text, nullable=False, unique=True),
    Column("item", ForeignKey("items.id"), index=True),
    Column("first_seen", String, nullable=False),
    Column("last_seen", String, nullable=False),
    Column("next_check", String, index=True),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("last_status", Integer),
    Column("last_error", Text),
    Column("etag", Text),
    Column("modified", Text),
    Column("gone_count", Integer, nullable=False, server_default=text("0")),
    Column("gone_since", String),
    Index(
        "ix_sightings_gone",
        "item",
        sqlite_where=text("gone_count >= 2"),
    ),
)

listings = Table(
    "listings",
    metadata,
    Column("sighting", ForeignKey("sightings.id"), primary_key=True),
    Column("source", String, primary_key=True),
    Column("title", Text, nullable=False),
    Column("date", String),
    Column("first_seen", String, nullable=False),
    Column("last_seen", String, nullable=False),
    Index("ix_listings_source", "source"),
)

list_pages = Table(
    "list_pages",
    metadata,
    Column("source", String, primary_key=True),
    Column("address", Text, primary_key=True),
    Column("hash", String(64), nullable=False),
    Column("etag", Text),
    Column("modified", Text),
    Column("rows", Integer, nullable=False),
    Column("promised", Integer),
    Column("next", Text),
    Column("at", String, nullable=False),
)

readings = Table(
    "readings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sighting", ForeignKey("sightings.id"), nullable=False),
    Column("raw_file", ForeignKey("files.hash"), nullable=False),
    Column("reader_version", String, nullable=False),
    Column("fields", Text, nullable=False),
    Column("origins", Text, nullable=False),
    Column("doubts", Text, nullable=False),
    Column("text_hash", String(64), nullable=False, index=True),
    Column("at", String, nullable=False),
    Index("ix_readings_sighting", "sighting", "id"),
)

# --- content ---

revisions = Table(
    "revisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("item", ForeignKey("items.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("parent", ForeignKey("revisions.id")),
    Column("reading", ForeignKey("readings.id")),
    Column("machine", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("cause", String, nullable=False),
    Column("made_by", String, nullable=False),
    Column("at", String, nullable=False),
    UniqueConstraint("item", "number"),
)

reviews = Table(
    "reviews",
    metadata,
    Column("revision", ForeignKey("revisions.id"), primary_key=True, autoincrement=False),
    Column("item", ForeignKey("items.id"), nullable=False),
    Column("state", String, nullable=False),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("column_key", String),
    Column("needs", Integer, nullable=False, server_default=text("1")),
    Column("claimed_by", String),
    Column("claimed_until", String),
    Column("release_after", String),
    CheckConstraint(one_of("state", STATES), name="state"),
    Index("ix_reviews_state", "state", "item"),
    Index("ix_reviews_column", "column_key", "revision"),
    Index(
        "uq_reviews_open_item",
        "item",
        unique=True,
        sqlite_where=text(one_of("state", OPEN_STATES)),
    ),
)

labels = Table(
    "labels",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("revision", ForeignKey("revisions.id"), nullable=False, index=True),
    Column("column_key", String),
    Column("probability", Float, nullable=False),
    Column("reasons", Text, nullable=False),
    Column("model_version", String, nullable=False),
)

findings = Table(
    "findings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("revision", ForeignKey("revisions.id"), nullable=False, index=True),
    Column("rule", String, nullable=False),
    Column("list_version", String, nullable=False),
    Column("level", String, nullable=False),
    Column("field", String, nullable=False),
    Column("span", Text, nullable=False),
    Column("words", Text),
    Column("told", Text),
    Column("raised_seq", Integer, nullable=False),
    Column("cleared_by_log", ForeignKey("log.seq")),
    CheckConstraint(one_of("level", LEVELS), name="level"),
)

revision_doubts = Table(
    "revision_doubts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("revision", ForeignKey("revisions.id"), nullable=False, index=True),
    Column("field", String, nullable=False),
    Column("word", Text, nullable=False),
    Column("at", String, nullable=False),
    Column("resolved_by_log", ForeignKey("log.seq")),
)

# --- what was decided ---

log = Table(
    "log",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", String, nullable=False),
    Column("actor", String, nullable=False),
    Column("via", String, nullable=False),
    Column("action", String, nullable=False),
    Column("item", Integer),
    Column("revision", Integer),
    Column("hash", String(64)),
    Column("from_state", String),
    Column("to_state", String),
    Column("column_key", String),
    Column("suggested_column", String),
    Column("suggested_probability", Float),
    Column("reason", Text),
    Column("undoes", Integer),
    Column("prev", String(64), nullable=False),
    Column("this", String(64), nullable=False),
    Index("ix_log_revision_seq", "revision", "seq"),
    Index("ix_log_item_seq", "item", "seq"),
    Index(
        "ix_log_actor_at",
        "actor",
        "at",
        sqlite_where=text("via <> 'crawl'"),
    ),
)

# --- publishing ---

publications = Table(
    "publications",
    metadata,
    Column("public_no", Integer, primary_key=True, autoincrement=False),
    Column("item", ForeignKey("items.id"), nullable=False, unique=True),
    Column("path", String, nullable=False, unique=True),
    Column("first_published", String, nullable=False),
    Column("first_release", ForeignKey("releases.id")),
    Column("tombstone_at", String),
    Column("tombstone_reason", Text),
)

placements = Table(
    "placements",
    metadata,
    Column("column_key", String, primary_key=True),
    Column("slot", Integer, primary_key=True, autoincrement=False),
    Column("item", ForeignKey("items.id"), nullable=False, index=True),
    Column("starts", String, nullable=False),
    Column("ends", String),
)

releases = Table(
    "releases",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", String, nullable=False),
    Column("log_seq", Integer, nullable=False),
    Column("log_hash", String(64), nullable=False),
    Column("tree_hash", String(64)),
    Column("state", String, nullable=False),
    CheckConstraint(one_of("state", ("building", "served", "kept", "removed")), name="state"),
)

pages = Table(
    "pages",
    metadata,
    Column("path", String, primary_key=True),
    Column("inputs_hash", String(64), nullable=False),
    Column("output_hash", String(64), nullable=False),
    Column("release", ForeignKey("releases.id"), nullable=False),
)

redirects = Table(
    "redirects",
    metadata,
    Column("old", String, primary_key=True),
    Column("new", String, nullable=False),
)

marks = Table(
    "marks",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", Text, nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String, nullable=False),
    Column("argument", Text, nullable=False),
    Column("due", String, nullable=False),
    Column("made_by", String, nullable=False),
    Column("taken_at", String),  # the last moment at which its taker was seen alive
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("done_at", String),
    Column("outcome", Text),
    CheckConstraint(one_of("kind", JOBS), name="kind"),
    Index("ix_jobs_open", "done_at", "due"),
)
