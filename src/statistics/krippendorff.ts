// Krippendorff's alpha: how far raters agree beyond chance, with marks missing. Krippendorff, "Computing Krippendorff's
// alpha-reliability" (2011).
import { percentile } from "./bootstrap";
import { Pcg64 } from "./pcg64";
import { significanceSeed, type TestSettings } from "./significance";

export type Level = "nominal" | "ordinal" | "interval";

/** One unit's marks, null where a rater gave none. */
export type Unit = readonly (number | null)[];

/** Squared distance of two values; of ranks by how many marks lie between them. */
function distances(values: readonly number[], counts: readonly number[], level: Level): number[][] {
  return values.map((a, i) =>
    values.map((b, j) => {
      if (level === "nominal") return i === j ? 0 : 1;
      if (level === "interval") return (a - b) ** 2;
      const [from, to] = i < j ? [i, j] : [j, i];
      const between = counts.slice(from, to + 1).reduce((sum, count) => sum + count, 0);
      return (between - (counts[from]! + counts[to]!) / 2) ** 2;
    }),
  );
}

/** Alpha of units (texts) by raters; null where nobody can disagree: fewer than two marks on every unit, or one value alone. */
export function krippendorffAlpha(units: readonly Unit[], level: Level): number | null {
  const paired = units
    .map((unit) => unit.filter((mark): mark is number => mark !== null))
    .filter((marks) => marks.length > 1);
  const values = [...new Set(paired.flat())].sort((a, b) => a - b);
  if (values.length < 2) return null;
  const at = new Map(values.map((value, i) => [value, i]));
  const together = values.map(() => values.map(() => 0));
  for (const marks of paired)
    marks.forEach((a, i) => {
      marks.forEach((b, j) => {
        if (i !== j) together[at.get(a)!]![at.get(b)!]! += 1 / (marks.length - 1);
      });
    });
  const counts = together.map((row) => row.reduce((sum, count) => sum + count, 0));
  const total = counts.reduce((sum, count) => sum + count, 0);
  const distance = distances(values, counts, level);
  let [observed, expected] = [0, 0];
  for (let i = 0; i < values.length; i++)
    for (let j = 0; j < values.length; j++) {
      observed += together[i]![j]! * distance[i]![j]!;
      expected += (counts[i]! * counts[j]! * distance[i]![j]!) / (total - 1);
    }
  return 1 - observed / expected;
}

/** The 95 % percentile interval of alpha over resampled units; null where most resamples have none. */
export function alphaInterval95(
  units: readonly Unit[],
  level: Level,
  { seed = significanceSeed, samples = 1000 }: TestSettings = {},
): [number, number] | null {
  if (units.length < 2) return null;
  const draws = new Pcg64(seed).choice(units.length, samples * units.length);
  const found: number[] = [];
  for (let sample = 0; sample < samples; sample++) {
    const drawn = units.map((_, i) => units[draws[sample * units.length + i]!]!);
    const alpha = krippendorffAlpha(drawn, level);
    if (alpha !== null) found.push(alpha);
  }
  const sorted = Float64Array.from(found).sort();
  return sorted.length > samples / 2 ? [percentile(sorted, 2.5), percentile(sorted, 97.5)] : null;
}
