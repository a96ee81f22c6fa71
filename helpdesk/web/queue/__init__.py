"""The technicians' queue."""
