"""Attacks on the capture, made from films of people and run through the real page in Chromium.

`python -m benchmarks.attacks [--write]`; what it measures and what it does not stands in docs/accuracy.md, "Attacks".
"""
