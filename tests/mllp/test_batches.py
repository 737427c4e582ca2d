"""Batches are refused in words that say what to do, under the batch's own number."""

import pytest

from campaigns.intake.hl7_v2.answers import answer
from campaigns.mllp.batches import BATCH, batch_head
from tests.access.people import NOON

MSH = r"MSH|^~\&|LIS|CITYLAB|DIALER|HOSP|20261101110000+0300||ORU^R01|M1|P|2.5.1"
BHS = r"BHS|^~\&|LIS|CITYLAB|DIALER|HOSP|20261101110000+0300||results||B77"
FHS = r"FHS|^~\&|LIS|CITYLAB|DIALER|HOSP|20261101110000+0300||results||F12"


@pytest.mark.parametrize(
    ("lines", "control_id"),
    [
        ([BHS, MSH, "BTS|1"], "B77"),
        ([FHS, BHS, MSH, "BTS|1", "FTS|1"], "B77"),
        ([FHS, MSH], "F12"),
        (["\ufeff" + FHS, BHS.removesuffix("B77")], "F12"),
        (["BHS"], ""),
        (["FHS|"], ""),
    ],
)
def test_a_batch_is_refused_under_its_own_number(lines: list[str], control_id: str) -> None:
    head = batch_head("\r\n".join(lines).encode())
    assert head is not None
    _msh, msa, *_ = answer(head, "AR", [BATCH], NOON).decode().split("\r")
    said = "BHS-1 batches (BHS, FHS) are not taken: send each message by itself"
    assert msa == f"MSA|AR|{control_id}|{said}"


def test_names_go_back_as_they_came_and_to_whom_they_belong() -> None:
    head = batch_head(BHS.replace("LIS", "Лаборатория").encode("cp1251"))
    assert head is not None
    fields = answer(head, "AR", [BATCH], NOON).decode("cp1251").partition("\r")[0].split("|")
    assert fields[2:6] == ["DIALER", "HOSP", "Лаборатория", "CITYLAB"]


@pytest.mark.parametrize("content", [MSH, "", "BH", f"{MSH}\r{BHS}"])
def test_what_is_no_batch_goes_its_way(content: str) -> None:
    assert batch_head(content.encode()) is None
