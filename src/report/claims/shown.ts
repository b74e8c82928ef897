// Does a number's text say its value? Rounding, percent, units and times as the report writes them.

const SCALES: Record<string, number> = { kB: 1e3, MB: 1e6, GB: 1e9 };
const plain = (text: string) => Number(text.replace(/,/g, "").replace("\u2212", "-"));

/** Half a unit of the last decimal of a numeral. */
function halfUnit(numeral: string): number {
  const [mantissa, exponent] = numeral.replace(/,/g, "").split("e");
  const decimals = mantissa!.split(".")[1]?.length ?? 0;
  return 0.5 * 10 ** (Number((exponent ?? "0").replace("\u2212", "-")) - decimals);
}

/** Whether `value`, rounded as `text` is, gives `text`. Shares may stand in percent, bytes in kB, MB or GB, seconds in minutes. */
export function shownAgrees(value: number, text: string): boolean {
  const below = /^< ([\d.]+)$/.exec(text);
  if (below) return value < Number(below[1]);
  const time = /^(\d+)(?:분| min) (\d+)(?:초| s)$/.exec(text);
  if (time) return Math.abs(value - (60 * Number(time[1]) + Number(time[2]))) <= 0.5 + 1e-9;
  const [, numeral, unit] = /^([+\u2212-]?[\d.,]+(?:e[+\u2212-]?\d+)?) ?(%|kB|MB|GB|초|s)?$/.exec(text) ?? [];
  if (numeral === undefined) return false;
  const number = plain(numeral.replace("+", ""));
  const half = halfUnit(numeral) * (1 + 1e-9) + 1e-12;
  const near = (factor: number) => Math.abs(value / factor - number) <= half;
  if (unit === "%") return near(0.01);
  if (unit !== undefined && unit in SCALES) return near(SCALES[unit]!);
  // A share may stand in percent under a heading that says so.
  return near(1) || near(0.01);
}
