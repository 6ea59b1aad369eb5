"""The course tested against its own references, and the thresholds that follow from them."""
