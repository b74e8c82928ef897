// Parity of the further distillation losses with `kd2.json` and `kd2.safetensors` (float64): each case by its kind.
import * as fs from "node:fs";
import * as path from "node:path";
import { type Case, failed } from "./case";
import { logitLosses, pairLosses, policyLosses } from "./kd2/distributions";
import { CaseTensors, type Compute, lossCases, type ReferenceLoss } from "./kd2/loss-case";
import { hiddenLosses, quantLosses } from "./kd2/states";
import { alignmentCases, spanLosses, uldLosses } from "./kd2/vocabularies";
import { ReferenceFolder } from "./reference-folder";

/** The losses of a case by its kind; what a kind's checker reads of a case stands with it. */
// biome-ignore lint/suspicious/noExplicitAny: reference files are read field by field, each comparison checks what it uses
const KINDS: Record<string, (reference: any, tensors: CaseTensors) => Compute> = {
  logits: logitLosses,
  pair: pairLosses,
  onpolicy: policyLosses,
  uld: uldLosses,
  align: spanLosses,
  hidden: hiddenLosses,
  quant: quantLosses,
};

/** Whether a folder has this layout. */
export const isKd2Folder = (root: string): boolean => fs.existsSync(path.join(root, "kd2.json"));

/** Every loss under every label; a kind or a tensor that is not known is a failed case that names it. */
export function checkKd2(root: string): Case[] {
  const set = new ReferenceFolder(root);
  const files = set.tensors("kd2.safetensors");
  const used = new Set<string>();
  try {
    const cases = Object.entries(
      set.json("kd2.json").cases as Record<string, { kind: string; losses: Record<string, ReferenceLoss> }>,
    ).flatMap(([label, reference]): Case[] => {
      const tensors = new CaseTensors(files, label, used);
      const compute = Object.hasOwn(KINDS, reference.kind) ? KINDS[reference.kind] : undefined;
      if (!compute) return [failed(`kd2 ${label}`, `a case of kind "${reference.kind}" is not understood`)];
      const further =
        reference.kind === "align" ? alignmentCases(set, label, reference as never, tensors) : [];
      const names = Object.keys(reference.losses);
      const losses = Object.entries(reference.losses).flatMap(([name, loss]) =>
        lossCases(set, label, name, loss, tensors, compute(reference, tensors), names),
      );
      return [...further, ...losses];
    });
    const unknown = files.names().filter((name) => !used.has(name));
    return [...cases, ...unknown.map((name) => failed(`kd2 ${name}`, "not understood")), ...set.integrity()];
  } finally {
    files.close();
  }
}
