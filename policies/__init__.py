"""Data only: the feature catalogue, reason codes, policies, workflows and their cases, read as package resources."""
