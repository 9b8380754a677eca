"""Stories by author: where works come from, how they are cut, keywords, and views of a text."""
