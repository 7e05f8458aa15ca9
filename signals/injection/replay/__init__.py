"""Whether these pictures were seen in an earlier evaluation."""
