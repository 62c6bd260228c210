"""What people say a prompt should have been taken for, and what of it is kept to learn from."""
