"""A Cloud API of WhatsApp on loopback, and the settings of a desk that speaks to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from helpdesk.config import WhatsApp
from helpdesk.demo.whatsapp_server import CloudApi, Trouble
from helpdesk.timepiece import Now

__all__ = ["BOT", "DESK", "SECRET", "TOKEN", "VERIFY", "CloudApi", "Trouble", "account_at", "running", "variables"]

DESK, BOT = "kptik-medan", "901"
TOKEN, SECRET, VERIFY = "EAAG-kunci-rahasia-yang-panjang-0123456789", "kunci-aplikasi", "kata-sandi-webhook"


@contextmanager
def running(now: Now = lambda: datetime.now(UTC), webhook: str = "") -> Iterator[CloudApi]:
    """Start the interface, stop it at the end."""
    api = CloudApi(now, token=TOKEN, app_secret=SECRET, webhook=webhook)
    try:
        yield api
    finally:
        api.close()


def account_at(api_url: str) -> WhatsApp:
    """The settings of one number at an interface."""
    return WhatsApp(TOKEN, (SECRET,), VERIFY, {BOT: DESK}, account_id="777", api_url=api_url)


def variables(api_url: str, desk: str = "KPTIK_MEDAN") -> dict[str, str]:
    """The same as variables of the environment."""
    return {
        "HELPDESK_WHATSAPP_TOKEN": TOKEN,
        "HELPDESK_WHATSAPP_APP_SECRET": SECRET,
        "HELPDESK_WHATSAPP_VERIFY_TOKEN": VERIFY,
        "HELPDESK_WHATSAPP_ACCOUNT_ID": "777",
        "HELPDESK_WHATSAPP_API_URL": api_url,
        f"HELPDESK_{desk}_WHATSAPP_NUMBER_ID": BOT,
    }
