"""The limits of the web framework: an empty route and a table of 50 rows, under the product's own server settings.

Run by pages.py: python benchmarks/plain_app.py PORT
"""

import sys
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask, render_template
from jinja2 import DictLoader

from helpdesk.config import load
from helpdesk.server import Server

ROWS = 50
TABLE = """<!doctype html><html lang="id"><body><table>{% for row in rows %}
<tr class="{{ 'late' if row.due < now }}"><td><a href="/{{ row.id }}">{{ row.id }}</a></td><td>{{ row.subject }}</td>
<td>{{ row.status }}</td><td>{{ row.agent or '-' }}</td><td>{{ row.due.strftime('%d %b %Y %H.%M') }}</td></tr>
{% endfor %}</table></body></html>"""


class Plain(Server):
    """The product's server with another application."""

    def load(self) -> Any:
        """Two routes without any database."""
        app = Flask("plain")
        app.jinja_loader = DictLoader({"table.html": TABLE})
        now = datetime(2026, 11, 23, 9, 0)  # noqa: DTZ001 - only formatted
        rows = [
            {
                "id": f"MDN-2026-{n:06d}",
                "subject": f"Mohon bantuan <{n}> & terima kasih",
                "status": "Baru",
                "agent": "Dewi" if n % 3 else "",
                "due": now + timedelta(hours=n - 25),
            }
            for n in range(ROWS)
        ]
        app.add_url_rule("/", "empty", lambda: "")
        app.add_url_rule("/table", "table", lambda: render_template("table.html", rows=rows, now=now))
        return app


if __name__ == "__main__":
    chosen = load((), {"HELPDESK_DATA": str(Path.cwd()), "HELPDESK_SECRET_KEY": "only-for-the-benchmark-0123456789"})
    Plain(replace(chosen, bound=f"127.0.0.1:{sys.argv[1]}"), 1, 8).run()
