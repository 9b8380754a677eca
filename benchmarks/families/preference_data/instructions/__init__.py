"""Instructions from exams and abstracts by a packaged model, and what tuning on them does."""
