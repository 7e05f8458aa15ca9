"""How old the face looks, with an interval that was measured."""
