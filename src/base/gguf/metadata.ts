// The metadata of a model's GGUF file by key, each access checked.
import { GgufError } from "./cursor";
import type { Value } from "./values";

export class GgufMetadata {
  constructor(
    readonly file: string,
    private readonly values: ReadonlyMap<string, Value>,
  ) {}

  fail(key: string, expected: string): never {
    const value = this.values.get(key);
    const shown =
      JSON.stringify(value, (_, part) => (typeof part === "bigint" ? `${part}` : part)) ?? "nothing";
    throw new GgufError(
      `${this.file}: metadata "${key}": expected ${expected}, found ${shown.length > 80 ? `${shown.slice(0, 80)}…` : shown}`,
    );
  }

  /** All keys, in the file's order. */
  keys(): string[] {
    return [...this.values.keys()];
  }

  /** The raw value; undefined where absent. */
  get(key: string): Value | undefined {
    return this.values.get(key);
  }

  text(key: string): string {
    const value = this.values.get(key);
    return typeof value === "string" ? value : this.fail(key, "a text");
  }

  optionalText(key: string): string | undefined {
    return this.values.has(key) ? this.text(key) : undefined;
  }

  number(key: string): number {
    const value = this.values.get(key);
    return typeof value === "number" ? value : this.fail(key, "a number");
  }

  optionalNumber(key: string): number | undefined {
    return this.values.has(key) ? this.number(key) : undefined;
  }

  flag(key: string, absent: boolean): boolean {
    const value = this.values.get(key) ?? absent;
    return typeof value === "boolean" ? value : this.fail(key, "true or false");
  }

  /** A whole number from 0 to `most`; undefined where absent. */
  optionalWhole(key: string, most: number): number | undefined {
    const value = this.values.get(key);
    if (value === undefined) return undefined;
    const good = Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most;
    return good ? (value as number) : this.fail(key, `a whole number from 0 to ${most}`);
  }

  texts(key: string): string[] {
    return this.list(key, "texts", (value): value is string => typeof value === "string");
  }

  numbers(key: string): number[] {
    return this.list(key, "numbers", (value): value is number => typeof value === "number");
  }

  private list<T extends Value>(key: string, what: string, is: (value: Value) => value is T): T[] {
    const value = this.values.get(key);
    return Array.isArray(value) && value.every(is) ? value : this.fail(key, `a list of ${what}`);
  }
}
