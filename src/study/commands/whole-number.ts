// Options that are whole numbers.
import { InvalidArgumentError } from "commander";

/** A parser of whole numbers above 0, of at most so many digits. It throws commander's error, which names the option. */
export const wholeNumber =
  (digits: number) =>
  (text: string): number => {
    if (!/^[1-9]\d*$/.test(text) || text.length > digits)
      throw new InvalidArgumentError(`expected a whole number above 0, found ${text}.`);
    return Number(text);
  };
