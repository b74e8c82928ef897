// A base model whose chat template stands in files of its own: stages are keyed by it, and what they train keeps it.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, expect, it } from "vitest";
import { saveDecoder } from "../../src/models/load";
import { loadTokenizer } from "../../src/prompts/tokenizer";
import { BASE_MODELS } from "../../src/study/base-models";
import { loadStudy } from "../../src/study/file/load";
import { ROOT } from "../../src/study/stage";
import { baseModel } from "../../src/study/stages/base-model";
import { trainSystem } from "../../src/study/stages/train";
import { randomDecoder } from "../../src/training/pretrain";

const name = `test-template-${process.pid}`;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "template-base-"));
afterAll(() => {
  fs.rmSync(folder, { recursive: true });
  fs.rmSync(path.join(ROOT, "data/runs", name), { recursive: true, force: true });
});

it("a trained student answers with its base model's template", async () => {
  const committed = path.join(ROOT, "data/models/qwen3");
  const { chat_template: template, ...config } = JSON.parse(
    fs.readFileSync(path.join(committed, "tokenizer_config.json"), "utf8"),
  );
  fs.copyFileSync(path.join(committed, "tokenizer.json"), path.join(folder, "tokenizer.json"));
  fs.writeFileSync(path.join(folder, "tokenizer_config.json"), JSON.stringify(config));
  fs.writeFileSync(
    path.join(folder, "chat_template.jinja"),
    template.replaceAll("<|im_start|>", "<|im_start|>!"),
  );
  fs.mkdirSync(path.join(folder, "additional_chat_templates"));
  fs.writeFileSync(path.join(folder, "additional_chat_templates/rag.jinja"), "{{ documents }}");
  const recipe = BASE_MODELS.find((model) => model.folder === "qwen3")!;
  const size = {
    hiddenSize: 16,
    intermediateSize: 32,
    numHiddenLayers: 1,
    headDim: 8,
    attentionScale: 8 ** -0.5,
  };
  const decoder = randomDecoder(
    { ...recipe.config, ...size, slidingLayers: [false], vocabSize: 3072, eosTokenIds: [3069] },
    1,
  );
  saveDecoder(folder, decoder);
  decoder.dispose();

  const smoke = loadStudy("smoke");
  const study = {
    ...smoke,
    name,
    models: { ...smoke.models, student: { folder }, teacher: { folder } },
    data: { counts: { train: 4, validation: 1, "test-in-domain": 1, "test-other": 1 } },
    seed: 0,
  };
  const hashOfModel = async () => (await baseModel(study, "student")).hash;
  const hash = await hashOfModel();
  fs.appendFileSync(path.join(folder, "chat_template.jinja"), "{# changed #}");
  const changed = await hashOfModel();
  expect(changed).not.toBe(hash);
  fs.appendFileSync(path.join(folder, "additional_chat_templates/rag.jinja"), "{# changed #}");
  expect(await hashOfModel()).not.toBe(changed);

  const { directory } = await trainSystem(study, "full-student");
  const trained = path.join(directory, "model");
  for (const file of ["chat_template.jinja", "additional_chat_templates/rag.jinja"])
    expect(fs.readFileSync(path.join(trained, file))).toEqual(fs.readFileSync(path.join(folder, file)));
  const [before, after] = [await loadTokenizer(folder), await loadTokenizer(trained)];
  expect(after.templateHash).toBe(before.templateHash);
  expect(after.tokens(after.prompt("글")).join("")).toContain("<|im_start|>!user");
});
