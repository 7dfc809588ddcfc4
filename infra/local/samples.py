"""Made-up IEC holders to try the laptop with, each with the persons whom DGFT's record of its IEC names.

No PAN here was ever issued: all are of the form ZZZ?Z…, the GSTIN check characters are right. Numbers and addresses are
made up too: nothing sent on the laptop leaves it.
"""

from dataclasses import dataclass, replace
from datetime import date

from chalicelib.domain.identifiers import Iec, Pan
from chalicelib.domain.iec.records import IecRecord, NatureOfConcern, Person, PersonRole


@dataclass(frozen=True)
class Sample:
    """One IEC holder as ICEGATE has it on record, and the temporary password it was sent."""

    legal_name: str
    iec: str
    pan: str
    gstins: tuple[str, ...]
    email: str
    mobile: str
    """E.164."""
    nature: NatureOfConcern
    persons: tuple[Person, ...]
    entity_name: str = ""
    """The name as per PAN, where the legal name says more."""
    temporary_password: str = ""

    @property
    def iec_record(self) -> IecRecord:
        """Give DGFT's record of the IEC."""
        name = self.entity_name or self.legal_name
        return IecRecord(Iec(self.iec), Pan(self.pan), name, self.nature, self.persons)

    def with_password(self, temporary_password: str) -> "Sample":
        """Give the same holder with the password it was sent."""
        return replace(self, temporary_password=temporary_password)

    def as_json(self) -> dict[str, object]:
        """As ``GET /samples`` lists it."""
        return {
            "legal_name": self.legal_name,
            "iec": self.iec,
            "gstins": list(self.gstins),
            "email": self.email,
            "mobile": self.mobile,
            "temporary_password": self.temporary_password,
            "entity_name": self.entity_name or self.legal_name,
            "nature": self.nature.value,
            "persons": [
                {
                    "name": person.name,
                    "pan": person.pan,
                    "born_on": person.born_on.isoformat(),
                    "role": person.role.value,
                    "is_validated": person.is_validated,
                }
                for person in self.persons
            ],
        }


def _person(name: str, pan: str, born_on: str, role: PersonRole, *, is_validated: bool = False) -> Person:
    return Person(name, Pan(pan), date.fromisoformat(born_on), role, is_validated)


HOLDERS = (
    Sample(
        "Kaveri Handlooms (proprietor: Zeenat Zaheer)",
        "ZZZPZ9999Z",
        "ZZZPZ9999Z",
        ("33ZZZPZ9999Z1ZZ",),
        "office@kaveri-handlooms.example",
        "+919876500001",
        NatureOfConcern.PROPRIETORSHIP,
        (_person("Zeenat Zaheer", "ZZZPZ9999Z", "1984-03-07", PersonRole.PROPRIETOR),),
        "Kaveri Handlooms",
    ),
    Sample(
        "Zenith Spices Private Limited",
        "ZZZCZ9999Z",
        "ZZZCZ9999Z",
        ("33ZZZCZ9999Z1ZQ", "27ZZZCZ9999Z1ZJ", "07ZZZCZ9999Z1ZL"),
        "trade@zenith-spices.example",
        "+919876500002",
        NatureOfConcern.PRIVATE_LIMITED,
        (
            _person("Zubin Zachariah", "ZZZPZ9101Z", "1971-11-23", PersonRole.DIRECTOR, is_validated=True),
            # The registry has not confirmed her yet: she cannot link.
            _person("Zara Zafar", "ZZZPZ9102Z", "1990-06-30", PersonRole.DIRECTOR),
        ),
    ),
    Sample(
        "Zaveri and Daughters (partnership firm)",
        "0388012345",
        "ZZZFZ9999Z",
        ("33ZZZFZ9999Z1ZK", "24ZZZFZ9999Z1ZJ"),
        "zaveri@daughters.example",
        "+919876500003",
        NatureOfConcern.PARTNERSHIP,
        (
            _person("Zarna Zaveri", "ZZZPZ9201Z", "1968-01-15", PersonRole.PARTNER),
            _person("Zinal Zaveri", "ZZZPZ9202Z", "1995-08-09", PersonRole.PARTNER),
        ),
        "Zaveri and Daughters",
    ),
    Sample(
        "Ziro Valley Growers Society (association of persons)",
        "ZZZAZ9998Z",
        "ZZZAZ9998Z",
        ("12ZZZAZ9998Z1ZZ",),
        "growers@ziro-valley.example",
        "+919876500004",
        NatureOfConcern.REGISTERED_SOCIETY,
        (_person("Zama Zirdo", "ZZZPZ9301Z", "1979-12-02", PersonRole.TRUSTEE),),
        "Ziro Valley Growers Society",
    ),
    Sample(
        "Zutshi Brothers HUF",
        "ZZZHZ9997Z",
        "ZZZHZ9997Z",
        ("38ZZZHZ9997Z1Z8",),
        "karta@zutshi-brothers.example",
        "+919876500005",
        NatureOfConcern.HUF,
        (_person("Zorawar Zutshi", "ZZZPZ9401Z", "1959-05-19", PersonRole.KARTA),),
    ),
    Sample(
        "Zamindar Memorial Trust",
        "ZZZTZ9996Z",
        "ZZZTZ9996Z",
        ("19ZZZTZ9996Z1ZK",),
        "trust@zamindar-memorial.example",
        "+919876500006",
        NatureOfConcern.TRUST,
        (
            _person("Zubeida Zamindar", "ZZZPZ9501Z", "1963-09-28", PersonRole.TRUSTEE),
            _person("Zoya Zamindar", "ZZZPZ9502Z", "1992-02-11", PersonRole.TRUSTEE),
        ),
    ),
    Sample(
        "Zuari Marine Exports LLP",
        "ZZZFZ9995Z",
        "ZZZFZ9995Z",
        ("30ZZZFZ9995Z1ZU", "27ZZZFZ9995Z2ZG"),
        "exports@zuari-marine.example",
        "+919876500007",
        NatureOfConcern.LLP,
        (
            _person("Zeferino Zuzarte", "ZZZPZ9601Z", "1976-07-04", PersonRole.PARTNER),
            _person("Zelia Zuzarte", "ZZZPZ9602Z", "1981-10-21", PersonRole.PARTNER),
        ),
    ),
    Sample(
        "Zilla Parishad Handicrafts Board (local authority)",
        "0588054321",
        "ZZZLZ9994Z",
        ("09ZZZLZ9994Z1Z3",),
        "board@zilla-handicrafts.example",
        "+919876500008",
        NatureOfConcern.GOVERNMENT_UNDERTAKING,
        (_person("Zahid Zilani", "ZZZPZ9701Z", "1966-04-26", PersonRole.DIRECTOR, is_validated=True),),
        "Zilla Parishad Handicrafts Board",
    ),
)
