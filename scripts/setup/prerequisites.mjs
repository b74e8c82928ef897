// What set-up needs from the machine. Whatever is missing ends in one message that names what to install.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { ownEnvironment } from "./environment.mjs";
import { root } from "./state.mjs";

/** A problem with a known remedy: printed without a stack. */
export class SetupProblem extends Error {}

const output = (program, args) => {
  const result = spawnSync(program, args, { encoding: "utf8", env: ownEnvironment() });
  return result.status === 0 ? result.stdout.trim() : undefined;
};

export function checkNode(version = process.versions.node) {
  const major = Number(version.split(".")[0]);
  if (major < 20) {
    throw new SetupProblem(
      `Node 20 to 26 is needed, this is ${version}. Install Node 22 or 24 and run it again.`,
    );
  }
  if (major > 26) console.warn(`Node ${version} is newer than any this was tried with (20 to 26); going on.`);
}

/** The first Python of 3.10 to 3.13 that can make virtual environments. */
export function findPython(programs) {
  const candidates = programs ?? [
    ...(process.env.PYTHON ? [process.env.PYTHON] : []),
    ...["python3", "python3.13", "python3.12", "python3.11", "python3.10", "python"],
  ];
  const found = [];
  let withoutVenv;
  for (const program of candidates) {
    const version = output(program, ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"]);
    if (!version) continue;
    found.push(`${program} is ${version}`);
    const [major, minor] = version.split(".").map(Number);
    if (major !== 3 || minor < 10 || minor > 13) continue;
    if (output(program, ["-c", "import venv, ensurepip"]) !== undefined) return program;
    withoutVenv ??= version;
  }
  if (withoutVenv) {
    throw new SetupProblem(
      `Python ${withoutVenv} lacks the modules venv and ensurepip. Debian/Ubuntu: apt install python${withoutVenv}-venv (or python3-venv)`,
    );
  }
  throw new SetupProblem(
    `Python 3.10 to 3.13 is needed, found ${found.join(", ") || "none"}. Debian/Ubuntu: apt install python3 python3-venv; macOS: brew install python@3.12. Another one can be named: PYTHON=/path/to/python3.12 npm run setup`,
  );
}

/** A C++ compiler's words: one, or as CXX has them ("ccache g++"). */
export function findCompiler() {
  const candidates = process.env.CXX ? [process.env.CXX] : ["g++", "c++", "clang++"];
  for (const candidate of candidates) {
    // A path may hold spaces.
    for (const words of [[candidate], candidate.split(/\s+/)]) {
      const [program, ...rest] = words;
      if (output(program, [...rest, "--version"]) !== undefined) return words;
    }
  }
  throw new SetupProblem(
    `no C++ compiler found (tried ${candidates.join(", ")}). Debian/Ubuntu: apt install g++; Fedora: dnf install gcc-c++; macOS: xcode-select --install`,
  );
}

export function checkDisk(neededBytes, folder = root) {
  const { bavail, bsize } = fs.statfsSync(folder);
  if (bavail * bsize >= neededBytes) return;
  const gigabytes = (bytes) => (bytes / 1e9).toFixed(1);
  throw new SetupProblem(
    `${gigabytes(neededBytes)} GB of free disk are needed in ${folder}, ${gigabytes(bavail * bsize)} GB are free. Make room and run it again.`,
  );
}

/** Turns the output of a failed npm, pip or compiler into one sentence that says what to do. */
export function remedy(text) {
  if (/ENOSPC|No space left|not enough space/i.test(text))
    return "The disk is full: make room and run it again.";
  if (/DO NOT MATCH THE HASHES|EINTEGRITY/.test(text)) {
    return "A downloaded package is not the one this project was tried with (its hash differs). A proxy or mirror may have changed it.";
  }
  // pip is run quietly and tells of an index that it cannot reach only in this way.
  const unreachable = /from versions: none/.test(text);
  if (!unreachable && /No matching distribution|ETARGET|E404|notarget/i.test(text)) {
    return "The package registry answered, but lacks that version for this machine. A mirror may be out of date.";
  }
  if (
    unreachable ||
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|NewConnectionError|Max retries|Temporary failure|timed out|ProxyError|SSLError|CERTIFICATE/i.test(
      text,
    )
  ) {
    return "The package registry could not be reached: check the network or the proxy settings of npm and pip, then run it again.";
  }
  if (/ensurepip/.test(text)) return "Debian/Ubuntu: apt install python3-venv";
  return "Run it again; if it fails the same way, the lines above say why.";
}
