"""The Layer 1 board and the form for the telephone and the counter."""
