"""Programs that make pictures of the documents from the code, so that none is drawn by hand."""
