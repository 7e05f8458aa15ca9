"""An example of a vendor's package: a signal provider that asks a remote liveness service."""
