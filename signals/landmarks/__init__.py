"""468 points of the largest face: how it is turned, whether eyes and mouth are open, how much of it is covered."""
