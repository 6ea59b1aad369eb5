"""Grades deep-learning notebooks: runs them, judges the model, and gives a reason for every mark."""

__version__ = "0.1.0"
