"""Whether the evidence came from a camera, now, through our page."""
