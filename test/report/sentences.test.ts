// The reading must follow the numbers: the same report with altered tables has to say something else.
import { describe, expect, it } from "vitest";
import { textOf } from "../../src/report/catalogue/said";
import { type Contrast, contrast, contrastFinding } from "../../src/report/findings/contrast";
import { controlSummary } from "../../src/report/findings/control";
import { disagreement, disagreementFindings } from "../../src/report/findings/metrics";
import { orderingFinding, publishedOrderings } from "../../src/report/findings/orderings";
import {
  distilledDoesWell,
  keepsTheCore,
  sameInputSameText,
} from "../../src/report/findings/original-claims";
import { unmarked } from "../../src/report/marks";
import type { StudyResults } from "../../src/results/study-results";
import { spearman } from "../../src/statistics/correlation";
import { fixtureResults } from "../figures/fixture-figures";
import { fixtureReport, pairOf } from "./fixture-report";

const METRIC = "rouge1.whitespace";

function changed(change: (results: StudyResults) => void): StudyResults {
  const results = fixtureResults();
  change(results);
  return results;
}

const steps = (results: StudyResults) =>
  publishedOrderings(results, "in-domain", METRIC).map((step) => textOf(orderingFinding(results, step)));

describe("published ordering", () => {
  it("says of each step whether it came out", () => {
    const [far, above, near] = steps(fixtureResults());
    expect(far).toContain(
      "‘미조정 학생 ≪ LoRA 학생’의 순서가 그대로 나왔다: LoRA 학생이 미조정 학생의 2.7배이다",
    );
    expect(above).toContain("‘LoRA 학생 < 증류 학생’의 순서가 그대로 나왔다");
    expect(near).toContain("나오지 않았다: 증류 학생은 LoRA 교사보다 뚜렷이 낮아 그 점수의 65%이다");
  });

  it("says so when an ordering is flipped", () => {
    const results = changed((r) => {
      const pair = pairOf(r, "distilled", "lora-student", "in-domain", METRIC);
      pair.difference = -pair.difference;
      pair.verdict = pair.verdict === "a" ? "b" : "a";
    });
    expect(steps(results)[1]).toContain("순서가 뒤집혔다: 증류 학생이 LoRA 학생보다 낮다");
  });

  it("calls a tie a tie and says what the test could have seen", () => {
    const results = changed((r) => {
      Object.assign(pairOf(r, "distilled", "lora-student", "in-domain", METRIC), {
        verdict: "tie",
        detectable: 0.042,
      });
      Object.assign(pairOf(r, "distilled", "lora-teacher", "in-domain", METRIC), { verdict: "tie" });
    });
    const [, above, near] = steps(results);
    expect(above).toContain("나오지 않았다: 두 시스템은 동률이다");
    expect(above).toContain("약 0.042");
    expect(near).toContain("‘증류 학생 ≈ LoRA 교사’가 그대로 나왔다: 두 시스템은 동률이다");
  });

  it("does not call less than twice the score far above", () => {
    const results = changed((r) => {
      r.systems.find((row) => row.system === "untuned")!.scores["in-domain"]["rouge1.whitespace"] = 0.2;
    });
    expect(steps(results)[0]).toContain("차이는 크지 않다: LoRA 학생은 미조정 학생의 1.5배에 그친다");
  });

  it("says 측정하지 않음 where there is no test", () => {
    const results = changed((r) => {
      r.comparisons = [];
    });
    for (const sentence of steps(results)) expect(sentence).toContain("측정하지 않음");
  });
});

describe("contrasts", () => {
  it("turns difference, interval and verdict round with the sides", () => {
    const results = fixtureResults();
    const there = contrast(results, "distilled", "full-student", "other", METRIC);
    const back = contrast(results, "full-student", "distilled", "other", METRIC);
    expect(there.verdict).toBe("left");
    expect(back.verdict).toBe("right");
    expect(there.difference).toBeCloseTo(0.048, 9);
    expect(back.difference).toBeCloseTo(-0.048, 9);
    expect(back.interval95![0]).toBeCloseTo(-there.interval95![1], 9);
    expect(back.interval95![1]).toBeCloseTo(-there.interval95![0], 9);
  });

  it("gives shares in percent and their differences in percent points", () => {
    const results = fixtureResults();
    const sentence = textOf(
      contrastFinding(results, contrast(results, "distilled", "full-student", "in-domain", "keptFacts")),
    );
    expect(sentence).toContain("36.0% 대 37.0%");
    expect(sentence).toContain("차이 −1.0%p");
  });

  it("does not credit the teacher when everything is a tie", () => {
    const tie = { verdict: "tie" as const };
    const pair = { ...contrast(fixtureResults(), "distilled", "full-student", "in-domain", METRIC), ...tie };
    const said = (...pairs: Contrast[]) => textOf(controlSummary(fixtureResults(), pairs));
    expect(said(pair, { ...pair, testSet: "other" })).toContain("확인되지 않는다");
    expect(said({ ...pair, verdict: "left" })).toContain("교사의 몫");
    expect(said({ ...pair, verdict: "right" })).toContain("오히려 낮아진 것이 있다");
    expect(said({ ...pair, verdict: "unmeasured" })).toContain("측정하지 않음");
  });
});

describe("the two metrics", () => {
  it("finds the published pattern only where BERTScore puts the untuned model first and ROUGE last", () => {
    const ranks = (results: StudyResults) =>
      textOf(disagreementFindings(results, disagreement(results, "all"))[0]!);
    expect(ranks(fixtureResults())).toContain("BERTScore F1로는 2위");
    const results = changed((r) => {
      r.systems.find((row) => row.system === "untuned")!.scores.all["bertscore.f"] = 0.99;
    });
    expect(ranks(results)).toContain("어긋남(BERTScore 첫째, ROUGE 최하위)이 다시 나타났다");
    const agreeing = changed((r) => {
      r.systems.find((row) => row.system === "untuned")!.scores.all["bertscore.f"] = 0.1;
    });
    expect(ranks(agreeing)).toContain("나타나지 않았다");
  });

  it("computes Spearman's rho with ties at mean rank", () => {
    // scipy.stats.spearmanr([1, 2, 3, 4, 5], [5, 6, 7, 8, 7]) gives 0.8207826816681233.
    expect(spearman([1, 2, 3, 4, 5], [5, 6, 7, 8, 7])).toBeCloseTo(0.8207826816681233, 12);
  });
});

describe("the original's claims", () => {
  it("judges them by the numbers", () => {
    expect(distilledDoesWell(fixtureResults()).verdict).toBe("partly");
    expect(keepsTheCore(fixtureResults())).toBe("corrected");
    expect(sameInputSameText(fixtureResults())).toBe("unmeasured");
    const better = changed((r) => {
      const pair = pairOf(r, "distilled", "lora-student", "other", METRIC);
      pair.verdict = "tie";
      for (const side of ["in-domain", "other"] as const) {
        r.systems.find((row) => row.system === "distilled")!.scores[side].keptFacts = 0.7;
      }
      r.repeatability = { system: "distilled", items: 206, identical: 206 };
    });
    expect(distilledDoesWell(better).verdict).toBe("confirmed");
    expect(keepsTheCore(better)).toBe("confirmed");
    expect(sameInputSameText(better)).toBe("confirmed");
  });

  it("corrects the choice of the model when the numbers choose another", () => {
    const text = unmarked(
      JSON.stringify(
        fixtureReport((r) => {
          r.models[0]!.largerSibling = null;
          r.models[1]!.largerSibling = "qwen3-larger";
        }).blocks,
      ),
    );
    expect(text).toContain("최종 선정 모델: qwen3-tiny");
    expect(text).toContain("원 보고서는 google/gemma-2-2b-it를 골랐으나");
    expect(text).toContain("이라는 이유는 이번 실행에서 나오지 않았다");
  });
});

describe("training", () => {
  const text = (change: (results: StudyResults) => void) =>
    unmarked(JSON.stringify(fixtureReport(change).blocks));

  it("calls the control a control only with the distilled student's steps", () => {
    expect(text(() => undefined)).toContain("두 학생의 스텝 수는 120으로 같다");
    const shorter = text((r) => {
      r.training.find((run) => run.system === "full-student")!.curve.length = 60;
    });
    expect(shorter).toContain("다만 두 학생의 스텝 수가 다르다(대조군 60, 증류 학생 120)");
  });

  it("names the settings that differ from the published ones, and gives size as reason only for small models", () => {
    expect(text(() => undefined)).toContain(
      "배치 크기 (Batch Size), 학습률 (Learning Rate). 모델이 훨씬 작기 때문이다.",
    );
    const paper = text((r) => {
      r.profile = "paper";
      Object.assign(r.training.find((run) => run.system === "lora-teacher")!.settings, {
        batchSize: 2,
        learningRate: 2e-4,
      });
    });
    expect(paper).toContain("이번 실행의 LoRA 교사도 같은 값을 썼다.");
    expect(paper).not.toContain("아주 작은 모델");
  });
});
