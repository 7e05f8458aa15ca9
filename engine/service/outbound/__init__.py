"""Calls to addresses that others name."""
