"""Files that were compressed when they were built, for browsers that take them so."""

from __future__ import annotations

import mimetypes
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

PACKED = ".gz"


class ReadyFiles(StaticFiles):
    """A folder of files; where `NAME.gz` lies beside `NAME`, it is what is sent, as `NAME` with its encoding."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        plain = await super().get_response(path, scope)
        if not self._has_packed(path):
            return plain
        if plain.status_code == HTTPStatus.OK and "gzip" in Headers(scope=scope).get("accept-encoding", ""):
            plain = await super().get_response(path + PACKED, scope)
            plain.headers["content-encoding"] = "gzip"
            plain.headers["content-type"] = mimetypes.guess_type(path)[0] or "application/octet-stream"
        plain.headers.add_vary_header("accept-encoding")
        return plain

    def _has_packed(self, path: str) -> bool:
        return self.lookup_path(path + PACKED)[1] is not None
