// The length of a text: no quality, but what other scores may follow.
import type { Metric } from "./metric";

export const characters: Metric = {
  id: "characters",
  measure: "length",
  label: { ko: "글자 수", en: "characters" },
  unit: "characters",
  better: "neither",
  role: "detail",
  aggregate: "mean",
  perItem: (predictions) => predictions.map((text) => [...text].length),
  signature: () => "Unicode code points",
};
