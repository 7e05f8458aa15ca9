"""The life of an evaluation: begun, walked, stored, ended, replayed, erased."""
