"""The settings of the chat platforms: complete or refused, and never a secret in a message."""

import pytest

from helpdesk.config import ConfigError, desks_unknown_to, load
from helpdesk.config.chat import chats

DESKS = ("kptik-medan", "kptik-makassar")
WHATSAPP = {
    "HELPDESK_WHATSAPP_TOKEN": "geheim-token",
    "HELPDESK_WHATSAPP_APP_SECRET": "geheim-app",
    "HELPDESK_WHATSAPP_VERIFY_TOKEN": "geheim-kata",
    "HELPDESK_KPTIK_MEDAN_WHATSAPP_NUMBER_ID": "106540352242922",
}
BOT = "123456:ABCdefGHIjklMNOpqrs"


def test_nothing_set_means_web_chat_alone() -> None:
    found = chats(DESKS, {})
    assert found.whatsapp is None and found.telegram == () and found.web
    assert not chats(DESKS, {"HELPDESK_WEB_CHAT": "0"}).web


def test_a_number_and_a_bot_belong_to_one_desk_each() -> None:
    found = chats(DESKS, WHATSAPP | {"HELPDESK_KPTIK_MAKASSAR_TELEGRAM_TOKEN": BOT})
    assert found.whatsapp is not None and found.whatsapp.numbers == {"106540352242922": "kptik-medan"}
    assert [(bot.desk, bot.id, bot.webhook_secret) for bot in found.telegram] == [("kptik-makassar", "123456", "")]


def test_two_app_secrets_are_believed_while_one_is_replaced() -> None:
    found = chats(DESKS, WHATSAPP | {"HELPDESK_WHATSAPP_APP_SECRET_2": "geheim-neu"})
    assert found.whatsapp is not None and found.whatsapp.app_secrets == ("geheim-app", "geheim-neu")


@pytest.mark.parametrize(
    "change",
    [
        *({name: ""} for name in WHATSAPP),
        {"HELPDESK_KPTIK_MAKASSAR_WHATSAPP_NUMBER_ID": "106540352242922"},
        {"HELPDESK_KPTIK_MEDAN_WHATSAPP_NUMBER_ID": "+62 811"},
        {"HELPDESK_WHATSAPP_API_URL": "http://graph.example.org"},
        {"HELPDESK_KPTIK_MEDAN_TELEGRAM_TOKEN": "geheim"},
        {"HELPDESK_KPTIK_MEDAN_TELEGRAM_WEBHOOK_SECRET": "geheim"},
        {"HELPDESK_KPTIK_MEDAN_TELEGRAM_TOKEN": BOT, "HELPDESK_KPTIK_MAKASSAR_TELEGRAM_TOKEN": BOT},
        {"HELPDESK_KPTIK_MEDAN_TELEGRAM_TOKEN": BOT, "HELPDESK_KPTIK_MEDAN_TELEGRAM_WEBHOOK_SECRET": "geheim wort"},
    ],
    ids=lambda change: next(iter(change)).removeprefix("HELPDESK_").lower(),
)
def test_what_is_missing_or_wrong_is_named_without_its_value(change: dict[str, str]) -> None:
    with pytest.raises(ConfigError) as caught:
        chats(DESKS, WHATSAPP | change)
    assert "HELPDESK_" in str(caught.value)
    assert "geheim" not in str(caught.value) and BOT not in str(caught.value)


def test_a_platform_on_loopback_is_for_tests_and_demos_alone() -> None:
    local = WHATSAPP | {"HELPDESK_WHATSAPP_API_URL": "http://127.0.0.1:9/v23.0/"}
    found = chats(DESKS, local, testing=True).whatsapp
    assert found is not None and found.api_url == "http://127.0.0.1:9/v23.0"
    assert chats(DESKS, local | {"HELPDESK_CHAT_STAND_INS": "1"}).whatsapp == found
    with pytest.raises(ConfigError):
        chats(DESKS, local)
    with pytest.raises(ConfigError):
        chats(DESKS, WHATSAPP | {"HELPDESK_WHATSAPP_API_URL": "http://a.example", "HELPDESK_CHAT_STAND_INS": "1"})


def test_the_catalogue_is_found_before_its_desks_are_known() -> None:
    assert load(env=WHATSAPP, need_secret=False).chat.whatsapp is None


def test_a_line_of_a_desk_that_does_not_exist_is_named() -> None:
    name = "HELPDESK_KPTIK_MEDAM_TELEGRAM_TOKEN"
    assert desks_unknown_to(DESKS, {name: BOT, "HELPDESK_WHATSAPP_TOKEN": "x"}) == [name]


def test_no_secret_is_shown_by_repr() -> None:
    shown = repr(chats(DESKS, WHATSAPP | {"HELPDESK_KPTIK_MEDAN_TELEGRAM_TOKEN": BOT}))
    assert "geheim" not in shown and BOT not in shown
