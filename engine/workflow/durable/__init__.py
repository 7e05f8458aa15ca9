"""Carrying runs that wait: over restarts, and over the death of whoever waited with them."""
