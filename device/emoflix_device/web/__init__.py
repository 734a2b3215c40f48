"""The page for phones and the television, and its way to the broker: a process of its own."""
