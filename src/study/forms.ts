// One model in all its forms on disk, and each form opened to write with: the engine's own files, or ONNX by @huggingface/transformers.
import * as fs from "node:fs";
import * as path from "node:path";
import { AutoModelForCausalLM, BaseStreamer, Tensor } from "@huggingface/transformers";
import { weightBytes } from "../engine/frozen";
import { generate } from "../generation/generate";
import type { Decoder } from "../models/decoder";
import { loadDecoder, saveDecoder } from "../models/load";
import { type QuantizationPlan, uniformPlan } from "../quantization/decoder";
import { loadQuantized, saveQuantized } from "../quantization/files";
import { INT4, INT8 } from "../quantization/scheme";
import type { Form } from "../results/lighter";

const ENGINE_FORMS = ["fp32", "bf16", "int8", "int4", "mixed"] as const;
const ONNX_DTYPES = {
  "onnx-fp32": ["fp32", "model.onnx"],
  "onnx-int8": ["q8", "model_quantized.onnx"],
  "onnx-q4": ["q4", "model_q4.onnx"],
} as const;
export const FORMS: readonly Form[] = [...ENGINE_FORMS, ...(Object.keys(ONNX_DTYPES) as Form[])];

const isOnnx = (form: Form): form is keyof typeof ONNX_DTYPES => form in ONNX_DTYPES;

/** Writes the engine's forms below `folder`, a folder each. */
export function writeEngineForms(folder: string, decoder: Decoder, mixed: QuantizationPlan): void {
  saveDecoder(path.join(folder, "fp32"), decoder, "F32");
  saveDecoder(path.join(folder, "bf16"), decoder, "BF16");
  saveQuantized(path.join(folder, "int8"), decoder, uniformPlan(decoder, INT8));
  saveQuantized(path.join(folder, "int4"), decoder, uniformPlan(decoder, INT4));
  saveQuantized(path.join(folder, "mixed"), decoder, mixed);
}

/** The file of a form's weights below the folder that holds all forms; ONNX files lie in `onnx/onnx`. */
export const weightsFile = (folder: string, form: Form): string =>
  isOnnx(form)
    ? path.join(folder, "onnx/onnx", ONNX_DTYPES[form][1])
    : path.join(folder, form, "model.safetensors");

export interface Writer {
  /** Bytes of the weights in the runtime: of an ONNX file all that it holds. */
  weightBytes: number;
  /** The greedy continuation of a prompt; `onToken` is called as each token comes. */
  write(prompt: readonly number[], onToken?: () => void): Promise<number[]>;
  dispose(): Promise<void>;
}

export interface WriterOptions {
  maxNewTokens: number;
  stopIds: readonly number[];
  padId: number;
}

/** Opens a form of the model below `folder`. */
export async function openForm(folder: string, form: Form, options: WriterOptions): Promise<Writer> {
  return isOnnx(form) ? openOnnx(folder, form, options) : openEngine(openEngineForm(folder, form), options);
}

/** A form's decoder in the engine. Throws for an ONNX form. */
export function openEngineForm(folder: string, form: Form): Decoder {
  if (isOnnx(form)) throw new Error(`${form} is no form of the engine.`);
  const own = path.join(folder, form);
  if (form === "fp32") return loadDecoder(own);
  return form === "bf16" ? loadDecoder(own, { frozen: "bfloat16" }) : loadQuantized(own);
}

function openEngine(decoder: Decoder, options: WriterOptions): Writer {
  return {
    weightBytes: [...decoder.weights.values()].reduce((sum, weight) => sum + weightBytes(weight), 0),
    async write(prompt, onToken) {
      const onLogits =
        onToken &&
        ((logits: { dataSync(): unknown }) => {
          logits.dataSync(); // waits for the device
          onToken();
        });
      return generate(decoder, [prompt], { ...options, ...(onLogits && { onLogits }) })[0]!;
    },
    async dispose() {
      decoder.dispose();
    },
  };
}

class TokenBell extends BaseStreamer {
  private prompt = true;
  constructor(private readonly ring: () => void) {
    super();
  }
  override put(): void {
    // The prompt is put first.
    if (this.prompt) this.prompt = false;
    else this.ring();
  }
  override end(): void {}
}

async function openOnnx(
  folder: string,
  form: keyof typeof ONNX_DTYPES,
  { maxNewTokens, stopIds, padId }: WriterOptions,
): Promise<Writer> {
  const model = await AutoModelForCausalLM.from_pretrained(path.join(folder, "onnx"), {
    dtype: ONNX_DTYPES[form][0],
    local_files_only: true,
  });
  return {
    weightBytes: fs.statSync(weightsFile(folder, form)).size,
    async write(prompt, onToken) {
      const row = (values: readonly (number | bigint)[]) =>
        new Tensor("int64", BigInt64Array.from(values, BigInt), [1, values.length]);
      const output = (await model.generate({
        inputs: row(prompt),
        attention_mask: row(prompt.map(() => 1)),
        max_new_tokens: maxNewTokens,
        do_sample: false,
        eos_token_id: [...stopIds],
        pad_token_id: padId,
        ...(onToken && { streamer: new TokenBell(onToken) }),
      } as unknown as Parameters<typeof model.generate>[0])) as Tensor;
      const ids = [...(output.data as BigInt64Array)].map(Number).slice(prompt.length);
      return stopIds.includes(ids[ids.length - 1]!) ? ids.slice(0, -1) : ids;
    },
    async dispose() {
      await model.dispose();
    },
  };
}
