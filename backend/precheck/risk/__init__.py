"""What may be dangerous about a prompt, and what is done about it."""
