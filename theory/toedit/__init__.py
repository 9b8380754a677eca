"""What the ToEdit paper claims of linear models, claim by claim, with the evidence for each."""
