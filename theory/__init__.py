"""Linear-model chains trained on their own labels: exact errors, bounds, and a ledger of claims.

`regression` and `dense` hold the exact test error, `averages` the same averaged over masks,
`simulation` the Monte Carlo, `symbolic` the derivations, `limits` and `bounds` the formulas that
follow, `refuter` the search for a counter-example and `claims` the verdicts. The text that goes
with them is docs/theory.md.
"""
