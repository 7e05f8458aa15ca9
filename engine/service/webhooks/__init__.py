"""Webhooks: who gets them, how they are signed and sent, until each has arrived or is given up."""
