"""Pieces of pages, as markup or as widgets."""
