"""Chat messages a second to committed entries, one worker on SQLite; `python benchmarks/chat.py [messages]`.

Half of the messages open a ticket (a new person each), the other half join one, as in a burst after an outage. Each
is a webhook body of WhatsApp's Cloud API, stored raw beforehand; what is measured is what the worker does with it.
"""

import json
import sys
import tempfile
import time

from helpdesk.catalog.load import load_file
from helpdesk.catalog.source import CatalogSource
from helpdesk.channels.registry import READERS
from helpdesk.config import load
from helpdesk.resources import catalog_path
from helpdesk.store.db import bare_app, unit_of_work
from helpdesk.store.schema import upgrade_database
from helpdesk.timepiece import clock
from helpdesk.usecases.chat.receiving import Chats, receive_waiting
from helpdesk.usecases.raw import store_raw

NUMBER, DESK = "901", "kptik-medan"


def body(number: int) -> bytes:
    """The webhook body of the `number`-th message; two of each person."""
    account = f"62811{number // 2:08d}"
    message = {
        "from": account,
        "id": f"wamid.{number}",
        "timestamp": str(int(time.time())),
        "type": "text",
        "text": {"body": f"Printer di ruang {number} tidak bisa mencetak sejak pagi"},
    }
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"phone_number_id": NUMBER},
        "contacts": [{"profile": {"name": f"Pemohon {number // 2}"}, "wa_id": account}],
        "messages": [message],
    }
    return json.dumps({"entry": [{"changes": [{"field": "messages", "value": value}]}]}).encode()


def main() -> None:
    """Store, receive, print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    with tempfile.TemporaryDirectory() as folder:
        catalog = load_file(catalog_path())
        env = {
            "HELPDESK_DATA": folder,
            "HELPDESK_SECRET_KEY": "only-for-measuring-0123456789",
            "HELPDESK_WHATSAPP_TOKEN": "t",
            "HELPDESK_WHATSAPP_APP_SECRET": "s",
            "HELPDESK_WHATSAPP_VERIFY_TOKEN": "v",
            "HELPDESK_KPTIK_MEDAN_WHATSAPP_NUMBER_ID": NUMBER,
        }
        settings = load(tuple(catalog.desks), env)
        app = bare_app(settings)
        upgrade_database(app)
        chats = Chats(CatalogSource(catalog), settings, clock(settings), READERS)
        with app.app_context():
            with unit_of_work() as session:
                for number in range(count):
                    now = chats.now()
                    store_raw(
                        session, channel="whatsapp", external_id=str(number), body=body(number), source="whatsapp",
                        received_at=now, now=now,
                    )  # fmt: skip
            began, done = time.perf_counter(), 0
            while (some := receive_waiting(chats)[0]) > 0:
                done += some
            seconds = time.perf_counter() - began
    print(f"{count} messages in {seconds:.2f} s: {count / seconds:.0f} a second ({done} looked at)")


if __name__ == "__main__":
    main()
