// What a loss asks of the rest of its recipe, by name: study files are checked without TensorFlow, which the arithmetic needs.

/** Divergences of given texts and of the student's own together. */
const OF_OWN_TEXTS: readonly string[] = ["contrastive"];
/** Divergences that look at the tokens that the student drew, and so are for texts of the student alone. */
const OF_DRAWN_TOKENS: readonly string[] = ["policy-gradient", "importance-ratio", "clipped-ratio"];
/** Losses between two models of different vocabularies, and whether a temperature softens both distributions. */
const SOFTENED = { uld: true, "merged-likelihood": false, "span-policy-gradient": false };

interface Loss {
  divergence: string;
}

export const needsOwnTexts = ({ divergence }: Loss): boolean => OF_OWN_TEXTS.includes(divergence);
export const needsDrawn = ({ divergence }: Loss): boolean => OF_DRAWN_TOKENS.includes(divergence);

export type AcrossVocabulariesName = keyof typeof SOFTENED;
export const ACROSS_VOCABULARIES_NAMES = Object.keys(SOFTENED) as AcrossVocabulariesName[];
export const isAcrossVocabularies = (name: string): name is AcrossVocabulariesName => name in SOFTENED;
export const isSoftened = (name: AcrossVocabulariesName): boolean => SOFTENED[name];
