"""The rows that keep what the service catalogue said."""

from datetime import date, datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.store.db import Base


class CatalogEdition(Base):
    """One text of the catalogue under which tickets were received; never changed, never removed.

    `id` is the edition that the tickets name (`Catalog.edition`), `text` the whole file.
    """

    __tablename__ = "catalog_edition"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    version: Mapped[str] = mapped_column(String(40))
    valid_from: Mapped[date]
    text: Mapped[str] = mapped_column(Text)
    first_used_at: Mapped[datetime]
