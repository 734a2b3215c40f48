"""The commands of `emoflix-catalog`, one file each."""
