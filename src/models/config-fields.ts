// Field-by-field reading of a config.json: each access is checked and remembered, so that what nobody read can be reported.
import { ConfigError, readJsonObject } from "./json-files";

export { ConfigError } from "./json-files";

/** Fields of Hugging Face configurations that do not change what a forward pass computes; the last two lines are generation's. */
const HARMLESS = new Set(
  `architectures transformers_version torch_dtype dtype use_cache initializer_range attention_dropout
  cache_implementation return_dict output_hidden_states output_attentions output_scores torchscript tokenizer_class
  attn_implementation is_decoder is_encoder_decoder id2label label2id problem_type finetuning_task prefix
  task_specific_params chunk_size_feed_forward unsloth_version unsloth_fixed use_return_dict auto_map max_window_layers
  model_type use_bfloat16 tf_legacy_loss
  do_sample early_stopping num_beams num_beam_groups diversity_penalty temperature top_k top_p typical_p repetition_penalty
  length_penalty no_repeat_ngram_size encoder_no_repeat_ngram_size num_return_sequences min_length max_length
  return_dict_in_generate remove_invalid_values`.split(/\s+/),
);
/** Private to whoever wrote the file, or the id of a token that a text may hold: neither enters a forward pass. */
const HARMLESS_NAME = /^_|(^|_)token_(ids?|index)$/;

/** The deepest published models have some 130 layers. */
export const MOST_LAYERS = 1000;
/** Larger than any size of a model, small enough for the engine's 32-bit indices. */
const LARGEST_COUNT = 2 ** 31 - 1;

/** Whether a value says that its field is not used: null, an empty list, an empty object. */
const isEmpty = (value: unknown): boolean =>
  value === null || (typeof value === "object" && Object.keys(value).length === 0);

export class ConfigFields {
  private readonly known = new Set<string>();

  /** `place` goes in front of a field's name in errors (`rope_scaling.` for a nested object); `harmless` fields need not be read. */
  constructor(
    readonly file: string,
    private readonly values: Record<string, unknown>,
    private readonly place = "",
    private readonly harmless: ReadonlySet<string> = new Set(),
  ) {}

  /** A model's configuration; `file` is for errors. */
  static of(file: string, values: Record<string, unknown>): ConfigFields {
    return new ConfigFields(file, values, "", HARMLESS);
  }

  static read(file: string): ConfigFields {
    return ConfigFields.of(file, readJsonObject(file));
  }

  /** The same fields, and values for those that are absent; what was read does not count for the new ones. */
  with(absent: Record<string, unknown>): ConfigFields {
    return new ConfigFields(this.file, { ...absent, ...this.values }, this.place, this.harmless);
  }

  fail(field: string, expected: string): never {
    const found = field in this.values ? JSON.stringify(this.values[field]) : "nothing";
    throw new ConfigError(
      `${this.file}: field "${this.place}${field}": expected ${expected}, found ${found}`,
    );
  }

  /** The raw value; undefined where absent. */
  get(field: string): unknown {
    this.known.add(field);
    return Object.hasOwn(this.values, field) ? this.values[field] : undefined;
  }

  number(field: string): number {
    const value = this.get(field);
    if (typeof value !== "number" || !Number.isFinite(value) || value <= 0)
      this.fail(field, "a number above 0");
    return value;
  }

  /** A list of `count` numbers above 0. */
  numbers(field: string, count: number): number[] {
    const value = this.get(field);
    const good = (one: unknown) => typeof one === "number" && Number.isFinite(one) && one > 0;
    if (!Array.isArray(value) || value.length !== count || !value.every(good)) {
      this.fail(field, `${count} numbers above 0`);
    }
    return value;
  }

  /** A whole number from 1 to `most`: sizes are allocated, and looped over, before a weight file can contradict them. */
  count(field: string, most = LARGEST_COUNT): number {
    const value = this.get(field);
    if (!Number.isSafeInteger(value) || (value as number) < 1) this.fail(field, "a whole number above 0");
    if ((value as number) > most) this.fail(field, `a whole number of at most ${most}`);
    return value as number;
  }

  /** A count or nothing; null and absence are the same unless `required`. */
  optionalCount(field: string, required = false): number | undefined {
    const value = this.get(field);
    return !required && (value === null || value === undefined) ? undefined : this.count(field);
  }

  /** A number above 0, or null for none; absence is an error. */
  numberOrNull(field: string): number | undefined {
    return this.get(field) === null ? undefined : this.number(field);
  }

  flag(field: string, absent?: boolean): boolean {
    const value = this.get(field) ?? absent;
    if (typeof value !== "boolean") this.fail(field, "true or false");
    return value;
  }

  /** Token ids: one, several or none; negative ids stand for none, as in older files. */
  tokenIds(field: string, vocabSize: number): number[] {
    const value = this.get(field);
    if (value === null || value === undefined) return [];
    const ids = Array.isArray(value) ? value : [value];
    for (const id of ids) {
      if (!Number.isSafeInteger(id) || id >= vocabSize)
        this.fail(field, `token ids below vocab_size ${vocabSize}`);
    }
    return ids.filter((id) => id >= 0);
  }

  /** A nested object; undefined where empty or absent. */
  nested(field: string): ConfigFields | undefined {
    const value = this.get(field);
    return value === undefined || isEmpty(value) ? undefined : this.object(field);
  }

  /** A nested object; absence is an error. `model`: it is the configuration of a model, with such a one's harmless fields. */
  object(field: string, model = false): ConfigFields {
    const value = this.get(field);
    if (typeof value !== "object" || value === null || Array.isArray(value)) this.fail(field, "an object");
    const harmless = model ? HARMLESS : undefined;
    return new ConfigFields(this.file, value as Record<string, unknown>, `${this.place}${field}.`, harmless);
  }

  /** Which layers slide, from `layer_types`; undefined where absent. */
  layerTypes(layers: number): boolean[] | undefined {
    const value = this.get("layer_types");
    if (value === null || value === undefined) return undefined;
    const known = (type: unknown) => type === "sliding_attention" || type === "full_attention";
    if (!Array.isArray(value) || value.length !== layers || !value.every(known)) {
      this.fail("layer_types", `${layers} times sliding_attention or full_attention`);
    }
    return value.map((type) => type === "sliding_attention");
  }

  /** A field that is absent or has one of `allowed`; where that is null or false, any value that says "not used" will do. */
  fixed(field: string, allowed: unknown[]): void {
    const value = this.get(field);
    if (value === undefined || allowed.includes(value)) return;
    const mayBeUnused = allowed.includes(null) || allowed.includes(false);
    if (mayBeUnused && (value === false || isEmpty(value))) return;
    this.fail(field, `${allowed.map((choice) => JSON.stringify(choice)).join(" or ")}`);
  }

  /**
   * Throws for the fields that were neither read nor are known to be harmless, here or in general. What is empty is not used;
   * false says so only where every switch is `offByDefault`.
   */
  rejectUnknown(harmless: readonly string[] = [], offByDefault = false): void {
    const isHarmless = (field: string, value: unknown) =>
      this.known.has(field) ||
      harmless.includes(field) ||
      HARMLESS_NAME.test(field) ||
      this.harmless.has(field) ||
      isEmpty(value) ||
      (offByDefault && value === false);
    const unknown = Object.keys(this.values).filter((field) => !isHarmless(field, this.values[field]));
    if (unknown.length > 0) {
      const names = unknown.map((field) => `"${this.place}${field}"`).join(", ");
      throw new ConfigError(
        `${this.file}: unknown field ${names}: it may change what the model computes; remove it if it does not`,
      );
    }
  }
}
