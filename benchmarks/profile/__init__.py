"""The collapse profile: eight definitions of collapse, each answered separately."""
