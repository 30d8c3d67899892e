"""A radio link to a server over real HTTP: it can break in the middle of a request or swallow the answer."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


class LinkCut(Exception):
    """The radio link broke; nobody knows what arrived."""


class Refused(Exception):
    """The server answered with a problem."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        super().__init__(f"{status} {problem.get('code')}: {problem.get('detail')}")
        self.status, self.problem = status, problem


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes


Transport = Callable[[str, str, dict[str, str], bytes], Answer]


@dataclass
class Link:
    """Real HTTP to one server. `cut_after` = bytes of the next body after which the link breaks, once.

    `deaf` = the next request arrives, its answer does not.
    """

    url: str
    cut_after: int | None = None
    deaf: bool = False

    def __call__(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """Send one request; raises LinkCut where the link breaks."""
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(parts.hostname or "localhost", parts.port, timeout=30)
        try:
            connection.putrequest(method, path, skip_accept_encoding=True)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                connection.putheader(name, value)
            connection.endheaders()
            cut, self.cut_after = self.cut_after, None
            connection.send(body if cut is None else body[:cut])
            if cut is not None:
                raise LinkCut(f"cut after {cut} of {len(body)} bytes")
            response = connection.getresponse()
            answer = Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
            if self.deaf:
                self.deaf = False
                raise LinkCut("the answer was lost")
            return answer
        except (ConnectionError, http.client.HTTPException, TimeoutError) as error:
            raise LinkCut(str(error)) from error
        finally:
            connection.close()
