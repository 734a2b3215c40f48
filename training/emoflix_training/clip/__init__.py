"""The demo's clip: a conditional VAE invents faces, and their expressions follow a script."""
