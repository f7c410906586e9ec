#!/usr/bin/env bash
# Every planted bug still has its place in the sources, or tests/mutants/run would prove nothing.
# Usage: mutants.sh SOURCE_ROOT. Exit code 1 if a patch does not apply.
set -euo pipefail

cd "${1:?usage: mutants.sh SOURCE_ROOT}"
failed=0
for patch in tests/mutants/*.patch; do
  git apply --check "$patch" || failed=1
done
exit "$failed"
