// The parity command's kd2 cases: all agree on the reference folder; a changed value and what nobody knows are failures by name.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { checkKd2 } from "../../src/tools/parity/kd2";

const reference = join(__dirname, "../fixtures/oracles/kd2");
const { cases: expected } = JSON.parse(readFileSync(join(reference, "kd2.json"), "utf8"));

it("every loss of the reference folder agrees, values and gradients", () => {
  const cases = checkKd2(reference);
  expect(cases.filter(({ ok }) => !ok)).toEqual([]);
  const names = cases.map(({ name }) => name);
  for (const [label, { losses }] of Object.entries<{ losses: Record<string, { values: object }> }>(
    expected,
  )) {
    for (const [loss, { values }] of Object.entries(losses)) {
      for (const which of Object.keys(values)) {
        const at = which === "value" ? loss : `${loss}.${which}`;
        expect(names).toContain(`kd2 ${label}: ${at}, values`);
        expect(names).toContain(`kd2 ${label}: ${at}, gradients`);
      }
    }
  }
});

it("a wrong value, a loss and a kind that nobody knows are failures that name them", () => {
  const folder = mkdtempSync(join(tmpdir(), "parity-"));
  try {
    cpSync(reference, folder, { recursive: true });
    const changed = structuredClone({ cases: expected });
    changed.cases.normal.losses["skewed_fkl_a0.1"].values["T1.0"] += 1e-3;
    changed.cases.pair.losses["distillm2_a0.1_beta1.0"].kind = "distillm3";
    changed.cases.hidden.kind = "attention";
    writeFileSync(join(folder, "kd2.json"), JSON.stringify(changed));
    const wrong = checkKd2(folder).filter(({ ok }) => !ok);
    const names = wrong.map(({ name, note }) => `${name}: ${note}`);
    expect(names.some((name) => name.startsWith("kd2 normal: skewed_fkl_a0.1.T1.0, values"))).toBe(true);
    expect(names).toContain('kd2 pair: distillm2_a0.1_beta1.0: a loss of kind "distillm3" is not understood');
    expect(names).toContain('kd2 hidden: a case of kind "attention" is not understood');
    expect(names.some((name) => name.includes("kd2.json was changed"))).toBe(true);
    expect(names.some((name) => name.includes("skewed_rkl"))).toBe(false);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
