"""What a loop keeps of asyncio's promises: checks, each in a process of its own.

`promises` and `checks` say what is tried, `attempt` tries it in a fresh process, `trying` starts those. `findings` are
the records. Nothing is imported here: a check sees what importing a loop changes.
"""
