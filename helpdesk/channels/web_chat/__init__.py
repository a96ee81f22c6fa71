"""The chat in the browser, on the portal."""
