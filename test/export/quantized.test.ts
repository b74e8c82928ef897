// Exported decoders in few bits: ONNX Runtime's logits equal the engine's on the same rounded weights.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { InferenceSession } from "onnxruntime-node";
import { afterAll, describe, expect, it } from "vitest";
import { tf } from "../../src/engine/tf";
import { exportDecoder } from "../../src/export/decoder";
import { decodeModel } from "../../src/export/onnx-schema";
import { loadDecoder } from "../../src/models/load";
import { disposePacked, matricesOf, quantizedDecoder, uniformPlan } from "../../src/quantization/decoder";
import type { Scheme } from "../../src/quantization/scheme";
import { REFERENCE_MODELS, referenceModel } from "../models/reference-models";
import { decoderRoundings, expectRounded } from "../rounding";
import { emptyCache, forward } from "./onnx-session";

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "export-quantized-"));
afterAll(() => fs.rmSync(scratch, { recursive: true }));

const SCHEMES: Scheme[] = ([4, 8] as const).flatMap((bits) =>
  [true, false].map((symmetric) => ({ bits, groupSize: 32, symmetric })),
);

describe.each(REFERENCE_MODELS)("%s", (name) => {
  it.each([
    ...SCHEMES.map((scheme) => [JSON.stringify(scheme), scheme] as const),
    ["a scheme of its own for each matrix", undefined] as const,
  ])("%s", async (_, scheme) => {
    const decoder = loadDecoder(referenceModel(name));
    // The odd group sizes meet rows that do not fill their last group.
    const mixed = SCHEMES.map(
      (each, i): Scheme => ({ ...each, groupSize: ([128, 64, 32] as const)[i % 3]! }),
    );
    const plan = scheme
      ? uniformPlan(decoder, scheme)
      : new Map(matricesOf(decoder).map((matrix, i) => [matrix, mixed[(i + 1) % mixed.length]!]));
    const read = (weight: string) => decoder.weights.get(weight)!.dataSync() as Float32Array;
    const variant = scheme?.bits === 8 ? "int8" : "q4";
    const out = path.join(scratch, `${name}-${JSON.stringify(scheme)}`);
    const { files } = exportDecoder(decoder.config, read, out, variant, (matrix) => plan.get(matrix));
    expect(files).toEqual([variant === "int8" ? "model_quantized.onnx" : "model_q4.onnx"]);

    const file = path.join(out, "onnx", files[0]!);
    const { graph } = decodeModel(fs.readFileSync(file));
    expect(graph.node.filter(({ opType }) => opType === "Gemm")).toEqual([]);
    const codes = graph.initializer.filter((tensor) => tensor.name.endsWith(".codes"));
    expect(codes.length).toBe(matricesOf(decoder).length);

    const reference = JSON.parse(fs.readFileSync(path.join(referenceModel(name), "forward.json"), "utf8"));
    const { input_ids: ids, attention_mask: mask } = reference.batches.left;
    const session = await InferenceSession.create(file);
    const { logits } = await forward(session, ids, mask, emptyCache(decoder.config, ids.length));
    await session.release();
    const rounded = quantizedDecoder(decoder, plan);
    const own = tf.tidy(() =>
      rounded.logits(rounded.hidden(Int32Array.from(ids.flat()), ids.length, { keyMask: mask })).dataSync(),
    );
    const real = (mask as number[][]).flat();
    const width = own.length / real.length;
    const [found, expected] = [logits, own].map((all) =>
      [...all].filter((_, i) => real[Math.floor(i / width)] === 1),
    );
    expectRounded(found!, expected!, decoderRoundings(decoder.config, mask[0].length));
    disposePacked(rounded);
    decoder.dispose();
  });
});
