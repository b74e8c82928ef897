#!/usr/bin/env bash
# The project as somebody else has it: a clone six folders deep in a path with spaces and Korean letters, with git writing CRLF, a
# container's NODE_ENV and the C locale. Run: npm run stranger-test [-- --whole]
# Set-up, the kernel's tests and one notebook, with this checkout's npm packages (hard links: a link would lead back here) and
# engine; with --whole nothing is taken from here and all tests run. The clone stays when something failed.
set -euo pipefail
unset CDPATH
cd "$(dirname "${BASH_SOURCE[0]}")/.."
here=$PWD

SECONDS=0
base=$(mktemp -d)
clone="$base/한글 폴더/내 연구/a/b/c/clone"
mkdir -p "${clone%/*}"
git clone --quiet -c core.autocrlf=true "$here" "$clone"
cd "$clone"
export NODE_ENV=production LC_ALL=C TZ=Asia/Seoul
echo "a stranger's clone: $clone"

if [[ ${1:-} == --whole ]]; then
  npm test --silent
else
  mkdir node_modules
  cp -al "$here/node_modules/." node_modules 2>/dev/null || cp -a "$here/node_modules/." node_modules
  rm -rf node_modules/.cache
  ln -s "$here/.engine" .engine
  npm run --silent setup
  node node_modules/vitest/vitest.mjs run test/platform/kernel.test.ts
  npm run --silent notebook -- 02 -p profile=smoke --out "$base/notebooks"
fi
[[ -z $(git status --porcelain) ]] || { git status --short >&2; exit 1; }
rm -rf "$base"
echo "✓ a stranger's clone: ${SECONDS} s"
