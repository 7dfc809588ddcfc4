"""Made-up citizens and firms to try with: those of the laptop's sample IEC records, and what is odd about some.

No PAN or licence here was ever issued to anybody.
"""

from collections.abc import Callable
from datetime import date

from infra.local.digilocker.citizens import PDF, XML, Citizen, Issued, Uploaded
from infra.local.digilocker.documents import pdf
from infra.local.digilocker.issuers import Pullable

_TAX = ("in.gov.pan", "Income Tax Department (simulated)")
_ROADS = ("in.gov.transport", "Ministry of Road Transport and Highways (simulated)")


def _pan(name: str, number: str, born_on: date, gender: str, **odd: object) -> Issued:
    made = Issued(
        f"in.gov.pan-PANCR-{number}", "PANCR", "PAN Verification Record", *_TAX, number, name, born_on, gender,
        date(2015, 4, 7),
    )  # fmt: skip
    for attribute, value in odd.items():
        setattr(made, attribute, value)
    return made


def _licence(name: str, number: str, born_on: date, gender: str, **odd: object) -> Issued:
    made = Issued(
        f"in.gov.transport-DRVLC-{number}", "DRVLC", "Driving License", *_ROADS, number, name, born_on, gender,
        date(2019, 7, 4), status="Active", is_iso_dated=True,
    )  # fmt: skip
    for attribute, value in odd.items():
        setattr(made, attribute, value)
    return made


def citizens() -> list[Citizen]:
    """Make them afresh."""
    return [*_people(), *_firms()]


def _person(number: int, name: str, pan: str, born: str, gender: str, about: str) -> Citizen:
    day = date.fromisoformat(born)
    mobile, email = f"98765{number:05d}", f"{name.lower().replace(' ', '.')}@citizens.example"
    return Citizen(name, day, gender, mobile, email, pan, about=about)


def _people() -> list[Citizen]:
    zeenat = _person(11, "Zeenat Zaheer", "ZZZPZ9999Z", "1984-03-07", "F", "PAN and licence; both fit the name exactly")
    zeenat.issued = [
        _pan(zeenat.name, zeenat.pan, zeenat.born_on, "F"),
        _licence("ZEENAT ZAHEER", "TN-0120190000011", zeenat.born_on, "F"),
    ]
    zeenat.uploaded = [Uploaded("sim-upload-1", "old-licence.pdf", PDF, pdf(("An old licence, scanned",)))]
    zubin = _person(
        12,
        "Zubin Zachariah",
        "ZZZPZ9101Z",
        "1971-11-23",
        "M",
        "PAN in capitals with an honorific, XML wrapped; no XML of the licence",
    )
    zubin.issued = [
        _pan("SHRI ZUBIN ZACHARIAH", zubin.pan, zubin.born_on, "M", is_wrapped=True),
        _licence(zubin.name, "MH0220190000012", zubin.born_on, "M", mimes=(PDF,)),
    ]
    zara = _person(13, "Zara Zafar", "ZZZPZ9102Z", "1990-06-30", "F", "PAN has her name nearly: Zara Zaffar")
    zara.issued = [_pan("Zara Zaffar", zara.pan, zara.born_on, "F")]
    zarna = _person(
        14, "Zarna Zaveri", "ZZZPZ9201Z", "1968-01-15", "F", "PAN is somebody else's: name and birth date differ"
    )
    zarna.issued = [_pan("Zinal Zaveri", "ZZZPZ9202Z", date(1995, 8, 9), "F")]
    zinal = _person(15, "Zinal Zaveri", "ZZZPZ9202Z", "1995-08-09", "F", "an empty locker")
    zorawar = _person(
        16, "Zorawar Zutshi", "ZZZPZ9401Z", "1959-05-19", "M", "day and month of birth are swapped on the licence"
    )
    zorawar.issued = [
        _pan(zorawar.name, zorawar.pan, zorawar.born_on, "M", mimes=(XML,)),
        _licence(zorawar.name, "JK0119890000016", date(1959, 5, 19), "M"),
    ]
    zubeida = _person(
        17, "Zubeida Zamindar", "ZZZPZ9501Z", "1963-09-28", "F", "PAN is not in the locker; it may be pulled"
    )
    zoya = _person(
        18, "Zoya Zamindar", "ZZZPZ9502Z", "1992-02-11", "F", "PAN may be pulled; its issuer looks by hand first"
    )
    zama = _person(
        19, "Zama Zirdo", "ZZZPZ9301Z", "1979-12-02", "M", "PAN; born on 02-12, a leading zero that may get lost"
    )
    zama.issued = [_pan(zama.name, zama.pan, zama.born_on, "M")]
    return [zeenat, zubin, zara, zarna, zinal, zorawar, zubeida, zoya, zama]


def _firms() -> list[Citizen]:
    made = []
    for name, pan, founded in (
        ("Zenith Spices Private Limited", "ZZZCZ9999Z", "2009-02-01"),
        ("Zaveri and Daughters", "ZZZFZ9999Z", "1998-10-12"),
        ("Zuari Marine Exports LLP", "ZZZFZ9995Z", "2014-06-20"),
    ):
        firm = Citizen(name, date.fromisoformat(founded), "", "9876500002", "office@firms.example", pan, is_entity=True)
        firm.about = "a firm, at Entity Locker"
        firm.issued = [_pan(name, pan, firm.born_on, "")]
        made.append(firm)
    return made


def pullables(named: Callable[[str], Citizen]) -> list[Pullable]:
    """Make what the made-up issuers have, and is not in a locker yet."""
    zubeida, zoya = named("Zubeida Zamindar"), named("Zoya Zamindar")
    return [
        Pullable(zubeida.digilocker_id, _pan(zubeida.name, zubeida.pan, zubeida.born_on, "F")),
        Pullable(zoya.digilocker_id, _pan(zoya.name, zoya.pan, zoya.born_on, "F"), is_pending=True),
    ]
