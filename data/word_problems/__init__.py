"""Word problems from templates: questions without number, each with a program and its answer."""
