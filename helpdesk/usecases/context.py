"""What every use case needs besides its rows: the catalogue in force, the settings, and the present."""

from dataclasses import dataclass
from datetime import datetime

from helpdesk.catalog.model import Catalog, Desk, Item
from helpdesk.config import Settings
from helpdesk.usecases.editions import item_of


@dataclass(frozen=True, slots=True)
class Context:
    """The surroundings of one unit of work. `now` is an aware UTC time that stands still in it."""

    catalog: Catalog
    settings: Settings
    now: datetime

    def desk(self, desk_id: str) -> Desk:
        """The desk of that id. KeyError when the catalogue has no such desk (any more)."""
        return self.catalog.desks[desk_id]

    def address(self, desk_id: str) -> str:
        """The address that the desk writes from: the configured one, else the catalogue's; "" when it has none."""
        account = self.settings.mail.get(desk_id)
        return (account.address if account else "") or self.desk(desk_id).email.lower()

    def own_addresses(self) -> dict[str, str]:
        """Every address of our own desks (the configured and the published ones) with the desk's id."""
        known = {desk.email.lower(): desk.id for desk in self.catalog.desks.values() if desk.email}
        return known | {self.address(desk_id): desk_id for desk_id in self.catalog.desks if self.address(desk_id)}

    def item(self, item_id: str | None, edition: str | None = None) -> Item | None:
        """The item of that id, as it was in that edition of the catalogue (a ticket's); None for none, and for one
        that the catalogue no longer has.
        """
        return item_of(self.catalog, item_id, edition)

    def tier(self, group_id: str) -> str:
        """The tier of a support group."""
        return self.catalog.groups[group_id].tier
