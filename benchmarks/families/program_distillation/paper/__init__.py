"""The paper's own experiment: CodeT5 on eight rounds of a teacher's programs."""
