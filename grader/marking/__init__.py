"""From evidence to marks: the checks, what they share, and the score."""
