"""The conversation: what a person in a chat says becomes tickets, and what the desk says reaches the chat."""
