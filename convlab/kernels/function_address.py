"""Where a compiled function lies in memory, whatever Python knows it by."""

import ctypes
from _ctypes import CFuncPtr
from pathlib import Path

from convlab.errors import PluginError
from convlab.kernels._elementwise import capsule_address

_REMEDY = (
    "give an address (int), a ctypes function, a PyCapsule, or an object with .address such as a numba.cfunc"
)
# What this process has mapped, on Linux: "start-end permissions ..." in every line.
_MAPS = Path("/proc/self/maps")


def function_address(where: str, function: object) -> int:
    """The address of a compiled function.

    Args:
        where: what messages name, such as ``"xsinx: compiled value"``.
        function: an int, a ctypes function, a PyCapsule of any name, or an object with an int `address`.

    Returns:
        The address, > 0. On Linux it lies in memory that holds code.

    Raises:
        PluginError: another object, NULL, or an address where there is no code.

    Example:
        >>> import ctypes
        >>> function_address("here", ctypes.pythonapi.Py_GetVersion) > 0
        True
    """
    address = _address_of(function)
    if address is None:
        raise PluginError(f"{where} is no compiled function, got {function!r}; {_REMEDY}")
    if address == 0:
        raise PluginError(f"{where} is NULL; {_REMEDY}")
    if not _holds_code(address):
        raise PluginError(f"{where}: there is no code at address {address:#x}; {_REMEDY}")
    return address


def _address_of(function: object) -> int | None:
    if isinstance(function, CFuncPtr):
        return ctypes.cast(function, ctypes.c_void_p).value or 0
    pointed_to = capsule_address(function)
    address = getattr(function, "address", function) if pointed_to is None else pointed_to
    return address if isinstance(address, int) and not isinstance(address, bool) else None


def _holds_code(address: int) -> bool:
    """Whether the address can be called; where the system does not tell, it is believed."""
    if not _MAPS.exists():
        return True
    for line in _MAPS.read_text().splitlines():
        bounds, permissions = line.split(maxsplit=2)[:2]
        start, end = (int(bound, 16) for bound in bounds.split("-"))
        if start <= address < end:
            return "x" in permissions
    return False
