"""Rewriting of stories in another style: a model of sentences, its losses, and how both learn."""
