"""Alembic's entry: the connection comes from graphsignal_mw.store.migrate."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
context.run_migrations()
