// The languages that labels, figures and report are written in.

export type Language = "ko" | "en";
