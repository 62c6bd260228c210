"""What can go wrong, by the place where it acts: refusals, replies, frames and the connection."""
