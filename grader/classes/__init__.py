"""A class at once: in which order, by whom, stored where."""
