"""Quarantine, outbox, the messages that are written, and the catalogue."""
