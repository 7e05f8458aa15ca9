"""How good the signals are on labelled images: `selfie models evaluate` and the model cards that it writes."""
