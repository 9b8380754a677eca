"""How many layers of a prior can go before its edits of a text become others."""
