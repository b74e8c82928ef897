// A base model whose chat template stands in files of its own: stages are keyed by it, and what they train keeps it.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, expect, it } from "vitest";
import { saveDecoder } from "../../src/models/load";
import { loadTokenizer } from "../../src/prompts/tokenizer";
import { BASE_MODELS } from "../../src/study/base-models";
import { type ProfileName, profileNamed } from "../../src/study/profiles";
import { ROOT } from "../../src/study/stage";
import { localFolder } from "../../src/study/stages/model-folder";
import { trainFull } from "../../src/study/stages/train-full";
import { randomDecoder } from "../../src/training/pretrain";

const name = `test-template-${process.pid}` as ProfileName;
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

  const { hash } = localFolder(folder);
  fs.appendFileSync(path.join(folder, "chat_template.jinja"), "{# changed #}");
  const changed = localFolder(folder).hash;
  expect(changed).not.toBe(hash);
  fs.appendFileSync(path.join(folder, "additional_chat_templates/rag.jinja"), "{# changed #}");
  expect(localFolder(folder).hash).not.toBe(changed);

  const model = path.relative(path.join(ROOT, "data/models"), folder);
  const profile = {
    ...profileNamed("smoke"),
    ...{ name, student: model, teacher: model },
    counts: { train: 4, validation: 1, "test-in-domain": 1, "test-other": 1 },
  };
  const { directory } = await trainFull({ profile, seed: 0 }, "full-student");
  const trained = path.join(directory, "model");
  for (const file of ["chat_template.jinja", "additional_chat_templates/rag.jinja"])
    expect(fs.readFileSync(path.join(trained, file))).toEqual(fs.readFileSync(path.join(folder, file)));
  const [before, after] = [await loadTokenizer(folder), await loadTokenizer(trained)];
  expect(after.templateHash).toBe(before.templateHash);
  expect(after.tokens(after.prompt("글")).join("")).toContain("<|im_start|>!user");
});
