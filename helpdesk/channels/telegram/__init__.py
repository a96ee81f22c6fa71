"""Telegram, by bots of the desks."""
