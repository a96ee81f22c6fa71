"""A number that no row can have names nothing, on both databases: PostgreSQL refuses to compare it with an id."""

from tests.web.conftest import MEDAN, World
from tests.web.test_chat import writes

LARGE = 9_007_199_254_740_991


def test_a_number_that_no_row_can_have_is_not_found(both: World) -> None:
    visitor = both.browser()
    writes(visitor, "printer rusak")
    for path in (f"/t/999999999999-{'a' * 40}", f"/chat/{MEDAN}/files/{LARGE}/0"):
        assert visitor.get(path).status_code == 404, path
    admin = both.signed_in("admin")
    for path in ("/lines/deliveries", "/quarantine", "/outbox"):
        assert admin.get(f"{path}/{LARGE}").status_code == 404, path
    with both.app.app_context():
        assert both.row("MDN-2026-000001").status == "new"
