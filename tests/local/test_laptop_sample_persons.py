"""The persons on the sample IECs' records are made up, and fit what kind of entity it is."""

import pytest

from chalicelib.domain.identifiers import is_pan
from chalicelib.domain.iec.records import NatureOfConcern, PersonRole
from infra.local.samples import HOLDERS, Sample

# The PAN's 4th letter and what may bear it.
KINDS = {
    "P": {NatureOfConcern.PROPRIETORSHIP},
    "C": {NatureOfConcern.PRIVATE_LIMITED, NatureOfConcern.PUBLIC_LIMITED, NatureOfConcern.ONE_PERSON_COMPANY},
    "F": {NatureOfConcern.PARTNERSHIP, NatureOfConcern.LLP},
    "A": {NatureOfConcern.REGISTERED_SOCIETY},
    "H": {NatureOfConcern.HUF},
    "T": {NatureOfConcern.TRUST},
    "L": {NatureOfConcern.GOVERNMENT_UNDERTAKING},
}
WHO = {
    NatureOfConcern.PROPRIETORSHIP: PersonRole.PROPRIETOR,
    NatureOfConcern.PRIVATE_LIMITED: PersonRole.DIRECTOR,
    NatureOfConcern.GOVERNMENT_UNDERTAKING: PersonRole.DIRECTOR,
    NatureOfConcern.PARTNERSHIP: PersonRole.PARTNER,
    NatureOfConcern.LLP: PersonRole.PARTNER,
    NatureOfConcern.HUF: PersonRole.KARTA,
    NatureOfConcern.TRUST: PersonRole.TRUSTEE,
    NatureOfConcern.REGISTERED_SOCIETY: PersonRole.TRUSTEE,
}


@pytest.mark.parametrize("sample", HOLDERS, ids=lambda sample: sample.iec)
def test_the_record_fits_the_pan(sample: Sample) -> None:
    record = sample.iec_record
    assert record.nature in KINDS[record.pan[3]]
    assert record.persons
    assert {person.role for person in record.persons} == {WHO[record.nature]}
    if record.nature is NatureOfConcern.PROPRIETORSHIP:
        assert [person.pan for person in record.persons] == [record.pan]


def test_no_person_is_a_real_one() -> None:
    persons = [person for sample in HOLDERS for person in sample.persons]
    assert len({person.pan for person in persons}) == len({person.name for person in persons}) == len(persons)
    assert all(is_pan(person.pan) and person.pan.startswith("ZZZPZ") and person.pan.endswith("Z") for person in persons)


def test_one_director_is_not_validated() -> None:
    directors = [p for sample in HOLDERS for p in sample.persons if p.role is PersonRole.DIRECTOR]
    assert {director.is_validated for director in directors} == {True, False}


def test_samples_are_told_with_their_persons() -> None:
    told = [sample.as_json() for sample in HOLDERS]
    assert told[0]["entity_name"] == "Kaveri Handlooms"
    assert told[0]["persons"] == [
        {
            "name": "Zeenat Zaheer",
            "pan": "ZZZPZ9999Z",
            "born_on": "1984-03-07",
            "role": "proprietor",
            "is_validated": False,
        }
    ]
