"""Settings: read once, loud when wrong, never showing a secret."""

from pathlib import Path

import pytest

from helpdesk.config import ConfigError, bearer, desk_key, desks_unknown_to, load, mail_account, variable

SECRET = {"HELPDESK_SECRET_KEY": "0123456789abcdef"}


def test_the_defaults_are_a_folder_var_with_an_sqlite_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load(env=SECRET)
    assert settings.data == tmp_path / "var"
    assert settings.database_url == f"sqlite:///{tmp_path}/var/helpdesk.sqlite3"
    assert settings.catalog is None
    assert settings.mail == {}
    assert not settings.testing


def test_a_desk_is_spelled_in_capitals_with_underscores() -> None:
    assert desk_key("kptik-medan") == "KPTIK_MEDAN"


def test_every_setting_can_stand_in_a_file(tmp_path: Path) -> None:
    kept = tmp_path / "secret"
    kept.write_text("aus-einer-datei-0123456789\n")
    assert load(env={"HELPDESK_SECRET_KEY_FILE": str(kept)}).secret_key == "aus-einer-datei-0123456789"


def test_a_value_and_a_file_for_the_same_setting_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="not both"):
        variable("HELPDESK_X", {"HELPDESK_X": "a", "HELPDESK_X_FILE": str(tmp_path)})


@pytest.mark.parametrize("content", [None, b"\xff\xfe"], ids=["missing", "not UTF-8"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    kept = tmp_path / "value"
    if content is not None:
        kept.write_bytes(content)
    with pytest.raises(ConfigError, match="HELPDESK_X_FILE: cannot be read"):
        variable("HELPDESK_X", {"HELPDESK_X_FILE": str(kept)})


@pytest.mark.parametrize("secret", ["", "too-short"])
def test_a_missing_or_short_secret_key_is_refused_without_being_shown(secret: str) -> None:
    with pytest.raises(ConfigError) as refused:
        load(env={"HELPDESK_SECRET_KEY": secret})
    assert "HELPDESK_SECRET_KEY" in str(refused.value)
    assert not secret or secret not in str(refused.value)


def test_commands_that_need_no_secret_start_without_one() -> None:
    assert load(env={}, need_secret=False).secret_key == ""


def test_a_desk_has_its_own_mailbox_and_submission() -> None:
    env = {
        "HELPDESK_KPTIK_MEDAN_IMAP_URL": "imaps://meja:sandi@mail.test:993/INBOX",
        "HELPDESK_KPTIK_MEDAN_SMTP_URL": "smtp+starttls://mail.test",
        "HELPDESK_KPTIK_MEDAN_AUTHSERV_ID": "mail.test",
        "HELPDESK_KPTIK_MEDAN_ADDRESS": "Meja@Mail.test",
    }
    settings = load(("kptik-medan", "kptik-semarang"), env={**SECRET, **env})
    medan, semarang = settings.mail["kptik-medan"], settings.mail["kptik-semarang"]
    assert medan.imap is not None
    assert (medan.imap.hostname, medan.imap.port, medan.imap.username) == ("mail.test", 993, "meja")
    assert medan.smtp is not None
    assert medan.smtp.scheme == "smtp+starttls"
    assert (medan.authserv_id, medan.address) == ("mail.test", "meja@mail.test")
    assert semarang.imap is semarang.smtp is None


@pytest.mark.parametrize(
    "url", ["http://mail.test", "imap://", "mail.test", "imap://host:notaport", "smtp://mail.test", "imap://[::1"]
)
def test_a_wrong_mail_url_names_the_variable_and_never_the_password(url: str) -> None:
    wrong = url.replace("://", "://u:geheim@") if "://" in url else url
    with pytest.raises(ConfigError) as refused:
        mail_account("kptik-medan", {"HELPDESK_KPTIK_MEDAN_IMAP_URL": wrong})
    assert "HELPDESK_KPTIK_MEDAN_IMAP_URL" in str(refused.value)
    assert "geheim" not in str(refused.value)


IDENTITY = {
    "HELPDESK_KPTIK_MEDAN_IMAP_URL": "imaps://meja%40kantor.example@imap.test/INBOX",
    "HELPDESK_KPTIK_MEDAN_SMTP_URL": "smtp+starttls://meja%40kantor.example:sandi@smtp.test",
    "HELPDESK_KPTIK_MEDAN_OAUTH_TOKEN_URL": "https://identitas.test/token",
    "HELPDESK_KPTIK_MEDAN_OAUTH_CLIENT_ID": "meja",
    "HELPDESK_KPTIK_MEDAN_OAUTH_CLIENT_SECRET": "rahasia",
    "HELPDESK_KPTIK_MEDAN_OAUTH_REFRESH_TOKEN": "segar",
}


def test_a_user_without_a_password_signs_in_by_oauth_and_further_mailboxes_may_differ(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("segar-2\n")
    env = {
        **IDENTITY,
        "HELPDESK_KPTIK_MEDAN_HANDLED_FOLDER": "Selesai",
        "HELPDESK_KPTIK_MEDAN_IMAP_URL_2": "imaps://lama%40kantor.example@imap.test/Arsip",
        "HELPDESK_KPTIK_MEDAN_OAUTH_REFRESH_TOKEN_2_FILE": str(other),
        "HELPDESK_KPTIK_MEDAN_IMAP_URL_3": "imap://meja:sandi@lain.test",
    }
    account = mail_account("kptik-medan", env)
    assert [inbox.account for inbox in account.inboxes] == [
        "meja@kantor.example@imap.test/INBOX", "lama@kantor.example@imap.test/Arsip", "meja@lain.test/INBOX"
    ]  # fmt: skip
    assert [inbox.handled_folder for inbox in account.inboxes] == ["Selesai", "", ""]
    first, second, third = (inbox.bearer for inbox in account.inboxes)
    assert first is not None
    assert (first.token_url.geturl(), first.refresh_token) == ("https://identitas.test/token", "segar")
    assert second is not None
    assert (second.client_id, second.refresh_token, second.refresh_token_file) == ("meja", "segar-2", other)
    assert third is None
    assert bearer(account.smtp, account.oauth) is None
    assert "segar" not in repr(account.oauth)


@pytest.mark.parametrize(
    "wrong",
    [
        {"TOKEN_URL": "http://identitas.test/token"},
        {"TOKEN_URL": "http://127.0.0.1/token"},
        {"TOKEN_URL": "https://u:geheim@identitas.test/token"},
        {"TOKEN_URL": "file:///etc/passwd"},
        {"TOKEN_URL": ""},
        {"CLIENT_ID": ""},
        {"DEVICE_URL": "http://identitas.test/device"},
        {"AUTHORIZE_URL": "javascript:alert(1)"},
    ],
)
def test_an_identity_provider_is_asked_over_an_encrypted_link_or_not_at_all(wrong: dict[str, str]) -> None:
    prefix = "HELPDESK_KPTIK_MEDAN_OAUTH_"
    with pytest.raises(ConfigError) as refused:
        mail_account("kptik-medan", {**IDENTITY, **{prefix + name: value for name, value in wrong.items()}})
    assert prefix[:-1] in str(refused.value)
    assert "geheim" not in str(refused.value)


def test_the_same_mailbox_twice_is_refused() -> None:
    env = {
        "HELPDESK_KPTIK_MEDAN_IMAP_URL": "imaps://meja:a@mail.test/",
        "HELPDESK_KPTIK_MEDAN_IMAP_URL_2": "imap://Meja:b@MAIL.test:1143/INBOX",
    }
    with pytest.raises(ConfigError, match="twice"):
        mail_account("kptik-medan", env)


def test_a_variable_of_a_desk_that_does_not_exist_is_told_as_it_is_spelled() -> None:
    env = {
        "HELPDESK_KPTIK_MEDAN_IMAP_URL": "imap://mail.test",
        "HELPDESK_KPTIK_MEDAN_SMTP_URL_FILE": "/run/smtp",
        "HELPDESK_NOPE_IMAP_URL": "imap://mail.test",
        "HELPDESK_KPTIK_MEDEN_SMTP_URL_FILE": "/run/smtp",
        "HELPDESK_NOPE_OAUTH_REFRESH_TOKEN_2_FILE": "/run/oauth",
        "HELPDESK_BASE_URL": "https://bantuan.test",
        "NOPE_IMAP_URL": "imap://mail.test",
    }
    assert desks_unknown_to(("kptik-medan", "kptik-semarang"), env) == [
        "HELPDESK_KPTIK_MEDEN_SMTP_URL_FILE",
        "HELPDESK_NOPE_IMAP_URL",
        "HELPDESK_NOPE_OAUTH_REFRESH_TOKEN_2_FILE",
    ]


@pytest.mark.parametrize("wrong", ["ya", "-1", "1.5"])
def test_the_number_of_proxies_is_a_whole_number_and_none_unless_set(wrong: str) -> None:
    assert load(env=SECRET).trusted_proxies == 0
    assert load(env={**SECRET, "HELPDESK_TRUSTED_PROXIES": "2"}).trusted_proxies == 2
    with pytest.raises(ConfigError, match="HELPDESK_TRUSTED_PROXIES"):
        load(env={**SECRET, "HELPDESK_TRUSTED_PROXIES": wrong})


def test_a_standing_clock_needs_the_testing_switch() -> None:
    env = {**SECRET, "HELPDESK_TEST_NOW": "2026-11-23T08:00:00+07:00", "HELPDESK_TEST_NOW_FILE": "/somewhere"}
    assert load(env=env).test_now == ""
    assert load(env=env).test_now_file is None
    assert load(env={**env, "HELPDESK_TESTING": "1"}).test_now == "2026-11-23T08:00:00+07:00"


def test_the_base_url_loses_its_last_slash() -> None:
    assert load(env={**SECRET, "HELPDESK_BASE_URL": "https://bantuan.test/"}).base_url == "https://bantuan.test"
