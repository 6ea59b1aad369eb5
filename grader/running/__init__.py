"""Running notebooks in sandboxes."""
