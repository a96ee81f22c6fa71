"""Logs: one JSON object a line on standard error, and never a secret."""

import json
import subprocess
import sys

import pytest

from helpdesk.logs import hide_secrets


def logged(statements: str) -> list[dict[str, object]]:
    program = f"import logging, structlog\nfrom helpdesk import logs\nlogs.configure(as_json=True)\n{statements}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == ""
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_both_kinds_of_loggers_write_json_lines_to_standard_error() -> None:
    ours, library = logged(
        "structlog.get_logger('helpdesk').info('tiket', number='MDN-2026-000001')\n"
        "logging.getLogger('pustaka').warning('lambat: %s s', 3, extra={'desk': 'kptik-medan'})"
    )
    assert (ours["event"], ours["number"], ours["level"]) == ("tiket", "MDN-2026-000001", "info")
    assert (library["event"], library["desk"], library["logger"]) == ("lambat: 3 s", "kptik-medan", "pustaka")


def test_an_exception_is_one_line_with_its_traceback_and_without_the_password_in_a_url() -> None:
    (entry,) = logged(
        "try:\n    raise OSError('no answer from imap://meja:geheim@host/INBOX')\n"
        "except OSError:\n    logging.getLogger('x').exception('gagal')"
    )
    assert "OSError: no answer from imap://***@host/INBOX" in str(entry["exception"])


@pytest.mark.parametrize("key", ["password", "smtp_password", "secret_key", "Authorization", "cookie", "api_token"])
def test_values_under_telling_names_are_hidden_at_any_depth(key: str) -> None:
    entry = hide_secrets(
        None, "info", {"event": "masuk", key: "geheim", "headers": {key: "geheim"}, "list": [{key: 1}]}
    )
    assert "geheim" not in str(entry)
    assert entry["event"] == "masuk"


def test_an_authorization_header_inside_a_text_is_hidden() -> None:
    entry = hide_secrets(None, "info", {"event": "sent Authorization: Bearer abc.def-123 to host"})
    assert "abc.def-123" not in entry["event"]


@pytest.mark.parametrize("page", ["/t/", "/receipt/", "%2Ft%2F"])
def test_the_token_of_a_private_link_is_hidden(page: str) -> None:
    token = f"17-{'0123456789abcdef' * 3}"[:43]
    said = f"GET https://meja.example{page}{token}/files/3 failed"
    entry = hide_secrets(None, "error", {"event": said, "exception": [said], "request": {"path": f"{page}{token}"}})
    assert token[3:] not in str(entry)
    assert entry["event"] == f"GET https://meja.example{page}***/files/3 failed"


def test_other_paths_are_not_taken_for_private_links() -> None:
    said = "GET /tickets/MDN-2026-000001 /t/gone /t/17"
    assert hide_secrets(None, "info", {"event": said})["event"] == said
