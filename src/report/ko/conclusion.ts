// Words of section 5 and the appendix in Korean.
import { agree } from "../../corpus/particles";
import type { Contrast } from "../findings";
import { KOREAN_TIME } from "../format";
import type { ConclusionWords } from "../sections/conclusion";
import { NOT_MEASURED, names } from "./names";

function finalModel(inside: Contrast["verdict"], outside: Contrast["verdict"]): string {
  const named = `최종 모델은 원 보고서와 같이 ${names.system("distilled")}이다.`;
  if (inside === "unmeasured" || outside === "unmeasured")
    return `${named} 교사 없는 대조군과의 비교는 ${NOT_MEASURED}.`;
  const linked = { left: "높고", right: "낮고", tie: "동률이고" }[inside];
  const ended = { left: "높다", right: "낮다", tie: "동률이다" }[outside];
  const against = inside === "tie" ? "대조군과 견주어" : "대조군보다";
  return `${named} ROUGE-1(공백)로 교사 없는 ${against} 같은 분야에서 ${linked}, 다른 분야에서 ${ended}.`;
}

export const conclusion: ConclusionWords = {
  heading: "5. 결론 및 향후 계획",
  points: { finalModel: "최종 모델. ", use: "쓰임. ", plan1: "계획 1. ", plan2: "계획 2. " },
  finalModel,
  use: "문단마다 요약을 만들고, 그 요약을 검색용 임베딩의 글로 쓴다.",
  plans: [
    "요약을 임베딩하여 결과를 살피고 고친다. 첫 측정은 아래와 같다.",
    "모델을 더 가볍게 하여 실행 시간을 줄인다.",
  ],
  retrieval: {
    notMeasured: `요약을 임베딩한 검색 성능: ${NOT_MEASURED}.`,
    caption: "임베딩할 글에 따른 검색 성능",
    columns: ["임베딩한 글", "nDCG@10", "MRR", "재현율@1", "재현율@5", "재현율@10"],
    alt: "임베딩한 글마다 nDCG, MRR, 재현율을 점으로 나타냄",
    best: (name, score, distilled) =>
      `nDCG@10이 가장 높은 것은 ${name}(${score})이다.${distilled ? agree(` ${distilled.name}[은/는] ${distilled.score}이다.`) : ""}`,
    untested: "이 차이는 검정하지 않았다.",
  },
  appendix: {
    heading: "부록. 이 보고서를 만든 방법",
    sources: (profile) =>
      `이번 실행의 모든 수치는 data/runs/${profile}/results.json과 samples.jsonl에서, 원 보고서의 값은 data/published.json에서 읽었다. 표마다 같은 이름의 CSV가 tables에, 그림마다 JSON·SVG·PNG가 figures에 있다. 표 아래의 ‘수치의 출처’는 각 수치가 놓인 곳, 곧 data/claims.json의 번호이며, npm run check가 하나씩 다시 확인한다.`,
    caption: "실행 환경과 시간",
    columns: ["항목", "값"],
    rows: { profile: "프로파일", seed: "시드", data: "데이터", total: "시간, 합계" },
    synthetic: "합성 데이터",
    own: "사용자의 데이터",
    machine: {
      node: "Node.js",
      tfjs: "TensorFlow.js",
      tensorflow: "TensorFlow",
      device: "장치",
      processor: "프로세서",
      threads: "스레드",
      memory: "메모리",
      platform: "운영 체제",
    },
    time: (stage) => `시간, ${stage}`,
    stages: {
      "teacher-logits": "교사 로짓 저장",
      scores: "채점",
      repeatability: "같은 입력의 되풀이",
      audit: "공개 표의 점검",
      retrieval: "검색 평가",
    },
    training: (system) => `학습: ${system}`,
    summaries: (system) => `요약 생성: ${system}`,
  },
  time: KOREAN_TIME,
};
