"""Blocks of layers and early predictions in models of few layers and of many."""
