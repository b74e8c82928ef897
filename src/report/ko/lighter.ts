// What the lighter forms and the ways of decoding say, in Korean: what is lost where, and which form to take.
import { agree } from "../../corpus/particles";
import { formName } from "../../figures/lighter";
import { bytes, fixed, percent, pValue, signed } from "../format";
import {
  allTextsEqual,
  divergences,
  fastestWays,
  type Loss,
  largestDetectable,
  lossesByForm,
  recommendedForms,
} from "../lighter-findings";
import type { LighterWords } from "../sections/lighter";
import { names } from "./names";

const loss = ({ testSet, metric, difference, low, high, pHolm }: Loss): string => {
  const interval = low && high ? `, 95% 신뢰구간 [${signed(low, 3)}, ${signed(high, 3)}]` : "";
  return `${names.testSet(testSet)}의 ${names.metric(metric)}(차이 ${signed(difference, 3)}${interval}, Holm 보정 ${pValue(pHolm)})`;
};

const METHODS = { plain: "그대로", lookup: "원문에서 초안을 찾아", student: "증류 학생의 초안으로" } as const;

export const lighter: LighterWords = {
  heading: "더 가벼운 모델",
  intro: ({ texts }) =>
    `모델을 더 가볍게 하려던 계획을 실행한 결과이다. 증류 학생을 비트 수를 줄인 여러 꼴로 바꾸어 엔진에서, 그리고 ONNX 파일로 @huggingface/transformers에서 글 ${fixed({ id: "results/lighter/texts", value: texts }, 0)}편을 요약하였다.`,
  cost: {
    caption: "꼴마다의 크기, 메모리, 속도",
    columns: ["꼴", "파일", "메모리", "첫 토큰 (ms)", "토큰/초", "fp32와 같은 글"],
    note: "메모리는 새 프로세스에서 그 꼴을 읽고 요약 한 편을 쓰는 동안 늘어난 양이고, 시간은 한 편씩 쓸 때의 것이다.",
  },
  scores: { caption: "꼴마다의 요약의 질과 95% 신뢰구간", form: "꼴" },
  figure: {
    caption: "꼴마다의 점수, 파일이 가장 작은 것이 맨 아래",
    alt: "꼴마다 세 점수를 95% 신뢰구간과 함께 점으로 나타냄",
  },
  sentences: (found) => {
    const forms = lossesByForm(found);
    const kept = forms.filter(({ losses }) => losses.length === 0).map(({ form }) => formName(form));
    const detectable = largestDetectable(found)
      .map((row) => `${names.metric(row.metric)} ${fixed(row.detectable, 3)}`)
      .join(", ");
    const { engine, onnx } = recommendedForms(found);
    return [
      `우리 자료에서 비트 수를 줄이면 다음 토큰의 분포가 평균 KL 발산으로 ${divergences(found)
        .map(({ name, kl }) => `${name === "mixed" ? formName("mixed") : name} ${fixed(kl, 5)} nat`)
        .join(", ")}만큼 달라진다.`,
      ...forms
        .filter(({ losses }) => losses.length > 0)
        .map(({ form, losses }) =>
          agree(`우리 자료에서 ${formName(form)}[은/는] fp32보다 낮다: ${losses.map(loss).join("; ")}.`),
        ),
      ...(kept.length > 0
        ? [
            `우리 자료에서 어느 시험에서도 fp32보다 유의하게 낮지 않은 꼴: ${kept.join(", ")}. 글 전체에서 가려낼 수 있는 차이는 커야 ${detectable}이다.`,
          ]
        : []),
      agree(
        `우리 자료에서 권하는 꼴은 엔진에서는 ${formName(engine.form)}(${bytes(engine.fileBytes)}, fp32 파일의 ${percent(engine.share)}), 다른 곳에서는 ${formName(onnx.form)}(${bytes(onnx.fileBytes)}, ONNX fp32 파일의 ${percent(onnx.share)})이다. 글 전체의 ROUGE-1, BERTScore F1, 지킨 사실 가운데 어느 하나도 fp32보다 유의하게 낮지 않은 꼴 중에서 파일이 가장 작은 것을 고르는 규칙에 따른 것이다.`,
      ),
    ];
  },
  decoding: {
    caption: "같은 글을 한 편씩 쓰는 방법의 비교",
    columns: ["모델", "방법", "토큰/초", "그대로의 배", "계산 횟수", "받아들인 몫", "그대로와 같은 글"],
    method: { plain: "그대로", lookup: "원문에서 찾은 초안", student: "증류 학생의 초안" },
    sentences: (found) => [
      ...fastestWays(found).map(({ system, way }) => {
        const rate = `초당 토큰 ${fixed(way.tokensPerSecond, 0)}개`;
        return agree(
          way.method === "plain"
            ? `우리 자료에서 ${names.system(system)}[은/는] 그대로 쓰는 것이 가장 빠르다(${rate}). 초안에 드는 시간이 줄어든 계산보다 크다.`
            : `우리 자료에서 ${names.system(system)}[은/는] ${METHODS[way.method]} 쓸 때 가장 빠르다: ${rate}로, 그대로 쓸 때의 ${fixed(way.speedup, 2)}배이다.`,
        );
      }),
      allTextsEqual(found)
        ? "우리 자료에서 어느 방법이든 쓴 글은 그대로 쓴 글과 토큰 하나까지 같다."
        : "우리 자료에서 그대로 쓴 글과 다른 글이 있으며, 같은 글의 수는 표에 있다.",
    ],
  },
};
