"""WHAT is remembered: the database, its rows, its queries and its migrations."""
