"""BY WHEN: pure rules of working calendars, norms, clocks, verdicts and their explanation."""
