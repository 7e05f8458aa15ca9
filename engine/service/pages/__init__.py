"""The console and the Capture App on the service's own port."""
