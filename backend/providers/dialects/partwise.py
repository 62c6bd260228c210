"""Tool uses that are told in parts: a beginning, fragments of the arguments, an end."""

from backend.providers.calls import ToolUse
from backend.providers.dialects.arguments import NO_ARGUMENTS, is_object
from backend.providers.dialects.frames import FrameDecoder
from backend.providers.dialects.openai_tools import MAX_ARGUMENTS, MAX_USES
from backend.providers.errors import Endless


class _Begun:
    __slots__ = ("fragments", "id", "name", "whole")

    def __init__(self, id: str | None, name: str | None, arguments: str) -> None:
        self.id, self.name = id, name
        self.fragments = [arguments] if arguments else []
        self.whole = True


class PartwiseDecoder(FrameDecoder):
    """Puts tool uses together and hands out those that are surely whole.

    A frame that cannot be understood may have held a fragment, and arguments with a hole can still be JSON; so no use
    that was open then is told.
    """

    __slots__ = ("_begun", "_size", "_total")

    def __init__(self) -> None:
        super().__init__()
        self._begun: dict[int | None, _Begun] = {}
        self._size = 0
        self._total = 0

    def _skip(self) -> None:
        """Passes over a frame that cannot be understood."""
        self.malformed += 1
        for begun in self._begun.values():
            begun.whole = False

    def _begin(self, index: int | None, id: str | None, name: str | None, arguments: str = "") -> None:
        """A use begins. One begun at the same place and not ended is lost."""
        self._lost = self._lost or index in self._begun
        self._begun[index] = _Begun(id, name, arguments)
        self._total += 1
        self._bound(len(arguments))

    def _extend(self, index: int | None, fragment: str) -> None:
        """Its arguments go on. A fragment of none is a sign that a beginning was lost."""
        begun = self._begun.get(index)
        if begun is None:
            self.malformed += 1
            self._lost = True
            return
        begun.fragments.append(fragment)
        self._bound(len(fragment))

    def _close(self, index: int | None, otherwise: str = NO_ARGUMENTS) -> None:
        """It ends, if one was begun there; without fragments its arguments are `otherwise`."""
        begun = self._begun.pop(index, None)
        if begun is None:
            return
        arguments = "".join(begun.fragments) or otherwise
        if begun.whole and begun.id and begun.name and is_object(arguments.encode(errors="replace")):
            self._uses.append(ToolUse(begun.id, begun.name, arguments))
        else:
            self.malformed += begun.whole
            self._lost = True

    def _conclude(self) -> None:
        """The answer is over: what is still open is lost."""
        self._lost = self._lost or bool(self._begun)

    def _bound(self, characters: int) -> None:
        self._size += characters
        if self._size > MAX_ARGUMENTS or self._total > MAX_USES:
            self.fault = Endless("tool uses without an end")
