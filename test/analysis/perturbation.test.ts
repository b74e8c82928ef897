// Perturbations on sentences written here: what changes, what stays, and what summariser and metric should make of it.
import { describe, expect, it } from "vitest";
import { namesOf, type PERTURBATIONS, perturb } from "../../src/analysis/perturbation/perturb";
import { metricResponses, responseOf, summariserResponses } from "../../src/analysis/perturbation/responses";
import { metricOf } from "../../src/metrics/registry";
import { whitespaceTokenizer } from "../../src/metrics/rouge/tokenizers";

const TEXT = "한빛시는 3월 2일에 다리를 개통했다. 공사비는 450억 원이다. 시민 340명이 참석했다.";
const foreign = { names: ["해평군", "은하구", "별빛시"], sentence: "고양이는 하루에 열여섯 시간을 잔다." };
const change = (kind: (typeof PERTURBATIONS)[number], text = TEXT) => perturb(text, kind, foreign);

describe("perturb", () => {
  it("changes one number, one date, one name, each to what the text does not have", () => {
    const [number, date, name] = (["number", "date", "name"] as const).map((kind) => change(kind)!);
    expect([number!.from, number!.to]).toEqual(["450억 원", "451억 원"]);
    expect(date!.text).toMatch(/^한빛시는 4월 2일에 |^한빛시는 3월 3일에 /);
    expect([name!.from, name!.to]).toEqual(["한빛시", "은하구"]);
    for (const { text, from, to } of [number!, date!, name!]) {
      expect(text).toBe(TEXT.replace(from, to));
      expect(TEXT).not.toContain(to);
    }
  });

  it("denies a sentence in its own style, and leaves alone what it has no rule for", () => {
    expect(change("negation")!.text).toBe(TEXT.replace("개통했다", "개통하지 않았다"));
    expect(change("negation", "도서관을 엽니다. 모임이 있습니다.")!.text).toBe(
      "도서관을 엽니다. 모임이 없습니다.",
    );
    expect(change("negation", "행사를 하지 않는다.")).toBeUndefined();
    expect(change("negation", "꽃이 핀다.")).toBeUndefined();
  });

  it("turns sentences round, and adds one that does not belong", () => {
    expect(change("order")!.text).toBe(
      "공사비는 450억 원이다. 한빛시는 3월 2일에 다리를 개통했다. 시민 340명이 참석했다.",
    );
    expect(change("order", "한 문장뿐이다.")).toBeUndefined();
    const added = change("irrelevant")!;
    expect(added.text.replace(` ${foreign.sentence}`, "")).toBe(TEXT);
  });

  it("finds names to take in other texts, the frequent first", () => {
    expect(namesOf(["해평군 소식이다.", "해평군은 넓다.", "은하구는 좁다."])[0]).toBe("해평군");
  });
});

describe("responses", () => {
  const pair = (kind: (typeof PERTURBATIONS)[number], before: string, after: string) => {
    const { from, to } = change(kind)!;
    return { id: "a", kind, from, to, before, after };
  };

  it("of a summariser", () => {
    const money = "공사비는 450억 원이다.";
    expect(responseOf(pair("number", money, "공사비는 451억 원이다."))).toBe("followed");
    expect(responseOf(pair("number", money, money))).toBe("kept the old");
    expect(responseOf(pair("number", money, "다리를 열었다."))).toBe("dropped");
    expect(responseOf(pair("number", "다리를 열었다.", "다리를 열었다."))).toBe("not said");
    expect(responseOf(pair("negation", "다리를 개통했다.", "다리를 개통하지 않았다."))).toBe("followed");
    expect(responseOf(pair("order", money, money))).toBe("stayed");
    expect(responseOf(pair("irrelevant", money, `${money} 고양이 16마리.`))).toBe("changed");
    const rows = summariserResponses([
      pair("number", money, money),
      pair("number", money, "공사비는 451억 원이다."),
    ]);
    expect(rows).toMatchObject([{ kind: "number", counts: { "kept the old": 1, followed: 1 } }]);
  });

  it("of metrics: facts see a wrong number, ROUGE over characters hardly, an order nobody by words", () => {
    const scoring = {
      references: [TEXT, TEXT],
      documents: [TEXT, TEXT],
      tokenizers: new Map([["whitespace", whitespaceTokenizer]]),
    };
    const metrics = ["rouge1.whitespace", "keptFacts", "inventedFacts"].map(metricOf);
    const rows = metricResponses(metrics, [TEXT, "다리를 열었다."], scoring, foreign);
    const of = (metric: string, kind: string) =>
      rows.find((row) => row.metric === metric && row.kind === kind)!;
    expect(of("keptFacts", "number")).toMatchObject({ texts: 1, worse: 1, better: 0 });
    expect(of("inventedFacts", "number").worse).toBe(1);
    expect(of("rouge1.whitespace", "number").meanChange).toBeCloseTo(-1 / TEXT.split(" ").length, 10);
    expect(of("rouge1.whitespace", "order").meanChange).toBe(0);
    expect(of("keptFacts", "order")).toMatchObject({ worse: 0, better: 0 });
  });
});
