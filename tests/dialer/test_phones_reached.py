"""The phones of operators: through their trunk, or past it where they are in one of its networks."""

import pytest

from dialer.messages import Answered
from dialer.settings import Trunk
from tests.dialer.peer import Behaviour, Peer
from tests.dialer.rig import Rig, pool_of


def people(number: str) -> Behaviour:
    return {"101": Behaviour()}[number]


@pytest.mark.parametrize("proxied", [False, True])
def test_a_phone_in_a_network_of_its_trunk_is_called_itself(proxied: bool) -> None:
    with Peer(people) as trunk, Peer(people) as phone:
        way = Trunk("main", "sip:trunk.example", proxy=trunk.uri) if proxied else Trunk("main", trunk.uri)
        with pool_of(way) as pool:
            lines = Rig(pool)
            call = lines.answered(f"sip:101@127.0.0.1:{phone.port}")
            assert Answered(call) in lines.events
            assert len(phone.requests("INVITE")) == 1
            assert not trunk.requests("INVITE")
            phone.hang_up("101")
            assert lines.ended(call).cause == "answered"


def test_without_a_further_account_the_trunk_gets_the_call() -> None:
    with Peer(people) as trunk, Peer(people) as phone:
        ways = [Trunk(f"t{index}", f"sip:trunk{index}.example", proxy=trunk.uri) for index in range(8)]
        with pool_of(*ways) as pool:
            lines = Rig(pool)
            call = lines.dial(f"sip:101@127.0.0.1:{phone.port}", trunk="t7")
            lines.until(lambda: Answered(call) in lines.events)
            assert trunk.requests("INVITE")[0].startswith(f"INVITE sip:101@127.0.0.1:{phone.port} ")


def test_a_phone_at_the_host_of_its_trunk_is_called_through_it() -> None:
    with Peer(people) as trunk, pool_of(Trunk("main", trunk.uri)) as pool:
        Rig(pool).answered("sip:101@127.0.0.1")
        assert trunk.requests("INVITE")[0].startswith(f"INVITE sip:101@127.0.0.1:{trunk.port} ")


def test_a_phone_elsewhere_is_not_called_and_is_no_fault_of_the_trunk() -> None:
    with Peer(people) as trunk, pool_of(Trunk("main", trunk.uri)) as pool:
        lines = Rig(pool)
        ended = lines.ended(lines.dial("sip:101@198.51.100.1"))
        assert (ended.cause, ended.sip_status, ended.rang) == ("wrong_number", 0, False)
        assert not trunk.requests("INVITE")
