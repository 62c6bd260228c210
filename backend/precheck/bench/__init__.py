"""The test bench of admins: what the precheck finds about a text, and what was found when it was sent."""
