"""The portal as a channel: what a form brought, as it is kept raw before a ticket is made of it."""
