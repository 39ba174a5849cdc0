"""The releases in an output folder: making, publishing, verifying and removing them."""
