"""Signal providers: each turns evidence into catalogued features. Found by entry point, never imported by engine."""
