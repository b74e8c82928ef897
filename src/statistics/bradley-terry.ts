// Bradley-Terry strengths from pairwise wins: P(i beats j) = s_i / (s_i + s_j). Hunter, "MM algorithms for generalized Bradley-Terry
// models" (2004).

const MOST_STEPS = 10_000;
const CLOSE = 1e-12;

/**
 * Maximum-likelihood strengths with product 1; `wins[i][j]` is how often i beat j, a tie half for each. Null where they do not
 * exist: somebody never won or never lost against the others as a group.
 */
export function bradleyTerry(wins: readonly (readonly number[])[]): number[] | null {
  const players = wins.map((_, i) => i);
  const reaches = (from: number): Set<number> => {
    const seen = new Set([from]);
    for (const i of seen) for (const j of players) if (wins[i]![j]! > 0) seen.add(j);
    return seen;
  };
  // Ford's condition: wins lead from everybody to everybody.
  if (players.some((i) => reaches(i).size < players.length)) return null;
  let strengths = players.map(() => 1);
  for (let step = 0; step < MOST_STEPS; step++) {
    const next = players.map((i) => {
      let [won, played] = [0, 0];
      for (const j of players) {
        if (i === j) continue;
        won += wins[i]![j]!;
        played += (wins[i]![j]! + wins[j]![i]!) / (strengths[i]! + strengths[j]!);
      }
      return won / played;
    });
    const scale = Math.exp(next.reduce((sum, value) => sum + Math.log(value), 0) / players.length);
    const scaled = next.map((value) => value / scale);
    const moved = Math.max(...scaled.map((value, i) => Math.abs(value / strengths[i]! - 1)));
    strengths = scaled;
    if (moved < CLOSE) break;
  }
  return strengths;
}
