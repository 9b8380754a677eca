"""Names of the rules and of the control that a study of layers can name."""

PERMUTED = "permuted"
"""Control: the layers that block influence keeps, in another order."""
RANDOM = "random"
CKA, CKA_MEAN, CKA_REST = "cka", "cka_mean", "cka_rest"
UNIFORM, SKIP_COST, BLOCK_INFLUENCE = "uniform", "skip_cost", "block_influence"
INTERVALS = "intervals"
NAMES = (UNIFORM, RANDOM, SKIP_COST, BLOCK_INFLUENCE, INTERVALS, CKA, CKA_MEAN, CKA_REST, PERMUTED)
"""What a recipe can name: the rules of `lightning_modules.layers.selection.rules`, and a
control."""
