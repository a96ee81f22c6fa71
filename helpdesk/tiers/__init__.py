"""WHO handles a ticket: pure rules of tiers, support groups and routing."""
