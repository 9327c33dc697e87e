"""Migrations, run by :mod:`graphsignal_mw.store.migrate`."""
