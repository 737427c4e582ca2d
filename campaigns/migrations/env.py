"""Run by alembic; the connection comes from `campaigns.store.schema`, already in a transaction."""

from alembic import context
from sqlmodel import SQLModel

from campaigns import models

assert models.Contact.metadata is SQLModel.metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,  # SQLite alters a table by copying it
)
context.run_migrations()
