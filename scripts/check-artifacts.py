#!/usr/bin/env python3
"""Reads the artifacts of target folders with dbt's own classes and with dbt-artifacts-parser; says what does not fit.

    /path/to/dbt/venv/bin/python scripts/check-artifacts.py TARGET_DIR…

Exit code 1 when a file is refused. Files that are not there are skipped. Of several folders only what is refused is said, and the sum.
"""
import json
import sys
from pathlib import Path

import dbt.adapters.factory  # noqa: F401  (registers what the manifest's classes need)
from dbt.artifacts.schemas.catalog import CatalogArtifact
from dbt.artifacts.schemas.freshness import FreshnessExecutionResultArtifact
from dbt.artifacts.schemas.manifest import WritableManifest
from dbt.artifacts.schemas.run import RunResultsArtifact
from dbt_artifacts_parser import parser
from dbt_semantic_interfaces.implementations.semantic_manifest import PydanticSemanticManifest


def dbt_manifest(path):
    from dbt.contracts.graph.manifest import Manifest

    Manifest.from_writable_manifest(WritableManifest.read_and_check_versions(str(path)))
    return []


CHECKS = [
    ("manifest.json", dbt_manifest, parser.parse_manifest),
    ("run_results.json", lambda path: RunResultsArtifact.read_and_check_versions(str(path)) and [], parser.parse_run_results),
    ("catalog.json", lambda path: CatalogArtifact.read_and_check_versions(str(path)) and [], parser.parse_catalog),
    ("sources.json", lambda path: FreshnessExecutionResultArtifact.read_and_check_versions(str(path)) and [], parser.parse_sources),
    ("semantic_manifest.json", lambda path: PydanticSemanticManifest.parse_raw(path.read_text()) and [], None),
]


def main(folders):
    read = refused = 0
    for folder in folders:
        good, bad = check(folder, quiet=len(folders) > 1)
        read, refused = read + good, refused + bad
    if len(folders) > 1:
        print(f"{len(folders)} folders: {read} readings fine, {refused} refused")
    return 1 if refused else 0


def check(folder, quiet):
    good = bad = 0
    for name, read, parse in CHECKS:
        path = folder / name
        if not path.exists():
            if not quiet:
                print(f"-   {name} is not there")
            continue
        for label, attempt in (("dbt", read), ("dbt-artifacts-parser", parse and (lambda p: parse(json.loads(p.read_text())) and []))):
            if attempt is None:
                continue
            try:
                attempt(path)
                good += 1
                if not quiet:
                    print(f"ok  {name} ({label})")
            except Exception as error:
                bad += 1
                print(f"BAD {folder / name} ({label}): {type(error).__name__}: {str(error)[:1500]}")
    return good, bad


sys.exit(main([Path(each) for each in sys.argv[1:]]))
