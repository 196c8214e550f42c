"""The packagers, by what they package. ``neuropod.packagers`` has all of them."""
