"""What several families write alike: claims, rooms of a page, records and refusals."""
