"""Simulators of raw files whose truth is known."""
