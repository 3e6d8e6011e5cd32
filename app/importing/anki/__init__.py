"""Anki packages (.apkg, .colpkg), all three generations of them.

A package is a zip with an SQLite database in it, both from strangers. `archive`, `packing`, `package` and `media`
take the zip apart; `child` reads the database in a process of its own (with `guarded`, `legacy`, `current`, `survey`,
`sending`, `schedule`, which import nothing heavy); `reading` starts it and makes notes of what it sends.
"""
