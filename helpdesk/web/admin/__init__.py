"""Quarantine and undelivered messages."""
