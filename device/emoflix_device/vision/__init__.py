"""What one frame shows: faces, their expression, the light."""
