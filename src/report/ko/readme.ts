// Words of the generated parts of README.ko.md.
import { KOREAN_TIME } from "../format";
import type { ReadmeWords } from "../readme/blocks";
import { interpretation } from "./interpretation";
import { names } from "./names";

export const readme: ReadmeWords = {
  names,
  interpretation,
  time: KOREAN_TIME,
  run: ({ smallest, largest, seed }) =>
    `합성 말뭉치와, 여기서 사전학습한 매개변수 ${smallest}~${largest}개의 모델, 시드 ${seed}의 결과입니다. **이 저장소의 수치이며 원래 모델의 수치가 아닙니다.** ROUGE는 공백 낱말의 F1과 문항에 대한 95 % 부트스트랩 구간이고(‘기본’은 한글을 지우는 토크나이저), BERTScore는 이 프로필의 작은 인코더로 쟀습니다.`,
  scores: ["시스템", "시험"],
  seeds: {
    seed: "시드",
    items: "시험",
    intro:
      "데이터 순서와 어댑터 초기값의 시드에 따른 ROUGE-1입니다. 위의 실행에, 그 곁에 `npm run seeds`로 기록한 시드를 더했습니다.",
    none: "다른 시드는 재지 않았습니다. `npm run seeds`, 그다음 `npm run report`가 이 실행 곁에 기록합니다.",
  },
  lighter: {
    language: "ko",
    columns: ["꼴", "파일", "메모리", "첫 토큰 (ms)", "토큰/초"],
    none: "이 실행에서는 가벼운 꼴을 재지 않았습니다.",
    recommended: (engine, onnx) =>
      `유의하게 잃는 것이 없는 꼴 가운데 파일이 가장 작은 것을 고르는 \`09-lighter-model\`의 규칙에 따라, 엔진에서는 ${engine}, 다른 곳에서는 ${onnx} 꼴을 권합니다.`,
  },
  measured: {
    heading: ["잰 것", ""],
    study: "끝난 단계가 없을 때의 `npm run study` (설치 제외)",
    slowest: (notebook) => `그 가운데 가장 긴 노트북 \`${notebook}\``,
    testsLabel: "`npm test`",
    tests: (passed, failed) => `통과 ${passed}, 실패 ${failed}`,
    clone: "받은 저장소의 파일",
    installed: "node_modules, .venv, 엔진",
    none: "전체를 실행한 시간의 기록이 아직 없습니다.",
    on: (processor, node) => `${processor}, Node ${node}`,
  },
};
