// Section 2: the chosen model's architecture, drawn and described from its configuration.
import type { ModelConfig, StudyResults } from "../../evaluation/results";
import { architectureDiagram } from "../../figures/architecture";
import type { DocumentBuilder } from "../document";
import { fixed } from "../format";
import { NOT_MEASURED } from "./names";

function layerRows(config: ModelConfig): string[][] {
  const n = (value: number) => fixed(value, 0);
  const headDim = config.head_dim ?? config.hidden_size / config.num_attention_heads;
  const group = config.num_attention_heads / config.num_key_value_heads;
  const gemma2 = config.model_type === "gemma2";
  const window = config.sliding_window;
  return [
    [
      "Token Embedding",
      "부분 단어 토큰을 벡터로 바꾼다.",
      `SentencePiece 계열 어휘 ${n(config.vocab_size)}, 차원 ${n(config.hidden_size)}${gemma2 ? `, √${config.hidden_size}배` : ""}`,
    ],
    [
      "Positional Encoding (RoPE)",
      "질의와 키를 위치만큼 돌려 상대 위치를 알린다.",
      `θ = ${n(config.rope_theta ?? 10000)}, 헤드 차원 ${n(headDim)}`,
    ],
    [
      "Transformer Decoder Block",
      "문맥을 층마다 다시 짠다.",
      `${n(config.num_hidden_layers)}층; RMSNorm → 주의 → ${gemma2 ? "RMSNorm → " : ""}잔차, RMSNorm → FFN → ${gemma2 ? "RMSNorm → " : ""}잔차`,
    ],
    [
      "Self-Attention (GQA)",
      "앞선 토큰에서 필요한 것을 모은다.",
      `질의 헤드 ${n(config.num_attention_heads)}, 키·값 헤드 ${n(config.num_key_value_heads)}(${fixed(group, 0)}개씩 함께 씀)` +
        (gemma2 && window ? `; 층마다 번갈아 슬라이딩 윈도 ${n(window)}토큰과 전체` : "") +
        (config.attn_logit_softcapping ? `; 소프트캡 ${n(config.attn_logit_softcapping)}` : ""),
    ],
    [
      "Feed-Forward Network (FFN)",
      "토큰마다 비선형으로 바꾼다.",
      `${gemma2 ? "GeGLU" : "SwiGLU"} 게이트, ${n(config.hidden_size)} → ${n(config.intermediate_size)} → ${n(config.hidden_size)}`,
    ],
    [
      "Language Modeling Head",
      "다음 토큰의 로짓을 낸다.",
      `${config.tie_word_embeddings ? "임베딩과 가중치를 함께 씀" : "별도의 가중치"}` +
        (config.final_logit_softcapping ? `; 소프트캡 ${n(config.final_logit_softcapping)}` : ""),
    ],
  ];
}

/** Writes section 2. */
export function architectureSection(doc: DocumentBuilder, results: StudyResults): void {
  doc.heading(1, "2. 모델 구조 및 아키텍처");
  doc.heading(2, "2.1 모델 아키텍처 도식");
  const architecture = results.architecture;
  if (!architecture) {
    doc.paragraph(`모델의 설정이 결과에 들어 있지 않다(${NOT_MEASURED}).`);
    return;
  }
  doc.paragraph(
    "원 보고서에는 도식이 빠져 있다. 아래 그림은 이번 실행의 학생 모델이 실제로 쓴 설정에서 그린 것이다.",
  );
  doc.figure({
    id: "architecture",
    caption: "학생 모델의 구조 (설정 파일에서 그림)",
    alt: "아래에서 위로 토큰 임베딩, 디코더 블록(RMSNorm, 그룹 질의 주의, 잔차, 게이트 순방향망), 마지막 RMSNorm, 언어 모델 헤드",
    figure: architectureDiagram(architecture.student, "학생 모델"),
  });
  doc.heading(2, "2.2 구성 요소 설명");
  const swiglu =
    architecture.student.model_type === "gemma2"
      ? doc.footnote(
          "원 보고서는 순방향망을 SwiGLU로 적었으나, Gemma-2의 게이트는 SiLU가 아니라 GELU(tanh 근사)를 쓰는 GeGLU이다.",
        )
      : "";
  doc.paragraph(
    "표의 수치는 학생 모델의 것이다. 순방향망의 이름은 원 보고서와 다르다.",
    swiglu,
    " ",
    teacherSentence(architecture.teacher, architecture.student),
  );
  doc.table({
    id: "architecture",
    caption: "모델의 계층과 역할",
    columns: [
      { label: "계층명", align: "left", weight: 1.4 },
      { label: "역할", align: "left", weight: 1.6 },
      { label: "구성 요소", align: "left", weight: 2.6 },
    ],
    rows: layerRows(architecture.student),
  });
}

function teacherSentence(teacher: ModelConfig, student: ModelConfig): string {
  const n = (value: number) => fixed(value, 0);
  const same =
    teacher.vocab_size === student.vocab_size
      ? "어휘가 같아 로짓을 그대로 견줄 수 있다"
      : "어휘의 크기가 다르다";
  return `교사는 같은 구조로 ${n(teacher.num_hidden_layers)}층, 차원 ${n(teacher.hidden_size)}이며(학생은 ${n(student.num_hidden_layers)}층, ${n(student.hidden_size)}), ${same}.`;
}
