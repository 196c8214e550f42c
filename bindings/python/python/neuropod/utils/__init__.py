"""Helpers of the original Neuropod's package, for code that imports them."""
