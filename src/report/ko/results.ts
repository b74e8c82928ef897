// Words of sections 4 and 4.1 in Korean.
import type { ResultsWords } from "../sections/results";
import { NOT_MEASURED, ROUGE2SUM_LABEL } from "./names";

export const results: ResultsWords = {
  heading: "4. 학습 결과 및 성능 평가",
  summaryHeading: "4.1 학습 결과 요약",
  notMeasured: `시스템의 점수: ${NOT_MEASURED}.`,
  columns: { system: "모델 설명", source: "출처", testSet: "시험 항목" },
  original: (model) => `원 보고서 (${model})`,
  noOriginal: "원 보고서 (없음)",
  thisRun: (testSet) => `이번 실행, ${testSet}`,
  items: (testSet, count) => `${testSet} ${count}건`,
  source: (items) => `이번 실행의 시험 항목: ${items}. 원 보고서는 표가 어느 시험 항목의 것인지 적지 않았다.`,
  bertscore: {
    heading: "BERTScore",
    caption: "BERTScore: 원 보고서와 이번 실행",
    note: (samePaper) =>
      `두 BERTScore는 ${samePaper ? "인코더와 설정이 같다는 보장이 없어" : "인코더가 달라"} 값의 높낮이를 서로 견줄 수 없고, 시스템 사이의 순서만 견줄 수 있다.`,
  },
  rouge: {
    heading: "ROUGE Evaluation",
    caption: "ROUGE F1: 원 보고서(토크나이저 모름)와 이번 실행(공백 토크나이저)",
    rouge2sum: ROUGE2SUM_LABEL,
    note: "원 보고서는 ROUGE의 토크나이저를 적지 않았다. 기본 토크나이저라면 한글을 모두 지운 값이므로 공백 토크나이저의 값과 바로 견줄 수 없다.",
  },
  tokenizers: {
    caption: "토크나이저에 따른 ROUGE-1 F1",
  },
  facts: {
    heading: "지킨 사실과 지어낸 사실",
    intro:
      "BERTScore와 ROUGE는 틀린 사실을 거의 보지 못한다. 그래서 기준 요약의 사실(수, 날짜, 이름)을 얼마나 지켰는지와, 쓴 사실 가운데 얼마나 지어냈는지를 셋째 척도로 둔다.",
    caption: "지킨 사실과 지어낸 사실, 요약의 길이",
  },
  intervals: { caption: "주요 점수와 95% 신뢰구간" },
  figures: {
    systems: {
      caption: "다섯 시스템의 ROUGE-1, BERTScore F1, 지킨 사실 (맨 아래: 원 보고서의 값, 축은 따로)",
      alt: "시스템마다 같은 분야와 다른 분야의 점수를 95% 신뢰구간과 함께 점으로 나타내고, 원 보고서의 값은 아래의 다른 축에 속이 빈 마름모로 나타냄",
    },
    tokenizers: {
      caption: "토크나이저에 따라 달라지는 ROUGE-1",
      alt: "가로는 토크나이저, 세로는 ROUGE-1 F1, 선은 시스템",
    },
    length: {
      caption: "출력의 길이와 BERTScore F1",
      alt: "점 하나가 출력 하나, 가로는 글자 수, 세로는 BERTScore F1",
    },
    seeds: { caption: "시드에 따른 ROUGE-1", alt: "시스템마다 시드별 ROUGE-1을 점으로 나타냄" },
  },
  samples: {
    heading: "출력의 예",
    intro: "시험 항목마다 앞의 두 건이다. 골라낸 것이 아니며, 글은 모델이 낸 그대로이다.",
    caption: (id, testSet, topic) => `출력의 예: ${id} (${testSet}, ${topic})`,
    columns: { kind: "구분", text: "글" },
    document: "원문",
    reference: "기준 요약",
    empty: "(빈 출력)",
  },
};
