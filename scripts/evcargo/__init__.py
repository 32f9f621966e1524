"""Purity of EV preparations, differential cargo, and whether it survives the impurity."""

__version__ = "0.1.0"
