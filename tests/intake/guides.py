"""Twenty messages shaped like those that published guides print; persons, numbers and orders are invented.

Whose shape each has: the guide or the sample collection that prints its like.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "guides"


@dataclass(frozen=True)
class Guide:
    """One message: where its like is printed, and what it says. fault: the place of the first one."""

    file: str
    source: str
    status: str = "final"
    result: str = ""
    phone: str = ""
    name: str = ""
    external_id: str = ""
    clinic: str = ""
    language: str = "ru"
    day: str = ""
    fault: str = ""

    @property
    def content(self) -> bytes:
        """As it is sent: segments end with CR."""
        return (FOLDER / f"{self.file}.hl7").read_bytes().replace(b"\n", b"\r")

    @property
    def version(self) -> str:
        """MSH-12, as the name of its file says."""
        return self.file.rsplit("-", 1)[1]


_APHL = "APHL, COVID-19 HL7 data messaging, sample ORU_R01 of version"
_ELR = "HL7 2.5.1 implementation guide, electronic laboratory reporting to public health (US), as used by"
GUIDES: Sequence[Guide] = (
    Guide(
        "01-national-laboratory-2.3",
        "LabCorp, HL7 result messages (printed in adonis2014/OpenLIS, MsgSample.java)",
        result="negative",
        phone="+73432345678",
        name="ORLOVA ANNA",
        external_id="20923085580",
        clinic="LCA",
        day="2026-11-18",
    ),
    Guide(
        "02-reference-laboratory-2.3",
        "Quest Diagnostics, Hub results interface: split messages, codes of its own beside LOINC",
        result="positive",
        phone="+79123456790",
        name="SOKOLOV PETR A",
        external_id="AN123456P",
        clinic="QHUB",
        day="2026-11-18",
    ),
    Guide(
        "03-phl-detected-2.3.1",
        f"{_APHL} 2.3.1: detected",
        result="positive",
        phone="+79172345678",
        name="Кузнецова Ольга Ивановна",
        external_id="SID20260001",
        clinic="PHL",
        day="2026-11-18",
    ),
    Guide(
        "04-phl-not-detected-2.3.1",
        f"{_APHL} 2.3.1: not detected",
        result="negative",
        phone="+78432345679",
        name="Белов Андрей",
        external_id="SID20260002",
        clinic="PHL",
        day="2026-11-18",
    ),
    Guide(
        "05-phl-inconclusive-2.5.1",
        f"{_APHL} 2.5.1: inconclusive",
        result="inconclusive",
        phone="+79172345680",
        name="Титова Вера Олеговна",
        external_id="SID20260003",
        clinic="Поликлиника 7",
        day="2026-11-18",
    ),
    Guide(
        "06-phl-unsatisfactory-2.5.1",
        f"{_APHL} 2.5.1: specimen unsatisfactory",
        "not_done",
        external_id="SID20260004",
    ),
    Guide(
        "07-certification-2.5.1",
        "NIST, test cases of electronic laboratory reporting (printed in MatthewVita/node-hl7-complete)",
        result="negative",
        phone="+13604352368",
        name="Anderson Janet",
        external_id="9700123",
        clinic="EHR Facility",
        day="2026-11-18",
    ),
    Guide(
        "08-hospital-network-2.5.1",
        "Cerner HealthSentry, public health reports (printed in MatthewVita/node-hl7-complete)",
        result="positive",
        phone="+79032345678",
        name="Samuel Neal Miller",
        external_id="200942101014",
        clinic="Baseline West MC",
        language="en",
        day="2026-11-18",
    ),
    Guide(
        "09-clinic-debugging-2.5.1",
        "athenahealth, laboratory results interface: MSH-11 D (printed in MatthewVita/node-hl7-complete)",
        "",
    ),
    Guide(
        "10-state-corrected-2.5.1",
        f"{_ELR} Texas DSHS, NEDSS ELR guide 2.1",
        "corrected",
        result="negative",
        phone="+15124582368",
        name="Garcia Lucia M",
        external_id="ACC-2026-5",
        clinic="Austin Clinic",
        day="2026-11-17",
    ),
    Guide(
        "11-state-preliminary-2.5.1",
        f"{_ELR} Pennsylvania, PA-ELR guidelines 1.1",
        "preliminary",
        external_id="F-PRELIM-1",
    ),
    Guide(
        "12-state-wrong-patient-2.5.1",
        f"{_ELR} Arizona, AZ ELR guide 1.0",
        "wrong_patient",
        external_id="AZF-9",
    ),
    Guide(
        "13-national-network-2.4",
        "Healthlink and MedLIS, Ireland: results of hospital laboratories, HL7 2.4",
        result="negative",
        phone="+35318532176",
        name="CIARÁN EOGHAN GALLAGHER",
        external_id="ML-R10001",
        clinic="BEAUMONT",
        language="en",
        day="2026-11-19",
    ),
    Guide(
        "14-localisation-2.4",
        "HL7 Australia, Australian diagnostics and referral messaging, localisation of HL7 2.4",
        result="negative",
        phone="+61412345678",
        name="WHITE EMILY",
        external_id="26P-0001",
        clinic="NATA PATH",
        day="2026-11-19",
    ),
    Guide(
        "15-analyser-without-patient-2.3.1",
        "Zybio, communication protocol of analysers with a laboratory's system: no telephone",
        fault="PID-13",
    ),
    Guide(
        "16-analyser-unknown-result-2.3.1",
        "E-LAB, HL7 interface manual of the ES-480 analyser: codes of its own, free text",
        fault="OBX-5",
    ),
    Guide(
        "17-order-filler-2.5",
        "IHE, laboratory technical framework: LAB-3, order results management",
        result="positive",
        phone="+79172345683",
        name="Зайцева Нина Павловна",
        external_id="OF-8",
        clinic="Больница 4",
        day="2026-11-19",
    ),
    Guide(
        "18-dialysis-laboratory-deleted-2.5.1",
        f"{_ELR} North Carolina, NC EDSS, from Spectra Laboratories",
        "withdrawn",
        external_id="2104BYK",
    ),
    Guide(
        "19-ambulatory-two-orders-2.4",
        "ELINCS, EHR-laboratory interoperability and connectivity specification: two orders of a message",
        result="negative",
        phone="+79212345684",
        name="Мельник Роман",
        external_id="F7-2",
        clinic="ELINCS LAB",
        day="2026-11-19",
    ),
    Guide(
        "20-national-exchange-2.5",
        "Rwanda, health information exchange: MSH-12 with a country, no order numbers",
        result="negative",
        phone="+79162345685",
        name="Лапина Инна",
        external_id="1196370/94500-6/202611190800",
        clinic="FOSA-12",
        day="2026-11-19",
    ),
)
