// The catalogues: whole in every language, without a message that nothing asks for.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { placesIn } from "../../src/base/message";
import { CATALOGUES, type Key } from "../../src/report/catalogue/said";

const keys = Object.keys(CATALOGUES.ko) as Key[];
const sources = (readdirSync("src/report", { recursive: true }) as string[])
  .filter((file) => file.endsWith(".ts") && !/^catalogue.(ko|en)\.ts$|^document\.ts$/.test(file))
  .map((file) => readFileSync(join("src/report", file), "utf8"))
  .join("\n");

it("has every message in every language, with heads of as many columns", () => {
  for (const [language, messages] of Object.entries(CATALOGUES)) {
    expect(Object.keys(messages), language).toEqual(keys);
    for (const key of keys) {
      const columns = (text: string) => text.split(" | ").length;
      expect(columns(messages[key]), `${language} ${key}`).toBe(columns(CATALOGUES.ko[key]));
      // A second place with its number's words is no second number.
      expect(messages[key], `${language} ${key}`).not.toMatch(/\{\}|\[\]|undefined| {2}/);
    }
  }
});

it("has places of the same names in every language, or fewer", () => {
  // What one language names and another need not: the chosen model, known from the sentence before.
  const odd = keys.filter((key) => {
    const [ko, en] = [placesIn(CATALOGUES.ko[key]), placesIn(CATALOGUES.en[key])];
    return !ko.every((name) => en.includes(name)) && !en.every((name) => ko.includes(name));
  });
  expect(odd).toEqual([]);
});

it("has no message that nothing says", () => {
  // `ordering.${outcome}`: a template that begins with a message's name.
  const made = [...sources.matchAll(/`([a-z]\w*\.(?:[\w.-]|\$\{[^}]*\})*\$\{[^}]*\}[\w.-]*)`/g)].map(
    ([, template]) => new RegExp(`^${template!.replace(/\./g, "\\.").replace(/\$\{[^}]*\}/g, "[\\w.-]+")}$`),
  );
  const ids = /(?:table|doc\.table|doc\.figure)\(\s*"([\w-]+)"/g;
  const shown = [...sources.matchAll(ids)].map(([, id]) => id!);
  const silent = keys.filter(
    (key) =>
      !sources.includes(`"${key}"`) &&
      !made.some((pattern) => pattern.test(key)) &&
      !shown.some((id) =>
        [`table.${id}`, `figure.${id}`].some((start) => key === start || key.startsWith(`${start}.`)),
      ),
  );
  expect(silent).toEqual([]);
});
