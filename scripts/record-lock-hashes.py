"""Records dbt's hash of package lists: src/packages/cases/lock-hashes.json. Run with a Python that has dbt-core 1.11."""
import copy, json, pathlib
import yaml
import dbt.version
from dbt.config.project import package_config_from_data
from dbt.task.deps import _create_sha1_hash

LISTS = [
    "packages: []\n",
    "packages:\n  - package: dbt-labs/dbt_utils\n    version: 1.1.1\n",
    "packages:\n  - package: a/b\n    version: ['>=1.0.0', '<2.0.0']\n    install_prerelease: true\n  - package: c/d\n    version: 0.8.0\n",
    "packages:\n  - git: https://x/y.git\n    revision: 1.0\n    warn-unpinned: false\n    subdirectory: sub\n  - git: https://x/z.git\n",
    "packages:\n  - git: https://x/y.git\n    revision: 12\n  - local: é\n    name: n\n",
    "packages:\n  - local: ../other\n  - tarball: https://x/y.tar.gz\n    name: why\n",
]
cases = []
for text in LISTS:
    data = yaml.safe_load(text)
    packages = package_config_from_data(copy.deepcopy(data), copy.deepcopy(data)).packages
    cases.append({"yaml": text, "hash": _create_sha1_hash(packages)})
out = pathlib.Path(__file__).parent.parent / "src/packages/cases/lock-hashes.json"
out.parent.mkdir(exist_ok=True)
out.write_text(json.dumps({"dbt": dbt.version.get_installed_version().to_version_string(True), "cases": cases}, indent=2) + "\n")
