import socket

import pytest

from dialer.pjsip.resolver import FAILURE_KEPT_SECONDS, KEPT_SECONDS, MOST_ADDRESSES, RESOLVED, Resolver


class Posts:
    """What a loop would be handed."""

    def __init__(self) -> None:
        self.posted: list[tuple[object, ...]] = []

    def post(self, *event: object) -> None:
        self.posted.append(event)


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    moment = [100.0]
    monkeypatch.setattr("dialer.pjsip.resolver.time.monotonic", lambda: moment[0])
    return moment


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> Resolver:
    monkeypatch.setattr(Resolver, "_ask", lambda self, host: None)
    return Resolver(Posts())  # type: ignore[arg-type]


def test_an_address_needs_no_look_up(resolver: Resolver) -> None:
    assert resolver.address("10.0.0.1") == "10.0.0.1"
    assert resolver.known_addresses("10.0.0.1") == ("10.0.0.1",)


def test_an_answer_is_kept_for_a_while_and_then_asked_for_again(resolver: Resolver, now: list[float]) -> None:
    assert resolver.address("a") is None
    resolver.keep("a", ("10.0.0.1", "10.0.0.2"))
    assert resolver.address("a") == "10.0.0.1"
    now[0] += KEPT_SECONDS
    assert resolver.address("a") == "10.0.0.1", "until the new answer is there"
    resolver.keep("a", ("10.0.0.3",))
    assert resolver.address("a") == "10.0.0.3"
    assert resolver.known_addresses("a") == ("10.0.0.3", "10.0.0.1", "10.0.0.2")


def test_the_chosen_address_stays_while_the_name_has_it(resolver: Resolver) -> None:
    resolver.keep("a", ("10.0.0.1", "10.0.0.2"))
    resolver.keep("a", ("10.0.0.2", "10.0.0.1"))
    assert resolver.address("a") == "10.0.0.1"
    resolver.keep("a", ("10.0.0.3", "10.0.0.2"))
    assert resolver.address("a") == "10.0.0.3"
    assert resolver.known_addresses("a") == ("10.0.0.3", "10.0.0.2", "10.0.0.1")


def test_a_name_without_address_is_asked_for_again_soon(resolver: Resolver, now: list[float]) -> None:
    resolver.keep("a", ())
    assert resolver.address("a") == ""
    now[0] += FAILURE_KEPT_SECONDS
    assert resolver.address("a") is None


def test_a_name_service_that_fails_does_not_take_the_address_away(resolver: Resolver) -> None:
    resolver.keep("a", ("10.0.0.1",))
    resolver.keep("a", ())
    assert resolver.address("a") == "10.0.0.1"
    assert resolver.known_addresses("a") == ("10.0.0.1",)


def test_old_addresses_are_forgotten_in_the_end(resolver: Resolver) -> None:
    for number in range(20):
        resolver.keep("a", (f"10.0.0.{number}",))
    assert resolver.known_addresses("a") == tuple(f"10.0.0.{19 - age}" for age in range(MOST_ADDRESSES))


def test_what_the_system_says_is_posted(monkeypatch: pytest.MonkeyPatch) -> None:
    posts = Posts()
    resolver = Resolver(posts)  # type: ignore[arg-type]
    found = [(socket.AF_INET, socket.SOCK_DGRAM, 17, "", (f"10.0.0.{n}", 0)) for n in (2, 1)]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_: found)
    resolver._ask("a")
    monkeypatch.setattr("socket.getaddrinfo", lambda *_: (_ for _ in ()).throw(OSError))
    resolver._ask("b")
    assert posts.posted == [(RESOLVED, "a", ("10.0.0.2", "10.0.0.1")), (RESOLVED, "b", ())]
