"""The commands, one module a group; each imports what it needs when it runs, so that every command starts fast."""
