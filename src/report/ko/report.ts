// The Korean results report: the original's sections in its order, as a document for the renderers.
import type { StudyResults } from "../../evaluation/results";
import type { SampleRow } from "../../evaluation/samples";
import { DocumentBuilder, type ReportDocument } from "../document";
import { fixed } from "../format";
import type { Published } from "../published";
import type { ReportSettings } from "../settings";
import { architectureSection } from "./architecture";
import { conclusionSection } from "./conclusion";
import { interpretationSection } from "./interpretation";
import { modelsSection } from "./models";
import { resultsSection } from "./results";
import { trainingSection } from "./training";

function noticeText(results: StudyResults, published: Published): string {
  const parameters = results.models.map((row) => row.parameters);
  const sizes =
    parameters.length > 0
      ? ` 비교한 모델의 매개변수는 ${fixed(Math.min(...parameters), 0)}개에서 ${fixed(Math.max(...parameters), 0)}개이다.`
      : "";
  const data = results.synthetic
    ? "이번 실행의 데이터는 규칙으로 만든 합성 데이터이다."
    : "이번 실행의 데이터는 사용자의 데이터이다.";
  const models =
    results.profile === "paper"
      ? "모델은 원 보고서의 모델이다."
      : "모델은 원 보고서의 모델이 아니라 같은 구조의 아주 작은 모델이다.";
  return `${data} ${models}${sizes} 여기의 결과는 이번 실행의 것이며, 원 보고서(${published.date})의 공개 값은 곁에 견주어 보일 뿐 이번 실행의 결과가 아니다.`;
}

/** Builds the Korean report from the tables of one run. */
export function koreanReport(
  results: StudyResults,
  samples: SampleRow[],
  published: Published,
  settings: ReportSettings,
): ReportDocument {
  const doc = new DocumentBuilder();
  doc.notice({ strong: "읽기 전에. " }, noticeText(results, published));
  modelsSection(doc, results, published);
  architectureSection(doc, results);
  trainingSection(doc, results, published);
  resultsSection(doc, results, samples, published);
  interpretationSection(doc, results, samples);
  conclusionSection(doc, results);
  const or = (value: string) => value || "(적지 않음)";
  return {
    lang: "ko",
    title: published.title,
    subtitle: "한국어 문단 요약 모델의 비교와 증류: 재현 결과",
    fields: [
      ["과정명", or(settings.course)],
      ["산출물 단계", or(settings.stage)],
      ["평가 산출물", or(settings.deliverable)],
      ["제출 일자", or(settings.submitted)],
      ["깃허브 경로", or(settings.repository)],
      ["작성 팀원", or(settings.members.join(", "))],
    ],
    blocks: doc.blocks,
    footnotes: doc.footnotes,
    words: { table: "표", figure: "그림", notes: "주", source: "주:" },
  };
}
