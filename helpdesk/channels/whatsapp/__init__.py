"""WhatsApp by the Cloud API: what its webhook brings, and how the desk speaks on its numbers."""
