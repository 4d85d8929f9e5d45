"""Run by Alembic, inside the transaction that `leadwire.store.migrate` opened."""

from alembic import context

context.configure(**context.config.attributes["configure"])
with context.begin_transaction():
    context.run_migrations()
