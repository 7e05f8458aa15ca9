"""The versions that evaluations pin: policies, texts, model cards."""
