"""The handler of the demo's own small servers."""

from typing import Any

from werkzeug.serving import WSGIRequestHandler


class Quiet(WSGIRequestHandler):
    """Says nothing: paths hold tokens, and a page that looks each second fills a log."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - the base class's signature
        """Nothing."""
