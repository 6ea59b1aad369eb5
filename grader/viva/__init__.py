"""Questions about each student's own notebook, with answers that are computed."""
