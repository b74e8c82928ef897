// The decoder drawn from its own configuration: embedding, one block in detail, head.

import type { Language } from "../base/language";
import { blockStructure } from "../models/block-structure";
import type { ModelConfig } from "../results/models";
import type { Figure } from "./figure";
import { figureTitle } from "./labels";

interface Box {
  y: number;
  label: string;
  fill: string;
  /** Lines of the block lie inside its frame. */
  inBlock: boolean;
}

const TEXT = {
  ko: {
    bottomUp: "아래에서 위로",
    attention: (heads: number, shared: number, size: number) =>
      `자기 주의 (GQA): 질의 헤드 ${heads}, 키·값 헤드 ${shared}, 헤드 차원 ${size}`,
    window: {
      alternating: (size: string) => `홀짝 층이 번갈아 슬라이딩 윈도 ${size} / 전체`,
      most: (size: string) => `대부분의 층은 슬라이딩 윈도 ${size}, 나머지는 전체`,
      some: (size: string) => `일부 층은 슬라이딩 윈도 ${size}, 나머지는 전체`,
    },
    headNorm: "질의·키 RMSNorm",
    slidingTheta: (theta: string) => `슬라이딩 층 ${theta}`,
    softcap: "소프트캡",
    embedding: "토큰 임베딩 (어휘",
    add: "잔차 더하기",
    feedForward: "게이트 순방향망",
    last: "마지막 RMSNorm",
    head: "언어 모델 헤드",
    tied: "임베딩과 가중치 공유",
    own: "별도 가중치",
    layers: (count: number) => `× ${count}층`,
  },
  en: {
    bottomUp: "bottom up",
    attention: (heads: number, shared: number, size: number) =>
      `Self-attention (GQA): ${heads} query heads, ${shared} key-value heads of size ${size}`,
    window: {
      alternating: (size: string) => `layers in turn sliding window ${size} / full`,
      most: (size: string) => `most layers sliding window ${size}, the others full`,
      some: (size: string) => `some layers sliding window ${size}, the others full`,
    },
    headNorm: "RMSNorm of queries and keys",
    slidingTheta: (theta: string) => `sliding layers ${theta}`,
    softcap: "softcap",
    embedding: "Token embedding (vocabulary",
    add: "add residual",
    feedForward: "Gated feed-forward",
    last: "Last RMSNorm",
    head: "Language model head",
    tied: "weights tied to the embedding",
    own: "weights of its own",
    layers: (count: number) => `× ${count} layers`,
  },
};

const GREY = "#e8e8e8";
const BLUE = "#cfe3f3";
const ORANGE = "#fbe2c0";

function boxes(config: ModelConfig, language: Language): Box[] {
  const text = TEXT[language];
  const headDim = config.head_dim ?? config.hidden_size / config.num_attention_heads;
  const { gate, postNorms, queryKeyNorm, scalesEmbedding, sliding } = blockStructure(config);
  const window = config.sliding_window;
  const theta = (base: number) => base.toLocaleString("en-US");
  const slidingTheta = config.rope_local_base_freq;
  const attention =
    text.attention(config.num_attention_heads, config.num_key_value_heads, headDim) +
    (queryKeyNorm ? `, ${text.headNorm}` : "") +
    `<br>RoPE (θ = ${theta(config.rope_theta ?? 10000)}` +
    `${slidingTheta ? `; ${text.slidingTheta(theta(slidingTheta))}` : ""})` +
    (sliding && window ? `, ${text.window[sliding](window.toLocaleString("en-US"))}` : "") +
    (config.attn_logit_softcapping ? `, ${text.softcap} ${config.attn_logit_softcapping}` : "");
  const rows: [string, string, boolean][] = [
    [
      `${text.embedding} ${config.vocab_size.toLocaleString("en-US")} × ${config.hidden_size})${scalesEmbedding ? ` × √${config.hidden_size}` : ""}`,
      GREY,
      false,
    ],
    ["RMSNorm", GREY, true],
    [attention, BLUE, true],
    [postNorms ? `RMSNorm → ${text.add}` : text.add, GREY, true],
    ["RMSNorm", GREY, true],
    [
      `${text.feedForward} (${gate}): ${config.hidden_size} → ${config.intermediate_size.toLocaleString("en-US")} → ${config.hidden_size}`,
      ORANGE,
      true,
    ],
    [postNorms ? `RMSNorm → ${text.add}` : text.add, GREY, true],
    [text.last, GREY, false],
    [
      `${text.head} (${config.tie_word_embeddings ? text.tied : text.own})` +
        (config.final_logit_softcapping ? `, ${text.softcap} ${config.final_logit_softcapping}` : ""),
      GREY,
      false,
    ],
  ];
  return rows.map(([label, fill, inBlock], index) => ({ y: index, label, fill, inBlock }));
}

/** Draws the layers bottom up; every number in the drawing is read from `config`. */
export function architectureDiagram(config: ModelConfig, name: string, language: Language = "ko"): Figure {
  const text = TEXT[language];
  const parts = boxes(config, language);
  const inBlock = parts.filter((part) => part.inBlock).map((part) => part.y);
  const line = { color: "#333", width: 1.2 };
  const frame = {
    type: "rect",
    x0: 0.06,
    x1: 0.94,
    y0: Math.min(...inBlock) - 0.46,
    y1: Math.max(...inBlock) + 0.46,
  };
  // Beside the block: the way round attention and round the feed-forward network.
  const residual = (from: number, to: number) => ({
    type: "path",
    path: `M 0.14 ${from - 0.42} L 0.095 ${from - 0.42} L 0.095 ${to} L 0.14 ${to}`,
    line: { ...line, dash: "dot" },
  });
  return {
    data: [
      {
        type: "scatter",
        x: [0, 1],
        y: [-0.6, parts.length - 0.4],
        mode: "markers",
        marker: { opacity: 0 },
        showlegend: false,
      },
    ],
    layout: {
      title: figureTitle(`${name}: ${text.bottomUp}`),
      width: 760,
      height: 640,
      xaxis: { visible: false, range: [0, 1.12] },
      yaxis: { visible: false, range: [-0.7, parts.length - 0.3] },
      shapes: [
        { ...frame, line: { ...line, dash: "dash" }, fillcolor: "#fafafa" },
        ...parts.map((part) => ({
          type: "rect",
          x0: 0.14,
          x1: 0.9,
          y0: part.y - 0.32,
          y1: part.y + 0.32,
          fillcolor: part.fill,
          line,
        })),
        residual(1, 3),
        residual(4, 6),
      ],
      annotations: [
        ...parts.map((part) => ({
          x: 0.52,
          y: part.y,
          text: part.label,
          showarrow: false,
          font: { size: 13 },
        })),
        ...parts.slice(1).map((part) => ({
          x: 0.52,
          y: part.y - 0.32,
          ax: 0.52,
          ay: part.y - 0.68,
          xref: "x",
          yref: "y",
          axref: "x",
          ayref: "y",
          text: "",
          showarrow: true,
          arrowhead: 2,
          arrowwidth: 1.2,
        })),
        {
          x: 0.95,
          y: (Math.min(...inBlock) + Math.max(...inBlock)) / 2,
          text: `<b>${text.layers(config.num_hidden_layers)}</b>`,
          showarrow: false,
          xanchor: "left",
          font: { size: 16 },
        },
      ],
      margin: { t: 50, l: 10, r: 10, b: 10 },
    },
  };
}
