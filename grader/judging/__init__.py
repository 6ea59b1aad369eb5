"""Which model answers each network of a sheet, and how good it is on sealed rows."""
