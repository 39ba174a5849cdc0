"""Make, publish, verify and remove the releases in an output folder."""
