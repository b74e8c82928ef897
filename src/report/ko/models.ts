// Words of section 1 in Korean.
import { agree } from "../../corpus/particles";
import { fixed } from "../format";
import type { Choice, ModelsWords } from "../sections/models";

function choice({
  chosen,
  strongest,
  chosenQuality,
  strongestQuality,
  distillable,
  original,
}: Choice): string[] {
  const score = (value: typeof chosenQuality) => fixed(value ?? Number.NaN, 3);
  return [
    distillable === 0
      ? "비교한 모델 가운데 증류할 수 있는 것이 없어, 다음 기준인 기본 품질로 골랐다."
      : distillable === 1
        ? agree(
            `첫 기준(증류 가능성)을 채우는 모델은 ${chosen.model} 하나뿐이므로, 선정은 이 기준에서 끝난다.`,
          )
        : "첫 기준(증류 가능성)을 채우는 모델이 여럿이고, 그 가운데 기본 품질이 가장 높은 것을 골랐다.",
    strongest === chosen
      ? agree(
          `기본 품질(조정 전, ROUGE-1 공백, 전체)도 ${chosen.model}[이/가] ${score(chosenQuality)}[으로/로] 가장 높아, 원 보고서의 ‘가장 나은 성능’과 맞는다.`,
        )
      : agree(
          `기본 품질은 ${strongest.model}[이/가] ${score(strongestQuality)}[으로/로] 가장 높고 ${chosen.model}[은/는] ${score(chosenQuality)}이다. 원 보고서의 ‘가장 나은 성능’이라는 이유는 이번 실행에서 나오지 않았다.`,
        ),
    chosen.publishedName === original
      ? agree(`원 보고서가 고른 ${original}에 해당하는 모델이 이번 실행에서도 뽑혔다.`)
      : agree(
          `원 보고서는 ${original}[을/를] 골랐으나 이번 실행의 수치로는 ${chosen.publishedName}에 해당하는 모델이 뽑힌다.`,
        ),
  ];
}

export const models: ModelsWords = {
  heading: "1. 모델 비교 및 선정 이유",
  notMeasured: "모델 비교: 측정하지 않음.",
  intro:
    "원 보고서의 네 모델을 기준의 순서대로 비교하였다. 첫째 기준은 증류할 수 있는가(어휘가 같은 더 큰 모델이 있는가)이고, 그다음이 기본 품질과 크기, 실행 시간이다. 수치는 조정하지 않은 모델을 이번 실행에서 잰 것이다.",
  decision: {
    caption: "모델 비교와 기준별 판단",
    columns: { model: "모델명", kind: "종류", parameters: "매개변수", speed: "토큰/초", reason: "선정 이유" },
    standsFor: (published) => `(${published} 대응)`,
    reason: ({ sibling, bestQuality, smallest, fastest, chosen }) =>
      [
        sibling
          ? `같은 어휘의 큰 모델(${sibling})이 있어 증류할 수 있음`
          : "같은 어휘의 큰 모델이 없어 로짓 증류에서 제외",
        ...(bestQuality ? ["기본 품질이 가장 높음"] : []),
        ...(smallest ? ["가장 작음"] : []),
        ...(fastest ? ["가장 빠름"] : []),
        ...(chosen ? ["최종 선정"] : []),
      ].join("; "),
    note: "ROUGE-1은 공백 토크나이저의 F1, 점수는 시험 항목 전체의 평균이다.",
  },
  cost: {
    caption: "모델의 크기와 실행 비용",
    columns: {
      model: "모델명",
      file: "파일",
      memory: "메모리",
      firstToken: "첫 토큰(ms)",
      speed: "토큰/초",
    },
  },
  samples: {
    caption: "조정하지 않은 모델의 출력",
    columns: { model: "모델명", item: "항목", output: "출력" },
    empty: "(빈 출력)",
  },
  figure: {
    caption: "네 모델의 크기·기본 품질과 생성 속도",
    alt: "왼쪽은 매개변수 수에 대한 ROUGE-1, 오른쪽은 모델마다의 초당 토큰 수",
  },
  finalModel: (chosen) => `최종 선정 모델: ${chosen.model} (${chosen.publishedName} 대응). `,
  choice,
};
