"""How the world hears and asks: topics, messages, commands, and the link to the broker."""
