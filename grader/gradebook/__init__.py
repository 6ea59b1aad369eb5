"""Marks that are kept, what people enter over them, and handing them back."""
