"""What all chat platforms have in common: what a person can say in a chat, and what a desk can answer. No platform."""
