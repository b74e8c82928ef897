// The words in which the schema of a study file is written.

export type Schema = { [keyword: string]: unknown };

/** An object of exactly the fields of T, each with its schema: a field without one does not compile. */
export const object = <T>(
  description: string,
  properties: { [Field in keyof Required<T>]: Schema },
): Schema => ({
  description,
  type: "object",
  additionalProperties: false,
  properties,
});

/** What a file that extends another may take away by writing null. */
export const optional = (schema: Schema): Schema => ({ ...schema, type: [schema.type, "null"] });

/** An object of entries with free names. */
export const entries = (description: string, entry: Schema): Schema => ({
  description,
  type: "object",
  propertyNames: { pattern: "^[a-z][a-z0-9-]*$" },
  additionalProperties: optional(entry),
});

export const text = (description: string): Schema => ({ description, type: "string", minLength: 1 });
export const whole = (description: string, minimum: number): Schema => ({
  description,
  type: "integer",
  minimum,
});
export const above0 = (description: string): Schema => ({ description, type: "number", exclusiveMinimum: 0 });
export const flag = (description: string): Schema => ({ description, type: "boolean" });

/** One of some words, each explained. */
export const choice = (description: string, words: Record<string, string>): Schema => ({
  description: `${description}\n\n${Object.entries(words)
    .map(([word, meaning]) => `"${word}": ${meaning}`)
    .join("\n")}`,
  enum: Object.keys(words),
});
