"""The paper's model at small sizes: what each of its losses does to style, content and order."""
