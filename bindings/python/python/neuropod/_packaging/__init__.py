"""What all packagers have in common."""
