"""The data sets: where they come from, what a notebook is served, what is sealed."""
