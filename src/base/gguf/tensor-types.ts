// The number formats that a GGUF file may name (ggml.h, `enum ggml_type`): numbers, and sizes of a block of the readable ones.

/** A format that is read: its name and number, the values of a block, the bytes of a block. */
export interface TensorType {
  name: TensorTypeName;
  number: number;
  values: number;
  bytes: number;
}

const READ = {
  F32: [0, 1, 4],
  F16: [1, 1, 2],
  BF16: [30, 1, 2],
  Q4_0: [2, 32, 18],
  Q4_1: [3, 32, 20],
  Q5_0: [6, 32, 22],
  Q5_1: [7, 32, 24],
  Q8_0: [8, 32, 34],
  Q2_K: [10, 256, 84],
  Q3_K: [11, 256, 110],
  Q4_K: [12, 256, 144],
  Q5_K: [13, 256, 176],
  Q6_K: [14, 256, 210],
} as const;

export type TensorTypeName = keyof typeof READ;

/** The readable formats. */
export const TENSOR_TYPES: readonly TensorType[] = (Object.keys(READ) as TensorTypeName[]).map((name) => {
  const [number, values, bytes] = READ[name];
  return { name, number, values, bytes };
});

/** Formats that llama.cpp knows and this project does not, for messages. */
const OTHERS: Record<number, string> = {
  9: "Q8_1",
  15: "Q8_K",
  16: "IQ2_XXS",
  17: "IQ2_XS",
  18: "IQ3_XXS",
  19: "IQ1_S",
  20: "IQ4_NL",
  21: "IQ3_S",
  22: "IQ2_S",
  23: "IQ4_XS",
  24: "I8",
  25: "I16",
  26: "I32",
  27: "I64",
  28: "F64",
  29: "IQ1_M",
  34: "TQ1_0",
  35: "TQ2_0",
  39: "MXFP4",
};

/** A format by number, or undefined when it is not read. */
export const typeOfNumber = (number: number): TensorType | undefined =>
  TENSOR_TYPES.find((type) => type.number === number);

/** A format by name. */
export const typeOfName = (name: TensorTypeName): TensorType =>
  TENSOR_TYPES.find((type) => type.name === name)!;

/** A format's number for a message, with its name where it is known. */
export const describeType = (number: number): string =>
  OTHERS[number] ? `${OTHERS[number]} (${number})` : `${number}`;
