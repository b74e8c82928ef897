// Words of section 3 in Korean.
import { agree } from "../../corpus/particles";
import { KOREAN_TIME } from "../format";
import type { TrainingWords } from "../sections/training";
import { NOT_MEASURED } from "./names";

const CONTROL =
  "원 보고서에 없는 대조군을 하나 더 두었다. CE 전체 미세조정 학생은 교사 없이 정답만으로 전체 매개변수를 학습한다. 이 대조군이 없으면 교사의 몫과 전체 미세조정의 몫을 가를 수 없다.";

export const training: TrainingWords = {
  heading: "3. 학습 과정",
  notMeasured: `학습 기록: ${NOT_MEASURED}.`,
  steps: ({ train, validation }) => [
    {
      name: "1단계, 교사 조정. ",
      text: `교사 모델을 학습 데이터 ${train}건으로 LoRA 조정하고 검증 데이터 ${validation}건으로 살핀다.`,
    },
    {
      name: "2단계, 로짓 추출. ",
      text: "조정한 교사가 토큰을 낼 때의 로짓(토큰마다의 확률 분포)을 저장한다.",
    },
    {
      name: "3단계, 증류. ",
      text: "학생 모델이 정답과 교사의 로짓을 함께 배워, 토큰마다 교사의 분포를 따라간다.",
    },
  ],
  control: (steps) =>
    steps === undefined
      ? CONTROL
      : steps.same
        ? agree(`${CONTROL} 두 학생의 스텝 수는 ${steps.control}[으로/로] 같다.`)
        : `${CONTROL} 다만 두 학생의 스텝 수가 다르다(대조군 ${steps.control}, 증류 학생 ${steps.distilled}).`,
  settings: {
    caption: "학습 설정: 원 보고서와 이번 실행",
    setting: "설정",
    original: "원 보고서",
    trainItems: "학습 데이터 수",
    validationItems: "검증 데이터 수",
    names: {
      epochs: "에폭(Epoch) 수",
      batchSize: "배치 크기 (Batch Size)",
      learningRate: "학습률 (Learning Rate)",
      steps: "스텝 수",
      seed: "시드",
      rank: "LoRA 랭크",
      loraAlpha: "LoRA α",
      temperature: "증류 온도",
      entropyShare: "교차 엔트로피의 비중",
    },
    note: ({ teacher, method }) => `원 보고서의 값은 ${teacher}의 ${method} 학습에 대한 것이다.`,
    same: " 이번 실행의 LoRA 교사도 같은 값을 썼다.",
    different: (settings, small) =>
      ` 이번 실행의 LoRA 교사가 다르게 쓴 설정: ${settings.join(", ")}.${small ? " 모델이 훨씬 작기 때문이다." : ""}`,
  },
  losses: {
    caption: "학습의 손실과 시간",
    columns: {
      system: "시스템",
      steps: "스텝",
      lastTraining: "마지막 학습 손실",
      bestValidation: "가장 낮은 검증 손실",
      lastValidation: "마지막 검증 손실",
      speed: "토큰/초",
      time: "시간",
    },
    note: "손실의 단위는 토큰당 nat. 검증 손실은 정답에 대한 교차 엔트로피이다. 증류 학생의 학습 손실에는 KL이 섞여 있어 다른 학습 손실과 바로 견줄 수 없다.",
  },
  figure: { caption: "학습 곡선과 학습률", alt: "위는 학습마다의 손실, 아래는 학습률" },
  cache: ({ tokens, topK, bytes, error, entropy }) =>
    `교사 로짓은 ${tokens}개 토큰 자리에서 상위 ${topK}개씩 저장하였다. 토큰당 ${bytes}바이트이고, 줄여 저장해서 생긴 KL 오차는 평균 ${error} nat, 교사 분포의 엔트로피는 평균 ${entropy} nat이다.`,
  cacheNotMeasured: `교사 로짓의 저장: ${NOT_MEASURED}.`,
  time: KOREAN_TIME,
};
