// Chat templates wherever a model keeps them: transformers' choice among the places, and copies that hold them all.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { AutoTokenizer } from "@huggingface/transformers";
import { afterAll, describe, expect, it } from "vitest";
import { copyModelFiles } from "../../src/export/model-files";
import { TEMPLATE_SETTINGS } from "../../src/prompts/render-template";
import { loadTokenizer } from "../../src/prompts/tokenizer";
import { openTokenizerFolder } from "../../src/prompts/tokenizer-folder";

const QWEN = path.join(__dirname, "../../data/models/qwen3");
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "templates-"));
afterAll(() => fs.rmSync(scratch, { recursive: true }));

/** Qwen's tokenizer with these files beside or in the place of its own. */
function folderWith(files: Record<string, string>): string {
  const folder = fs.mkdtempSync(path.join(scratch, "model-"));
  for (const name of ["config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"])
    fs.copyFileSync(path.join(QWEN, name), path.join(folder, name));
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), text);
  }
  return folder;
}

interface Case {
  files: Record<string, string>;
  text?: string;
  ids?: number[];
  error?: string;
}
const { cases, content } = JSON.parse(
  fs.readFileSync(path.join(__dirname, "../fixtures/chat-templates/expected.json"), "utf8"),
) as { cases: Record<string, Case>; content: string };
const filled = Object.entries(cases).filter(([, { text }]) => text);

describe("the template that counts is transformers' (5.24, test/fixtures/chat-templates/make.py)", () => {
  it.each(filled)("%s", async (_, { files, text, ids }) => {
    const folder = folderWith(files);
    const { full } = await openTokenizerFolder(folder);
    const messages = [{ role: "user", content }];
    expect(full.apply_chat_template(messages, { tokenize: false, add_generation_prompt: true })).toBe(text);
    expect((await loadTokenizer(folder)).prompt(content)).toEqual(ids);
  });

  it.each([
    ["list without default", "tokenizer_config.json: of the chat templates tool_use, rag none is called"],
    ["more over config", "additional_chat_templates/rag.jinja: of the chat templates rag none is called"],
    ["empty jinja", "chat_template.jinja: the chat template must write the user's text exactly once"],
    ["none", "no chat template, neither in chat_template.jinja nor"],
  ])("%s: refused, and the file named", async (name, message) => {
    const { files, text } = cases[name]!;
    expect(text ?? "").toBe("");
    await expect(loadTokenizer(folderWith(files))).rejects.toThrow(message);
  });

  it("is a processor's where the tokenizer has none, as AutoProcessor takes it", async () => {
    const { files } = cases["chat_template.json"]!;
    const written = (text: string) => text.replace("config\n", "processor\n");
    const { prompt, tokens } = await loadTokenizer(folderWith(files));
    expect(tokens(prompt(content)).join("")).toBe(written(cases.config!.text!));
    const own = JSON.stringify({ chat_template: JSON.parse(files["chat_template.json"]!).chat_template });
    const { "chat_template.json": _, ...rest } = files;
    const other = await loadTokenizer(folderWith({ ...rest, "processor_config.json": own }));
    expect(other.prompt(content)).toEqual(prompt(content));
  });
});

describe("errors in a template name its file", () => {
  it.each([
    ["chat_template.jinja", "{% for %}", "cannot be filled in"],
    ["chat_template.jinja", "{{ raise_exception('no') }}", "cannot be filled in (no)"],
    ["additional_chat_templates/default.jinja", "hello", "exactly once, found it 0 times"],
    ["chat_template.jinja", "{{ messages[0].content }}{{ messages[0].content }}", "found it 2 times"],
  ])("%s: %s", async (name, text, message) => {
    const folder = folderWith({ [name]: text });
    const error = await loadTokenizer(folder).then(String, String);
    expect(error).toContain(`${path.join(folder, name)}: the chat template`);
    expect(error).toContain(message);
  });

  it.each([[[{ name: "default" }]], [["text"]], [7], [[{ name: 1, template: "" }]]])(
    "tokenizer_config.json: chat_template %j",
    async (value) => {
      const config = JSON.parse(fs.readFileSync(path.join(QWEN, "tokenizer_config.json"), "utf8"));
      const folder = folderWith({
        "tokenizer_config.json": JSON.stringify({ ...config, chat_template: value }),
      });
      await expect(loadTokenizer(folder)).rejects.toThrow(
        `${path.join(folder, "tokenizer_config.json")}: chat_template: expected a template, or a list`,
      );
    },
  );
});

describe("a model's own template in another place", () => {
  const config = JSON.parse(fs.readFileSync(path.join(QWEN, "tokenizer_config.json"), "utf8"));
  const { chat_template: template, ...rest } = config;
  const without = JSON.stringify(rest);
  const entries = [
    { name: "tool_use", template: "{{ messages }}" },
    { name: "default", template },
  ];
  const places: [string, Record<string, string>][] = [
    ["chat_template.jinja", { "tokenizer_config.json": without, "chat_template.jinja": template }],
    ["a list", { "tokenizer_config.json": JSON.stringify({ ...rest, chat_template: entries }) }],
    [
      "chat_template.json",
      { "tokenizer_config.json": without, "chat_template.json": JSON.stringify({ chat_template: template }) },
    ],
  ];

  it.each(places)("%s gives the model's prompts and hash", async (_, files) => {
    const [here, there] = await Promise.all([QWEN, folderWith(files)].map((folder) => loadTokenizer(folder)));
    expect(there!.prompt(content)).toEqual(here!.prompt(content));
    expect(there!.templateHash).toBe(here!.templateHash);
    expect(there!.stopIds).toEqual(here!.stopIds);
  });

  it("counts before tokenizer_config.json's, and the hash is of what counts", async () => {
    const changed = template.replaceAll("<|im_start|>", "<|im_start|>!");
    const [before, after] = [
      await loadTokenizer(QWEN),
      await loadTokenizer(folderWith({ "chat_template.jinja": changed })),
    ];
    expect(after.templateHash).not.toBe(before.templateHash);
    expect(after.tokens(after.prompt("글")).join("")).toContain("<|im_start|>!user");
  });
});

describe("an exported folder", () => {
  it.each(filled)(
    "%s: holds every template file, and whoever reads tokenizer_config.json alone writes the same",
    async (_, { files, text }) => {
      const folder = folderWith(files);
      const out = path.join(scratch, `out-${path.basename(folder)}`);
      copyModelFiles(folder, out);
      for (const [name, written] of Object.entries(files)) {
        if (/\.jinja$|^chat_template\.json$/.test(name))
          expect(fs.readFileSync(path.join(out, name), "utf8")).toBe(written);
      }
      const library = await AutoTokenizer.from_pretrained(out, { local_files_only: true });
      const messages = [{ role: "user", content }];
      const options = { tokenize: false, add_generation_prompt: true, ...TEMPLATE_SETTINGS };
      expect(library.apply_chat_template(messages, options as object)).toBe(text);
      const [here, there] = [await loadTokenizer(folder), await loadTokenizer(out)];
      expect(there.templateHash).toBe(here.templateHash);
      expect(there.prompt(content)).toEqual(here.prompt(content));
    },
  );
});
