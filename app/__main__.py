"""`python -m app` is `cardlet`."""

from app import main

main()
