"""Passive liveness: does the face look live, or like a print or a screen?"""
