"""Acceptance 11 in small: twenty tablets on their first morning each get what their campaigns hold; nothing new costs nothing.

Five hundred tablets against five thousand sites, with times and memory: `make load`.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import select

from server.db.documents import Document
from server.db.users import User
from server.demo import load
from server.demo.link import Answer, Transport
from server.demo.tablet import Tablet
from tests.builders import Office, Person
from tests.journeys.field import inside, now

TABLETS, SITES, MAX_NOTHING_NEW = 20, 200, 2 * 1024
OPEN_TO_ALL = {"agency"}


@dataclass
class Weighed:
    """A link that weighs what it carries, lines of the heads too."""

    send: Transport
    weight: int = 0

    def __call__(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """Send one request."""
        answer = self.send(method, path, headers, body)
        heads = "".join(f"{name}: {value}\r\n" for part in (headers, answer.headers) for name, value in part.items())
        self.weight += len(method + path + heads) + len(body) + len(answer.body)
        return answer


@pytest.fixture
def people(app: Flask, office: Office) -> list[Person]:
    """A department of twenty inspectors and two hundred sites."""
    with office.transaction() as session:
        load.load(session, at=now(), establishment_count=SITES, inspector_count=TABLETS)
        found = session.scalars(select(User).where(User.role == "inspector").order_by(User.username))
        return [Person(user.id, user.username, user.full_name, user.role) for user in found]


def granted(office: Office, person: Person) -> set[str]:
    """The scopes of a person's campaigns and of the communes where their sites lie, read from the documents themselves."""
    with office.transaction() as session:
        campaigns = session.scalars(select(Document).where(Document.kind == "campaign")).all()
        mine = [c for c in campaigns if any(member["user_id"] == person.id for member in c.state["team"])]
        sites = {id for campaign in mine for id in campaign.state["establishment_ids"]}
        rows = session.scalars(select(Document).where(Document.kind == "establishment", Document.id.in_(sites)))
        return {f"campaign:{c.id}" for c in mine} | {row.scope for row in rows}


def test_acceptance_11_each_gets_only_its_campaigns_areas(office: Office, app: Flask, people: list[Person]) -> None:
    links = [Weighed(inside(app)) for _ in people]
    kits = [office.enrols(person) for person in people]
    tablets = [Tablet(link, now, key=kit.key, token=kit.token) for link, kit in zip(links, kits, strict=True)]

    def first_sync(tablet: Tablet) -> None:
        tablet.says_hello()
        tablet.pulls()

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(first_sync, tablet) for tablet in tablets]:
            done.result()
    communes = set()
    for person, tablet in zip(people, tablets, strict=True):
        held = {document["scope"] for document in tablet.documents.values()}
        communes |= {scope for scope in held if scope.startswith("area:")}
        assert held - OPEN_TO_ALL == granted(office, person)
        sites = {d["state"]["establishment_id"] for (kind, _), d in tablet.documents.items() if kind == "inspection"}
        assert sites <= {id for kind, id in tablet.documents if kind == "establishment"}
        assert len(sites) < SITES, "not the whole province"
    assert len(communes) > TABLETS

    for link, tablet in zip(links, tablets, strict=True):
        link.weight = 0
        assert tablet.pulls() == 0
        assert 0 < link.weight < MAX_NOTHING_NEW, "question, answer and both heads"
