"""Kinds of purity metrics: how pure a preparation is, and which subtypes and routes it shows."""

PURITY, PROFILE = "purity", "profile"
