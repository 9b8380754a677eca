"""Controls of students: what names in programs are worth, and numbers beyond the learnt ones."""
