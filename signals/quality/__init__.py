"""How well the face can be read: sharpness, exposure, contrast."""
