"""Checks a bundle against the definitions of FHIR R4: fields, types, cardinalities and references between elements."""

import json
import sys

import fhir.resources
from fhir.resources.bundle import Bundle

# Codes that these elements allow (required bindings); the package does not check them.
CODES = {
    ("Bundle", "type"): {"collection"},
    ("Observation", "status"): {"registered", "preliminary", "final", "amended", "corrected", "cancelled",
                                "entered-in-error", "unknown"},
    ("DocumentReference", "status"): {"current", "superseded", "entered-in-error"},
    ("DocumentReference", "docStatus"): {"preliminary", "final", "amended", "entered-in-error"},
}


def main(path):
    assert fhir.resources.__fhir_version__ == "4.0.1", fhir.resources.__fhir_version__
    with open(path, encoding="utf-8") as file:
        bundle = json.load(file)
    Bundle.parse_obj(bundle)
    for resource in [bundle] + [entry["resource"] for entry in bundle.get("entry", [])]:
        for (kind, field), codes in CODES.items():
            if resource["resourceType"] == kind:
                assert resource.get(field) in codes, (kind, field, resource.get(field))


if __name__ == "__main__":
    main(sys.argv[1])
