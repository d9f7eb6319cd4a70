"""Host names of one process alone, which lead where a test says (strange_names.cc). No lookup leaves the machine."""

import pathlib

from live.preload import compiled

SOURCE = pathlib.Path(__file__).with_name("strange_names.cc")


class StrangeNames:
    """Its library and its file stand in `home`. `beside`: sources of other libraries to run under."""

    def __init__(self, home: pathlib.Path, *beside: pathlib.Path):
        self.libraries, self.file = [compiled(source, home) for source in (SOURCE, *beside)], home / "names"
        self.answers: dict[str, tuple[str, ...]] = {}
        self.write()

    def __setitem__(self, name: str, answers: str | tuple[str, ...]) -> None:
        """One answer, or one for each lookup, of which the last goes on. Counts at once."""
        self.answers[name] = (answers,) if isinstance(answers, str) else answers
        self.write()

    def write(self) -> None:
        fresh = self.file.with_suffix(".new")
        fresh.write_text("".join(f"{name} {' '.join(answers)}\n" for name, answers in self.answers.items()))
        fresh.replace(self.file)

    def asked(self, name: str) -> int:
        """How often it was looked up."""
        noted = self.file.with_suffix(".asked")
        return noted.read_text().split("\n").count(name) if noted.exists() else 0

    @property
    def under(self) -> tuple[str, ...]:
        """The command to run a program under."""
        return ("env", f"LD_PRELOAD={':'.join(map(str, self.libraries))}", f"STRANGE_NAMES={self.file}")
