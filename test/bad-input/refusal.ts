// How every case of bad input is run: the error's class, what its message names, and that nothing was written.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { processorSeconds } from "../limits/processes";

export interface Refusal {
  name: string;
  /** Makes the input in an empty folder. */
  prepare?: (folder: string) => void;
  act: (folder: string) => unknown;
  /** The error's `name`. */
  error: string;
  /** Parts of the message: the file, the place, the expectation. `$` stands for the folder. */
  says: readonly (string | RegExp)[];
}

/** Every file below a folder with its content, to see that nothing came, went or changed. */
function contents(folder: string): Record<string, string> {
  const entries = fs.readdirSync(folder, { recursive: true, withFileTypes: true }) as fs.Dirent[];
  return Object.fromEntries(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .map((file) => [path.relative(folder, file), fs.readFileSync(file, "base64")]),
  );
}

/** Runs the cases, each in a folder of its own and within `limit` seconds of processor time: none may work without end. */
export function refuses(title: string, cases: readonly Refusal[], limit = 30): void {
  describe(title, () => {
    it.each(cases)("$name", async ({ prepare, act, error, says }) => {
      const outside = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "bad-input-")));
      const folder = path.join(outside, "run");
      fs.mkdirSync(folder);
      try {
        prepare?.(folder);
        const before = contents(outside);
        const started = processorSeconds();
        let thrown: unknown;
        try {
          await act(folder);
        } catch (caught) {
          thrown = caught;
        }
        expect(processorSeconds() - started, "processor time in seconds").toBeLessThan(limit);
        expect(thrown, "an error").toBeInstanceOf(Error);
        const { name, message } = thrown as Error;
        expect({ name, message }).toMatchObject({ name: error });
        for (const part of says) {
          if (typeof part === "string") expect(message).toContain(part.replace("$", folder));
          else expect(message).toMatch(part);
        }
        expect(contents(outside)).toEqual(before);
      } finally {
        fs.rmSync(outside, { recursive: true });
      }
    });
  });
}

/** Writes a text into a new file of the folder, making folders. */
export const file =
  (name: string, content: string | Uint8Array) =>
  (folder: string): void => {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), content);
  };
