"""The room where decks go out: one writer a format, each in pieces, none with a whole deck in memory."""
