"""The desk over HTTP: pages for people, JSON for programs, both spellings of the same use cases."""
