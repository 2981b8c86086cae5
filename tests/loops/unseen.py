"""Loops that the garbage collector does not see, like those in native code: the lifecycle table must not miss them.

python -m bench lifecycle --loop unseen:Untracked     (with this folder as the current one)
"""

import asyncio
import ctypes

C_API = ctypes.pythonapi
C_API.PyObject_GC_UnTrack.argtypes = C_API.Py_IncRef.argtypes = [ctypes.py_object]
C_API.PyObject_GC_UnTrack.restype = C_API.Py_IncRef.restype = None
C_API.PyType_FromSpec.restype = ctypes.py_object


class _Spec(ctypes.Structure):
    """PyType_Spec, and in `end` a PyType_Slot that ends its slots."""

    _fields_ = [
        ("name", ctypes.c_char_p), ("basicsize", ctypes.c_int), ("itemsize", ctypes.c_int), ("flags", ctypes.c_uint),
        ("slots", ctypes.c_void_p), ("end", ctypes.c_void_p * 2),
    ]  # fmt: skip


def _native_class():
    """A class of native code, which the collector does not track, with the looks of a loop."""
    spec = _Spec(b"unseen._Native", object.__basicsize__)
    spec.slots = ctypes.addressof(spec) + _Spec.end.offset
    kind = C_API.PyType_FromSpec(ctypes.byref(spec))
    kind.run_forever = kind.call_soon = None
    kind.is_running = kind.is_closed = lambda _: False
    return kind


class Untracked(asyncio.SelectorEventLoop):
    """Is not tracked by the garbage collector, like a loop in native code."""

    def __init__(self):
        super().__init__()
        C_API.PyObject_GC_UnTrack(self)

    @staticmethod
    def kept():
        """Gives one that there was before."""
        return KEPT

    @staticmethod
    def hidden():
        """Creates one that nothing in Python refers to."""
        C_API.Py_IncRef(_Native())

    @staticmethod
    def run(main):
        """Creates one, runs the coroutine in it, and closes it."""
        loop = Untracked()
        loop.run_until_complete(main)
        loop.close()


_Native, KEPT = _native_class(), Untracked()
