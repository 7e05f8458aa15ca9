"""The workflow model and its run: which evidence, which providers, which policies, and the verdict."""
