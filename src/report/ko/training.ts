// Section 3: the three steps of training, published settings beside ours, curves, the cache of teacher logits.
import { agree } from "../../corpus/particles";
import type { StudyResults, SystemId, TrainingRun } from "../../evaluation/results";
import { inSystemOrder } from "../../figures/systems";
import { trainingCurves } from "../../figures/training-curves";
import type { Cell, DocumentBuilder } from "../document";
import { countCell, fixed, seconds } from "../format";
import type { Published } from "../published";
import { NOT_MEASURED, systemName } from "./names";

const SETTING_NAMES: Record<string, string> = {
  epochs: "에폭(Epoch) 수",
  batchSize: "배치 크기 (Batch Size)",
  learningRate: "학습률 (Learning Rate)",
  steps: "스텝 수",
  seed: "시드",
  rank: "LoRA 랭크",
  loraAlpha: "LoRA α",
  temperature: "증류 온도",
  entropyShare: "교차 엔트로피의 비중",
};

/** LoRA's scale and the share of cross-entropy in distillation are both called alpha: two rows of the table. */
function settingsOf(run: TrainingRun): Record<string, number | string> {
  const { alpha, ...others } = run.settings;
  if (alpha === undefined) return others;
  return run.system === "distilled" ? { ...others, entropyShare: alpha } : { ...others, loraAlpha: alpha };
}

function settingCell(value: number | string | undefined): Cell {
  if (value === undefined) return "–";
  if (typeof value === "string") return value;
  const small = value !== 0 && Math.abs(value) < 0.01;
  return {
    text: small
      ? value.toExponential().replace("e-", "e\u2212")
      : fixed(value, Number.isInteger(value) ? 0 : 3).replace(/(\.\d*?)0+$/, "$1"),
    value,
  };
}

/** Says in which of the published settings our LoRA teacher differs, and that small models are the reason where they are. */
function settingsNote(results: StudyResults, original: Record<string, number>): string {
  const teacher = results.training.find((run) => run.system === "lora-teacher");
  if (!teacher) return "";
  const different = Object.keys(original).filter((key) => teacher.settings[key] !== original[key]);
  if (different.length === 0) return " 이번 실행의 LoRA 교사도 같은 값을 썼다.";
  const names = different.map((key) => SETTING_NAMES[key]).join(", ");
  const why = results.profile === "paper" ? "" : " 모델이 훨씬 작기 때문이다.";
  return ` 이번 실행의 LoRA 교사가 다르게 쓴 설정: ${names}.${why}`;
}

/** Optimizer steps of a run; its curve counts them from 0. */
function stepsTaken(run: TrainingRun | undefined): number | undefined {
  const last = run?.curve[run.curve.length - 1];
  return last && last.step + 1;
}

/** The control is one only if it took as many steps as the distilled student. */
function controlSentence(results: StudyResults): string {
  const steps = (system: SystemId) => stepsTaken(results.training.find((run) => run.system === system));
  const [control, distilled] = [steps("full-student"), steps("distilled")];
  const what =
    "원 보고서에 없는 대조군을 하나 더 두었다. CE 전체 미세조정 학생은 교사 없이 정답만으로 전체 매개변수를 학습한다. 이 대조군이 없으면 교사의 몫과 전체 미세조정의 몫을 가를 수 없다.";
  if (control === undefined || distilled === undefined) return what;
  const count = (value: number) => fixed(value, 0);
  return control === distilled
    ? agree(`${what} 두 학생의 스텝 수는 ${count(control)}[으로/로] 같다.`)
    : `${what} 다만 두 학생의 스텝 수가 다르다(대조군 ${count(control)}, 증류 학생 ${count(distilled)}).`;
}

function settingsTable(doc: DocumentBuilder, results: StudyResults, published: Published): void {
  const runs = inSystemOrder(results.training);
  const { settings } = published;
  const original: Record<string, number> = {
    epochs: settings.epochs,
    batchSize: settings.batchSize,
    learningRate: settings.learningRate,
  };
  const known = Object.keys(SETTING_NAMES);
  const keys = [...new Set(runs.flatMap((run) => Object.keys(settingsOf(run))))].sort(
    (a, b) => ((known.indexOf(a) + 99) % 99) - ((known.indexOf(b) + 99) % 99),
  );
  const same = (value: number): Cell[] => runs.map(() => countCell(value));
  doc.table({
    id: "training-settings",
    caption: "학습 설정: 원 보고서와 이번 실행",
    columns: [
      { label: "설정", align: "left", weight: 1.6 },
      { label: "원 보고서", align: "right", weight: 1 },
      ...runs.map((run) => ({ label: systemName(run.system), align: "right" as const, weight: 1 })),
    ],
    rows: [
      ["학습 데이터 수", countCell(settings.trainItems), ...same(results.counts.train)],
      ["검증 데이터 수", countCell(settings.validationItems), ...same(results.counts.validation)],
      ...keys.map((key) => [
        SETTING_NAMES[key] ?? key,
        settingCell(original[key]),
        ...runs.map((run) => settingCell(settingsOf(run)[key])),
      ]),
    ],
    note: `원 보고서의 값은 ${settings.teacher}의 ${settings.method} 학습에 대한 것이다.${settingsNote(results, original)}`,
  });
}

function lossRow(run: TrainingRun): Cell[] {
  const score = (value: number | undefined): Cell =>
    value === undefined ? "–" : { text: fixed(value, 3), value };
  const losses = run.validation.map((point) => point.loss);
  const last = run.curve[run.curve.length - 1];
  const speed =
    run.curve.reduce((sum, point) => sum + point.tokensPerSecond, 0) / Math.max(1, run.curve.length);
  return [
    systemName(run.system),
    countCell(stepsTaken(run) ?? 0),
    score(last?.loss),
    score(losses.length ? Math.min(...losses) : undefined),
    score(losses[losses.length - 1]),
    countCell(speed),
    { text: seconds(run.seconds), value: run.seconds },
  ];
}

/** Writes section 3. */
export function trainingSection(doc: DocumentBuilder, results: StudyResults, published: Published): void {
  doc.heading(1, "3. 학습 과정");
  const count = (split: keyof StudyResults["counts"]) => fixed(results.counts[split], 0);
  doc.list([
    [
      { strong: "1단계, 교사 조정. " },
      `교사 모델을 학습 데이터 ${count("train")}건으로 LoRA 조정하고 검증 데이터 ${count("validation")}건으로 살핀다.`,
    ],
    [{ strong: "2단계, 로짓 추출. " }, "조정한 교사가 토큰을 낼 때의 로짓(토큰마다의 확률 분포)을 저장한다."],
    [
      { strong: "3단계, 증류. " },
      "학생 모델이 정답과 교사의 로짓을 함께 배워, 토큰마다 교사의 분포를 따라간다.",
    ],
  ]);
  doc.paragraph(controlSentence(results));
  if (results.training.length === 0) {
    doc.paragraph(`학습 기록: ${NOT_MEASURED}.`);
    return;
  }
  settingsTable(doc, results, published);
  doc.table({
    id: "training-losses",
    caption: "학습의 손실과 시간",
    columns: [
      { label: "시스템", align: "left", weight: 2 },
      { label: "스텝", align: "right" },
      { label: "마지막 학습 손실", align: "right", weight: 1.2 },
      { label: "가장 낮은 검증 손실", align: "right", weight: 1.2 },
      { label: "마지막 검증 손실", align: "right", weight: 1.2 },
      { label: "토큰/초", align: "right" },
      { label: "시간", align: "right", weight: 1.2 },
    ],
    rows: inSystemOrder(results.training).map(lossRow),
    note: "손실의 단위는 토큰당 nat. 검증 손실은 정답에 대한 교차 엔트로피이다. 증류 학생의 학습 손실에는 KL이 섞여 있어 다른 학습 손실과 바로 견줄 수 없다.",
  });
  doc.figure({
    id: "training-curves",
    caption: "학습 곡선과 학습률",
    alt: "위는 학습마다의 손실, 아래는 학습률",
    figure: trainingCurves(results.training),
  });
  const { cache } = results;
  if (cache.tokens === 0) {
    doc.paragraph(`교사 로짓의 저장: ${NOT_MEASURED}.`);
    return;
  }
  doc.paragraph(
    `교사 로짓은 ${fixed(cache.tokens, 0)}개 토큰 자리에서 상위 ${fixed(cache.topK, 0)}개씩 저장하였다. 토큰당 ${fixed(cache.bytesPerToken, 1)}바이트이고, 줄여 저장해서 생긴 KL 오차는 평균 ${fixed(cache.klError, 4)} nat, 교사 분포의 엔트로피는 평균 ${fixed(cache.teacherEntropy, 2)} nat이다.`,
  );
}
