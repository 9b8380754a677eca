"""One policy tuned on pairs by DPO, NCA and KTO: margins, displacement, forgetting, hacking."""
