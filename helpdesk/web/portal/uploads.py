"""The files of a form: their bytes, and what is known of each."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from flask import request

from helpdesk.catalog.model import Document
from helpdesk.usecases.portal_form import Upload


@dataclass(frozen=True, slots=True)
class Uploaded:
    """The files of this request and their bytes, in the same order."""

    files: list[Upload]
    contents: list[bytes]


def of_form(documents: Iterable[Document]) -> dict[str, str]:
    """The upload fields of the documents on the form of an item, with the document of each."""
    return {f"doc-{d.id}": d.id for d in documents}


def uploaded(documents: Mapping[str, str] = MappingProxyType({})) -> Uploaded:
    """The files that came with this request: those of the documents first, then the others. Empty fields are none.

    `documents`: the names of the upload fields, with the key of the document that belongs into each. What comes in any
    other field is kept as a file like others: the page may be older than what is asked for now.
    """
    names = [*documents.items(), *((name, "") for name in request.files if name not in documents)]
    found = Uploaded([], [])
    for field, document in names:
        for file in request.files.getlist(field):
            content = file.read()
            if not file.filename and not content:
                continue
            sha256 = hashlib.sha256(content).hexdigest()
            found.files.append(Upload(file.filename or "", file.mimetype, sha256, len(content), document))
            found.contents.append(content)
    return found
