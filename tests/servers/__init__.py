"""Real servers for the tests, each thrown away afterwards; all run as any user, as root they run as nobody."""
