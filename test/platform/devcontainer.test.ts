// The devcontainers' files, without building an image; `npm run devcontainer-test` builds it.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "./notebook";

const folder = join(root, ".devcontainer");
const dockerfile = readFileSync(join(folder, "Dockerfile"), "utf8");
/** The commands of the RUN instructions, continuation lines joined. */
const commands = [...dockerfile.replace(/\\\n/g, " ").matchAll(/^RUN (.*)$/gm)].flatMap(([, line]) =>
  line!.split("&&").map((command) => command.trim()),
);
const packages = commands
  .find((command) => command.startsWith("apt-get install"))!
  .split(/\s+/)
  .slice(2)
  .filter((word) => !word.startsWith("-"));

interface DevContainer {
  build: { dockerfile: string };
  hostRequirements: { gpu?: string };
  postCreateCommand: string;
  remoteUser: string;
  customizations: { vscode: { extensions: string[]; settings: Record<string, string> } };
}
const read = (file: string) =>
  JSON.parse(readFileSync(join(folder, file), "utf8").replace(/^\s*\/\/.*$/gm, "")) as DevContainer;

describe.each([
  ["devcontainer.json", undefined],
  ["gpu/devcontainer.json", "optional"],
])("%s", (file, gpu) => {
  const container = read(file);
  it("builds the Dockerfile, sets up by itself, brings the notebook extension", () => {
    expect(resolve(folder, file, "..", container.build.dockerfile)).toBe(join(folder, "Dockerfile"));
    expect(container.hostRequirements.gpu).toBe(gpu);
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    expect(scripts[/^npm run (\S+)$/.exec(container.postCreateCommand)![1]!]).toBeDefined();
    expect(container.customizations.vscode.extensions).toContain("ms-toolsai.jupyter");
    const interpreter = container.customizations.vscode.settings["python.defaultInterpreterPath"]!;
    expect(existsSync(interpreter.replace(/^\$\{containerWorkspaceFolder\}/, root))).toBe(true);
  });
});

it("the image's Node is one that set-up takes, and its packages are those that a bare Debian lacks for the tests", () => {
  const major = Number(/^FROM node:(\d+)-bookworm/m.exec(dockerfile)![1]);
  expect(major).toBeGreaterThanOrEqual(20);
  expect(major).toBeLessThanOrEqual(26);
  const ci = readFileSync(join(root, ".ci/run"), "utf8");
  const lacking = [...ci.matchAll(/missing\+=\(([^)]*)\)/g)].flatMap(([, names]) => names!.split(/\s+/));
  expect(lacking.length).toBeGreaterThan(3);
  expect(lacking.filter((name) => !packages.includes(name))).toEqual([]);
});

const lists = "/var/lib/apt/lists";
const isBookworm = existsSync("/etc/os-release") && /bookworm/.test(readFileSync("/etc/os-release", "utf8"));
const hasLists =
  isBookworm &&
  existsSync(lists) &&
  readdirSync(lists).some((name) => name.endsWith("_Packages") || name.endsWith("_Packages.lz4"));
if (!hasLists) console.log("the Dockerfile's packages are not looked up: no Debian 12 with apt lists here");

it.skipIf(!hasLists)("Debian 12 has the Dockerfile's packages, and they can be installed together", () => {
  const plan = spawnSync("apt-get", ["install", "--simulate", "--no-install-recommends", ...packages], {
    encoding: "utf8",
  });
  expect(plan.status, plan.stderr).toBe(0);
});

it("what the Dockerfile does beside apt works on an empty folder", () => {
  const rest = commands.filter((command) => !command.startsWith("apt-get"));
  const home = mkdtempSync(join(tmpdir(), "home-"));
  for (const command of rest) {
    // Its user and folders belong to the image; here they are this user's and a temporary one.
    const here = command
      .replaceAll("/home/node", home)
      .replaceAll("/var/lib/apt/lists", join(home, "lists"))
      .replace("-o node -g node ", "");
    const run = spawnSync("sh", ["-c", here], { encoding: "utf8" });
    expect(run.status, `${here}\n${run.stderr}`).toBe(0);
  }
  expect(existsSync(join(home, ".cache/korean-summary-cuda"))).toBe(true);
  rmSync(home, { recursive: true });
});
