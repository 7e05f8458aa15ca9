"""Bursts cut from clips: live ones and feeds that repeat themselves."""
