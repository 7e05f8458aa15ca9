"""What the browser tells of itself and of its device, and where it contradicts itself."""
