"""What was learned from labelled prompts: features of a text, and one small linear model over them."""
