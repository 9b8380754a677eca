"""How much human text a chain needs: levels of shares against generations."""
