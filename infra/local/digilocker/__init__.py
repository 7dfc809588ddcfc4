"""A DigiLocker of one's own: it speaks DigiLocker's wire to requesters and issuers, and is strict where that is.

A program of its own (docs/simulator.md, docs/adr/0052): it knows nothing of Pravesh, and computes every formula itself,
so that a mistake made there shows here. `python -m infra.local.digilocker` runs it alone; the laptop has it on its
console.
"""
