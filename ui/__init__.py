"""What people see: the console and the Capture App. Speaks HTTP to the service; imports neither engine nor signals."""
