"""The ticket page of the staff and its actions."""
