"""Places for documents behind one port: the SQLite file of a home, and Firestore; one contract suite proves both."""
