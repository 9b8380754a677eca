"""Cases, routes and the names of derivations that the claims share."""
