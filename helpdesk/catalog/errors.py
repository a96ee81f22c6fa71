"""What is wrong with a catalogue, and where."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class CatalogError:
    """One fault; `line` and `column` count from 1, as editors do."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class CatalogErrors(Exception):
    """A catalogue cannot be used; `errors` are all its faults in the order of the file."""

    def __init__(self, errors: tuple[CatalogError, ...]) -> None:
        super().__init__("\n".join(str(error) for error in errors))
        self.errors = errors
