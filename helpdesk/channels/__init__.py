"""HOW words come in and go out: one folder a kind of channel, none knows another."""
