"""One person over all that we keep: joining, changed addresses, export and erasure."""
