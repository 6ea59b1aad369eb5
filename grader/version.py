"""The version of this program, which its pages name."""

__version__ = "0.1.0"
