"""WHAT a ticket is and may become: pure rules, no Flask, no SQLAlchemy, no network, no files."""
