"""Particles: size tables of every instrument, and the sizes and numbers of every sample."""
