"""GROUND: a query's text in, its meaning out, and which words a text is found by."""
