// Every dependency is pinned by hash, for npm and for Python, and none runs a script when it is installed.
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../../src/study/stage";

const text = (name: string) => fs.readFileSync(path.join(ROOT, name), "utf8");

describe("npm", () => {
  const lock = JSON.parse(text("package-lock.json")) as {
    packages: Record<
      string,
      { integrity?: string; link?: boolean; resolved?: string; version?: string; inBundle?: boolean }
    >;
  };
  const packages = Object.entries(lock.packages).filter(([name]) => name.startsWith("node_modules/"));

  it("knows a sha512 of every package that it fetches", () => {
    const fetched = packages.filter(([, { link, inBundle }]) => !link && !inBundle);
    expect(fetched.length).toBeGreaterThan(300);
    const without = fetched.filter(
      ([, { integrity }]) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? ""),
    );
    expect(without.map(([name]) => name)).toEqual([]);
  });

  it("names no host and no address but folders of the repository", () => {
    const addresses = packages.flatMap(([, { resolved }]) => (resolved ? [resolved] : []));
    expect(addresses.filter((address) => address.includes(":"))).toEqual([]);
  });

  it("runs no install script", () => {
    expect(text(".npmrc").split("\n")).toContain("ignore-scripts=true");
    const { scripts } = JSON.parse(text("package.json")) as { scripts: Record<string, string> };
    for (const hook of ["preinstall", "install", "postinstall", "prepare"])
      expect(scripts).not.toHaveProperty(hook);
  });

  it("has exact versions in package.json", () => {
    const { dependencies, devDependencies } = JSON.parse(text("package.json")) as Record<
      string,
      Record<string, string>
    >;
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies }))
      expect(version, name).toMatch(/^(\d+\.\d+\.\d+|file:shims\/.+)$/);
  });
});

describe.each(["requirements.lock.txt", "requirements.cuda.lock.txt"])("%s", (file) => {
  it("has an exact version and at least one sha256 for every package", () => {
    const requirements = text(file)
      .replace(/\\\n/g, " ")
      .split("\n")
      .filter((line) => line.trim() !== "" && !line.startsWith("#"));
    expect(requirements.length).toBeGreaterThan(2);
    for (const line of requirements) expect(line).toMatch(/^[\w.[\]-]+==\S+.*--hash=sha256:[0-9a-f]{64}/);
  });

  it("is installed with --require-hashes, or its files are compared with the hashes", () => {
    const setup = ["scripts/setup.mjs", "scripts/fetch_engine.py"].map(text).join("\n");
    expect(setup).toContain("--require-hashes");
    expect(setup).toContain(file.replace("requirements.", "").startsWith("cuda") ? "cuda" : file);
  });
});
