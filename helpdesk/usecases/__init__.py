"""WHAT the desk does: one function a use case; load rows, ask the rules, write rows, never commit."""
