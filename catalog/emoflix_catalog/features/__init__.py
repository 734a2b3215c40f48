"""From facts to numbers: what a film evokes, what it is about, how well it is liked."""
