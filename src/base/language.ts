// The languages that labels, figures and report are written in.

export const LANGUAGES = ["ko", "en"] as const;

export type Language = (typeof LANGUAGES)[number];

/** A name in every language. */
export type Label = Readonly<Record<Language, string>>;

/** A label out of a function that names something in a language. */
export const labelled = (name: (language: Language) => string): Label =>
  Object.fromEntries(LANGUAGES.map((language) => [language, name(language)])) as Record<Language, string>;
