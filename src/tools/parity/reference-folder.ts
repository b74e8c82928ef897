// A folder of reference data: reads its files, remembers which were used, and finds the tolerance of each case.
import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { WeightFiles } from "../../models/safetensors";
import { type Case, exact, failed } from "./case";

/** Where a folder's MANIFEST.json names no tolerance, these hold: those of the project's own reference models. */
const TOLERANCES: Record<string, number> = {
  "forward.logits": 2e-4,
  "forward.hidden": 2e-4,
  "forward.logprobs": 2e-4,
  "forward.generate_logits": 2e-4,
  "forward.loss": 1e-5,
  "forward.grad_rel_to_tensor_max": 5e-5,
  "adapters.logits": 5e-4,
  "adapters.grad_rel_to_tensor_max": 1e-4,
  "encoders.hidden": 5e-5,
  "encoders.bertscore": 1e-5,
  "training.loss": 5e-5,
  "training.grad_norm_rel": 2e-5,
  "training.final_weights": 5e-5,
  "kd.fp32": 5e-6,
  "kd2.fp32": 1e-5,
  "kd2.fp32_grad": 1e-5,
};

interface Manifest {
  recommended_tolerances?: Record<string, unknown>;
  files?: Record<string, { sha256?: string }>;
}

export class ReferenceFolder {
  private readonly used = new Set<string>(["README.md", "MANIFEST.json"]);
  private readonly manifest: Manifest;

  constructor(readonly root: string) {
    const file = path.join(root, "MANIFEST.json");
    this.manifest = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : {};
  }

  /** Path of a file or folder of the set; a file counts as used from here on. */
  at(...parts: string[]): string {
    const relative = parts.filter((part) => part !== "").join("/");
    this.used.add(relative);
    return path.join(this.root, relative);
  }

  has(...parts: string[]): boolean {
    return fs.existsSync(path.join(this.root, ...parts));
  }

  // biome-ignore lint/suspicious/noExplicitAny: reference files are read field by field, each comparison checks what it uses
  json(...parts: string[]): any {
    return JSON.parse(fs.readFileSync(this.at(...parts), "utf8"));
  }

  /** Opens a tensor file, or the weights of a model folder; close it. */
  tensors(...parts: string[]): WeightFiles {
    const files = WeightFiles.open(this.at(...parts));
    for (const file of files.files) this.used.add(this.relative(file));
    const index = [...parts, "model.safetensors.index.json"];
    if (this.has(...index)) this.at(...index);
    return files;
  }

  /** All files below, as paths with "/". */
  files(folder = this.root): string[] {
    return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const full = path.join(folder, entry.name);
      return entry.isDirectory() ? this.files(full) : [this.relative(full)];
    });
  }

  /** The tolerance of `kind.what`, or of `kind.name.what` where the manifest has one for this name. */
  tolerance(kind: string, name: string, what: string): number {
    const group = this.manifest.recommended_tolerances?.[kind] as Record<string, unknown> | undefined;
    const own = (group?.[name] as Record<string, unknown> | undefined)?.[what] ?? group?.[what];
    if (typeof own === "number") return own;
    const general = TOLERANCES[`${kind}.${what}`];
    if (general === undefined) throw new Error(`MANIFEST.json: no tolerance for ${kind}, ${name}, ${what}`);
    return general;
  }

  /** Cases for the files that MANIFEST.json lists (present and unchanged) and for those that no other case has used. */
  integrity(): Case[] {
    const cases: Case[] = [];
    const wrong: string[] = [];
    const listed = Object.entries(this.manifest.files ?? {});
    for (const [name, { sha256 }] of listed) {
      if (!this.has(name)) wrong.push(`${name} is missing`);
      else if (sha256 && this.hash(name) !== sha256) wrong.push(`${name} was changed`);
    }
    if (listed.length > 0) {
      cases.push(
        exact(`files as listed in MANIFEST.json (${listed.length})`, wrong.length === 0, wrong.join("; ")),
      );
    }
    for (const name of this.files()) {
      if (!this.used.has(name))
        cases.push(failed(name, "no case of this kind is known: the file was not understood"));
    }
    return cases;
  }

  private hash(name: string): string {
    return crypto
      .createHash("sha256")
      .update(fs.readFileSync(path.join(this.root, name)))
      .digest("hex");
  }

  private relative(file: string): string {
    return path.relative(this.root, file).split(path.sep).join("/");
  }
}
