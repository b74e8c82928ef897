// An Ollama Modelfile beside a GGUF file (docs/modelfile.md of ollama/ollama): prompts as the chat template writes them, and
// greedy decoding, as the study's own. Ollama puts the token that begins a text before them itself.
import { type Message, renderTemplate } from "../../prompts/render-template";
import { openPublished, type PublishedTokenizer } from "../../prompts/tokenizer-folder";

// Private-use characters mark where texts stand in a rendered template.
const SYSTEM = "\ue000system\ue001";
const USER = "\ue000user\ue001";
const MODEL = "\ue000model\ue001";

/** A turn with an answer, in Go's template language. Throws TokenizerError where the chat template refuses the messages. */
function turn(tokenizer: PublishedTokenizer, messages: Message[]): string {
  const bos = tokenizer.full.bos_token ?? "";
  const written = renderTemplate(tokenizer, messages, true);
  const answered = renderTemplate(tokenizer, [...messages, { role: "assistant", content: MODEL }], false);
  const end = answered.split(MODEL)[1] ?? "";
  const text = bos !== "" && written.startsWith(bos) ? written.slice(bos.length) : written;
  return `${text}${MODEL}${end}`
    .replaceAll("{{", '{{ "{{" }}')
    .replaceAll(SYSTEM, "{{ .System }}")
    .replaceAll(USER, "{{ .Prompt }}")
    .replaceAll(MODEL, "{{ .Response }}");
}

/** With a system message where the chat template takes one. */
function template(tokenizer: PublishedTokenizer): string {
  const user: Message = { role: "user", content: USER };
  const plain = turn(tokenizer, [user]);
  let withSystem: string;
  try {
    withSystem = turn(tokenizer, [{ role: "system", content: SYSTEM }, user]);
  } catch {
    return plain;
  }
  return withSystem.includes("{{ .System }}")
    ? `{{ if .System }}${withSystem}{{ else }}${plain}{{ end }}`
    : plain;
}

/** The Modelfile of a GGUF file beside it; `stops` are the ids that end an answer. Without a chat template it names the file alone. */
export async function modelfile(place: string, file: string, stops: readonly number[]): Promise<string> {
  const tokenizer = await openPublished(place);
  const texts = stops.map((id) => tokenizer.full.decode([id], { skip_special_tokens: false }));
  const lines = [
    `FROM ./${file}`,
    ...(tokenizer.template ? [`TEMPLATE """${template(tokenizer)}"""`] : []),
    ...texts.map((text) => `PARAMETER stop ${JSON.stringify(text)}`),
    "PARAMETER temperature 0",
    "PARAMETER repeat_penalty 1",
  ];
  return `${lines.join("\n")}\n`;
}
