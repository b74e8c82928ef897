// The report in Korean.
import type { ReportWords } from "../report";
import { architecture } from "./architecture";
import { audit } from "./audit";
import { conclusion } from "./conclusion";
import { interpretation } from "./interpretation";
import { lighter } from "./lighter";
import { models } from "./models";
import { names } from "./names";
import { results } from "./results";
import { search } from "./search";
import { training } from "./training";

export const korean: ReportWords = {
  language: "ko",
  names,
  title: "인공지능 학습 결과서",
  subtitle: "한국어 문단 요약 모델의 비교와 증류: 재현 결과",
  fields: {
    course: "과정명",
    stage: "산출물 단계",
    deliverable: "평가 산출물",
    submitted: "제출 일자",
    repository: "깃허브 경로",
    members: "작성 팀원",
  },
  noValue: "(적지 않음)",
  noticeHead: "읽기 전에. ",
  notice: ({ synthetic, originalModels, sizes, published }) => {
    const data = synthetic
      ? "이번 실행의 데이터는 규칙으로 만든 합성 데이터이다."
      : "이번 실행의 데이터는 사용자의 데이터이다.";
    const what = originalModels
      ? "모델은 원 보고서의 모델이다."
      : "모델은 원 보고서의 모델이 아니라 같은 구조의 아주 작은 모델이다.";
    const range = sizes ? ` 비교한 모델의 매개변수는 ${sizes.smallest}개에서 ${sizes.largest}개이다.` : "";
    return `${data} ${what}${range} 여기의 결과는 이번 실행의 것이며, 원 보고서(${published})의 공개 값은 곁에 견주어 보일 뿐 이번 실행의 결과가 아니다.`;
  },
  document: { table: "표", figure: "그림", notes: "주", source: "주:", origin: "수치의 출처:" },
  models,
  architecture,
  training,
  results,
  interpretation,
  audit,
  conclusion,
  search,
  lighter,
};
