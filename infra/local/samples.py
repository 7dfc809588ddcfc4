"""Made-up IEC holders to try the laptop with.

No PAN here was ever issued: all are of the form ZZZ?Z…, the GSTIN check characters are right. Numbers and addresses are
made up too: nothing sent on the laptop leaves it.
"""

from dataclasses import dataclass, replace


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
    temporary_password: str = ""

    def with_password(self, temporary_password: str) -> "Sample":
        """Give the same holder with the password it was sent."""
        return replace(self, temporary_password=temporary_password)

    def as_json(self) -> dict[str, str | list[str]]:
        """As ``GET /samples`` lists it."""
        return {
            "legal_name": self.legal_name,
            "iec": self.iec,
            "gstins": list(self.gstins),
            "email": self.email,
            "mobile": self.mobile,
            "temporary_password": self.temporary_password,
        }


HOLDERS = (
    Sample(
        "Kaveri Handlooms (proprietor: Zeenat Zaheer)",
        "ZZZPZ9999Z",
        "ZZZPZ9999Z",
        ("33ZZZPZ9999Z1ZZ",),
        "office@kaveri-handlooms.example",
        "+919876500001",
    ),
    Sample(
        "Zenith Spices Private Limited",
        "ZZZCZ9999Z",
        "ZZZCZ9999Z",
        ("33ZZZCZ9999Z1ZQ", "27ZZZCZ9999Z1ZJ", "07ZZZCZ9999Z1ZL"),
        "trade@zenith-spices.example",
        "+919876500002",
    ),
    Sample(
        "Zaveri and Daughters (partnership firm)",
        "0388012345",
        "ZZZFZ9999Z",
        ("33ZZZFZ9999Z1ZK", "24ZZZFZ9999Z1ZJ"),
        "zaveri@daughters.example",
        "+919876500003",
    ),
    Sample(
        "Ziro Valley Growers Society (association of persons)",
        "ZZZAZ9998Z",
        "ZZZAZ9998Z",
        ("12ZZZAZ9998Z1ZZ",),
        "growers@ziro-valley.example",
        "+919876500004",
    ),
    Sample(
        "Zutshi Brothers HUF",
        "ZZZHZ9997Z",
        "ZZZHZ9997Z",
        ("38ZZZHZ9997Z1Z8",),
        "karta@zutshi-brothers.example",
        "+919876500005",
    ),
    Sample(
        "Zamindar Memorial Trust",
        "ZZZTZ9996Z",
        "ZZZTZ9996Z",
        ("19ZZZTZ9996Z1ZK",),
        "trust@zamindar-memorial.example",
        "+919876500006",
    ),
    Sample(
        "Zuari Marine Exports LLP",
        "ZZZFZ9995Z",
        "ZZZFZ9995Z",
        ("30ZZZFZ9995Z1ZU", "27ZZZFZ9995Z2ZG"),
        "exports@zuari-marine.example",
        "+919876500007",
    ),
    Sample(
        "Zilla Parishad Handicrafts Board (local authority)",
        "0588054321",
        "ZZZLZ9994Z",
        ("09ZZZLZ9994Z1Z3",),
        "board@zilla-handicrafts.example",
        "+919876500008",
    ),
)
