"""A database that refuses some of what it is told to keep."""

from contextlib import contextmanager

REFUSE = {
    "sqlite": "CREATE TRIGGER refusal BEFORE INSERT ON parts WHEN substr(NEW.boot_id, 1, 4) = '{}' "
    "BEGIN SELECT RAISE(ABORT, 'refused'); END",
    "postgresql": "ALTER TABLE parts ADD CONSTRAINT refusal CHECK (substr(boot_id, 1, 4) <> '{}') NOT VALID",
}
ALLOW = {"sqlite": "DROP TRIGGER refusal", "postgresql": "ALTER TABLE parts DROP CONSTRAINT refusal"}


@contextmanager
def refusing(store, beginning):
    """Refuse parts of processes whose boot id begins with these four characters, with IntegrityError."""
    dialect = store.engine.dialect.name
    with store.write() as connection:
        connection.exec_driver_sql(REFUSE[dialect].format(beginning))
    yield
    with store.write() as connection:
        connection.exec_driver_sql(ALLOW[dialect])
