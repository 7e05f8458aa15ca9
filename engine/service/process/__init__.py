"""Threads, certificates, listening and stopping."""
