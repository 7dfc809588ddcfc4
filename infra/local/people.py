"""People whom one may choose at the console: those on the records of the sample IECs."""

from __future__ import annotations

from dataclasses import dataclass

from infra.local.samples import HOLDERS


@dataclass(frozen=True)
class OnRecord:
    """Somebody on the record of a sample IEC. All of it is made up."""

    name: str
    pan: str
    role: str
    entity_name: str
    iec: str
    year_of_birth: int

    @property
    def person_id(self) -> str:
        """What names them in a form: IEC and PAN."""
        return f"{self.iec}/{self.pan}"

    @property
    def told(self) -> str:
        """How they are listed."""
        return f"{self.name}, {self.role} of {self.entity_name} (IEC {self.iec})"

    def as_json(self) -> dict[str, str | int]:
        """As the console lists them for programs."""
        return {
            "person_id": self.person_id,
            "name": self.name,
            "pan": self.pan,
            "role": self.role,
            "entity_name": self.entity_name,
            "iec": self.iec,
            "year_of_birth": self.year_of_birth,
        }


def everybody() -> list[OnRecord]:
    """List everybody on the records."""
    return [
        OnRecord(person.name, person.pan, person.role.value, record.entity_name, record.iec, person.born_on.year)
        for record in (holder.iec_record for holder in HOLDERS)
        for person in record.persons
    ]


def by_id(person_id: str) -> OnRecord | None:
    """Give one of them, or None."""
    return next((each for each in everybody() if each.person_id == person_id), None)
