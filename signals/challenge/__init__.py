"""What was asked in front of the camera, and whether the picture follows: colours of the screen, turns, depth."""
