"""What other people know of films and of what was watched: one file a source, one contract."""
