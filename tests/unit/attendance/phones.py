"""Phones at one door whose network loses, doubles and delays; the server behind it is exchangeable.

A phone behaves as `static/js/attendance-sync.js` does: what is tried may have arrived, only an
answer takes an item out, an undo of something untried takes it out by itself.
"""

import random
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from ce_bases.attendance.delivery import QueuedSign
from ce_bases.attendance.models import SignKind
from tests.factories.rosters import at

#: Takes a phone's delivery and gives back the ids it decided.
Server = Callable[[int, Sequence[QueuedSign]], set[str]]
OPENS = at(8, 20)


@dataclass
class Phone:
    number: int
    queue: list[QueuedSign] = field(default_factory=list)
    tried: set[str] = field(default_factory=set)
    tapped: list[QueuedSign] = field(default_factory=list)

    def tap(self, item: QueuedSign) -> None:
        self.queue.append(item)
        self.tapped.append(item)

    def take_back(self, item: QueuedSign, made_id: str) -> None:
        """Undo: out of the queue when it never left it, else by an event of its own."""
        undo = replace(
            item,
            event_id=made_id,
            kind=SignKind.ANNUL,
            annuls_id=item.event_id,
            at=item.at + timedelta(minutes=2),
        )
        if item in self.queue and item.event_id not in self.tried:
            self.queue.remove(item)
            self.tapped.remove(item)
        else:
            self.tap(undo)

    def take_off(self, decided: set[str]) -> None:
        self.queue = [item for item in self.queue if item.event_id not in decided]


class Network:
    """Loses requests and answers, delivers twice, and lets old requests arrive after newer ones."""

    def __init__(self, chance: random.Random, server: Server) -> None:
        self.chance, self.server = chance, server
        self.on_the_way: list[tuple[int, tuple[QueuedSign, ...]]] = []

    def send(self, phone: Phone) -> None:
        size = self.chance.randint(1, 4)
        items = tuple(phone.queue[:size])
        if not items:
            return
        phone.tried.update(item.event_id for item in items)
        fate = self.chance.random()
        if fate < 0.2:  # lost, or only delayed: it may arrive much later
            if fate < 0.1:
                self.on_the_way.append((phone.number, items))
            return
        decided = self.server(phone.number, items)
        if fate < 0.3:  # a proxy sends it again
            self.server(phone.number, items)
        if fate < 0.55:  # the answer is lost
            return
        phone.take_off(decided)

    def late(self) -> None:
        """Something that seemed lost arrives after all."""
        if self.on_the_way:
            number, items = self.on_the_way.pop(self.chance.randrange(len(self.on_the_way)))
            self.server(number, items)


def play(chance: random.Random, people: Sequence[int], server: Server, taps: int) -> list[Phone]:
    """Three phones tap, take back and send in a random order until every queue is empty."""
    phones = [Phone(number) for number in range(3)]
    network = Network(chance, server)
    for _ in range(taps):
        phone = chance.choice(phones)
        if phone.tapped and chance.random() < 0.25:
            _undo_something(phone, chance)
        else:
            phone.tap(_some_tap(chance, people))
        if chance.random() < 0.6:
            network.send(chance.choice(phones))
        if chance.random() < 0.3:
            network.late()
    for _ in range(500):
        if not any(phone.queue for phone in phones):
            break
        network.send(chance.choice(phones))
        network.late()
    assert not any(phone.queue for phone in phones)
    while network.on_the_way:
        network.late()
    return phones


def _some_tap(chance: random.Random, people: Sequence[int]) -> QueuedSign:
    kind = chance.choice((SignKind.IN, SignKind.IN, SignKind.OUT))
    moment = OPENS + timedelta(minutes=chance.randint(0, 250))
    return QueuedSign(_new_id(chance), kind, chance.choice(people), moment)


def _undo_something(phone: Phone, chance: random.Random) -> None:
    undone = {item.annuls_id for item in phone.tapped}
    open_taps = [
        item
        for item in phone.tapped
        if item.kind is not SignKind.ANNUL and item.event_id not in undone
    ]
    if open_taps:
        phone.take_back(chance.choice(open_taps), _new_id(chance))


def _new_id(chance: random.Random) -> str:
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))
