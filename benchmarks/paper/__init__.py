"""Published numbers, their audit, cells, claims and tables: for any paper."""
