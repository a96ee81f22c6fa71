"""The files of a form: their bytes, and what is known of each."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from flask import request

from helpdesk.catalog.model import Document
from helpdesk.usecases.portal_form import Upload


@dataclass(frozen=True, slots=True)
class Uploaded:
    """The files of this request and their bytes, in the same order."""

    files: list[Upload]
    contents: list[bytes]


def uploaded(documents: Iterable[Document] = ()) -> Uploaded:
    """The files that came with this request: those of the documents first, then the others. Empty fields are none."""
    names = [(f"doc-{d.id}", d.id) for d in documents] + [("files", "")]
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
