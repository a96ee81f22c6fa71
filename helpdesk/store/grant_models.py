"""The rows of the access that identity providers grant to mail accounts."""

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.store.db import Base


class OAuthGrant(Base):
    """What is held of one configured grant, sealed with the secret key; several mailboxes may share it.

    `key` tells the configured grant without showing it: another refresh token in the settings is another grant.
    `refresh_token` is the one that the provider rotated to, empty as long as the configured one holds. One process at
    a time refreshes, for as long as it holds the lease. `refused_at`: the provider said no, only a person mends it.
    """

    __tablename__ = "oauth_grant"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    refresh_token: Mapped[str] = mapped_column(Text, default="")
    access_token: Mapped[str] = mapped_column(Text, default="")
    issued_at: Mapped[datetime | None]
    refresh_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    refused_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(Text, default="")
    lease: Mapped[str] = mapped_column(String(32), default="")
    lease_until: Mapped[datetime | None]
