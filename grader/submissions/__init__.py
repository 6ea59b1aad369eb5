"""What was handed in: whose it is, and what of it can be read."""
