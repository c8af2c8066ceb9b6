#!/bin/sh
# dbt's functional tests of an adapter, against tdbt.
# usage: run.sh SUITE [pytest arguments]
#   SUITE     folder of dbt-labs/dbt-adapters' dbt-postgres (or of another adapter): the one that holds tests/
#   PYTHON    a Python with dbt-core 1.11, the adapter, dbt-tests-adapter, pytest, pytest-mock and freezegun
#   TDBT_CLI  tdbt's command line (default: this checkout's build)
#   POSTGRES_TEST_HOST, _USER, _PASS, _PORT, _DATABASE, _THREADS, DBT_TEST_USER_1…3: a server, as the suite wants it
here=$(cd "$(dirname "$0")" && pwd)
suite=$1
shift
export TDBT_CLI="${TDBT_CLI:-node $here/../../bin/tdbt.js}"
cd "$suite" && PYTHONPATH="$here:$suite${PYTHONPATH:+:$PYTHONPATH}" DBT_SEND_ANONYMOUS_USAGE_STATS=false \
  exec "${PYTHON:-python3}" -m pytest -p tdbt_suite -q -p no:cacheprovider --tb=line "$@"
