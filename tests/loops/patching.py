"""A loop whose package patches asyncio when it is imported. No other cell is affected.

python -m bench --loop patching:new_loop     (in this folder)
"""

import asyncio


class _Patched(asyncio.SelectorEventLoop):
    pass


asyncio.new_event_loop = asyncio.SelectorEventLoop = _Patched
asyncio.run = asyncio.Runner = asyncio.wait_for = None


def new_loop():
    """Returns a loop of the class that replaced asyncio's."""
    return asyncio.new_event_loop()
