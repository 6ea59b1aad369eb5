"""What students use themselves, before they hand in."""
