// Words of section 2 in Korean.
import type { ArchitectureWords } from "../sections/architecture";
import { NOT_MEASURED } from "./names";

const SLIDING = {
  alternating: (window: string) => `층마다 번갈아 슬라이딩 윈도 ${window}토큰과 전체`,
  most: (window: string) => `대부분의 층은 슬라이딩 윈도 ${window}토큰, 나머지는 전체`,
  some: (window: string) => `일부 층은 슬라이딩 윈도 ${window}토큰, 나머지는 전체`,
};

export const architecture: ArchitectureWords = {
  heading: "2. 모델 구조 및 아키텍처",
  diagramHeading: "2.1 모델 아키텍처 도식",
  partsHeading: "2.2 구성 요소 설명",
  notMeasured: `모델의 설정이 결과에 들어 있지 않다(${NOT_MEASURED}).`,
  diagramIntro:
    "원 보고서에는 도식이 빠져 있다. 아래 그림은 이번 실행의 학생 모델이 실제로 쓴 설정에서 그린 것이다.",
  figure: {
    caption: "학생 모델의 구조 (설정 파일에서 그림)",
    alt: "아래에서 위로 토큰 임베딩, 디코더 블록(RMSNorm, 그룹 질의 주의, 잔차, 게이트 순방향망), 마지막 RMSNorm, 언어 모델 헤드",
    name: "학생 모델",
  },
  gegluNote:
    "원 보고서는 순방향망을 SwiGLU로 적었으나, Gemma-2의 게이트는 SiLU가 아니라 GELU(tanh 근사)를 쓰는 GeGLU이다.",
  partsIntro: (differs) =>
    differs
      ? "표의 수치는 학생 모델의 것이다. 순방향망의 이름은 원 보고서와 다르다."
      : "표의 수치는 학생 모델의 것이다.",
  teacher: ({ teacherLayers, teacherHidden, layers, hidden }, same) =>
    `교사는 같은 구조로 ${teacherLayers}층, 차원 ${teacherHidden}이며(학생은 ${layers}층, ${hidden}), ${same ? "어휘가 같아 로짓을 그대로 견줄 수 있다" : "어휘의 크기가 다르다"}.`,
  table: { caption: "모델의 계층과 역할", columns: ["계층명", "역할", "구성 요소"] },
  layers: (n, { gate, postNorms, queryKeyNorm, scalesEmbedding, sliding, tied }) => [
    [
      "Token Embedding",
      "부분 단어 토큰을 벡터로 바꾼다.",
      `SentencePiece 계열 어휘 ${n.vocabulary}, 차원 ${n.hidden}${scalesEmbedding ? `, √${n.hidden}배` : ""}`,
    ],
    [
      "Positional Encoding (RoPE)",
      "질의와 키를 위치만큼 돌려 상대 위치를 알린다.",
      `θ = ${n.theta}${n.slidingTheta && `(슬라이딩 층은 ${n.slidingTheta})`}, 헤드 차원 ${n.headSize}`,
    ],
    [
      "Transformer Decoder Block",
      "문맥을 층마다 다시 짠다.",
      `${n.layers}층; RMSNorm → 주의 → ${postNorms ? "RMSNorm → " : ""}잔차, RMSNorm → FFN → ${postNorms ? "RMSNorm → " : ""}잔차`,
    ],
    [
      "Self-Attention (GQA)",
      "앞선 토큰에서 필요한 것을 모은다.",
      `질의 헤드 ${n.heads}, 키·값 헤드 ${n.sharedHeads}(${n.group}개씩 함께 씀)` +
        (queryKeyNorm ? "; 질의와 키를 헤드마다 RMSNorm" : "") +
        (sliding ? `; ${SLIDING[sliding](n.window)}` : "") +
        (n.attentionSoftcap ? `; 소프트캡 ${n.attentionSoftcap}` : ""),
    ],
    [
      "Feed-Forward Network (FFN)",
      "토큰마다 비선형으로 바꾼다.",
      `${gate} 게이트, ${n.hidden} → ${n.inner} → ${n.hidden}`,
    ],
    [
      "Language Modeling Head",
      "다음 토큰의 로짓을 낸다.",
      `${tied ? "임베딩과 가중치를 함께 씀" : "별도의 가중치"}` +
        (n.finalSoftcap ? `; 소프트캡 ${n.finalSoftcap}` : ""),
    ],
  ],
};
