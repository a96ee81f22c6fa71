"""Everything a first look needs on one machine: a mail server on loopback, and a supervisor for all processes."""
