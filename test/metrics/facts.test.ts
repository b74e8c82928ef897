// The fact extractor: written forms by hand, and precision and recall against the generated corpus's known slot values.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { extractorAccuracy, factOfSlot } from "../../src/analysis/fact-accuracy";
import { studyCorpus } from "../../src/corpus/corpus";
import { extractFacts, scoreFacts } from "../../src/metrics/facts/facts";
import { namedFacts } from "../../src/metrics/facts/facts-names";
import { numericFacts } from "../../src/metrics/facts/facts-numbers";
import { koreanNumber } from "../../src/metrics/facts/korean-numerals";
import { metricOf } from "../../src/metrics/registry";

describe("written forms", () => {
  it.each([
    ["3만 원", "30000원"],
    ["30,000원", "30000원"],
    ["2.5만 원을", "25000원"],
    ["1억 2천만 원", "120000000원"],
    ["3천5백만원", "35000000원"],
    ["백만 원", "1000000원"],
    ["삼천 명", "3000명"],
    ["3만여 명이", "30000명"],
    ["오후 3시", "15:00"],
    ["15:00", "15:00"],
    ["저녁 7시 반에", "19:30"],
    ["오전 12시", "00:00"],
    ["정오에", "12:00"],
    ["5월 10일", "05-10"],
    ["05월 03일", "05-03"],
    ["2024-05-10", "2024년 05-10"],
    ["2024년 5월 10일부터 15일까지", "2024년 05-10 05-15"],
    ["3월 10~15일", "03-10 03-15"],
    ["12.5퍼센트", "12.5%"],
    ["4%포인트", "4%p"],
    ["초속 6m", "6m/s"],
    ["영하 5도", "-5도"],
    ["3 대 2로", "3-2"],
    ["3분의 1", "1/3"],
    ["10~20명", "10명 20명"],
    ["두 시간", "2시간"],
    ["스물두 살", "22세"],
    ["한 달간", "1개월"],
    ["열흘", "10일"],
    ["285-7918번", "2857918"],
    ["한 번 더 두 도시의 이 건물에", ""],
    // Amounts in 만 and 억, with the value that a Korean reader gives them.
    ["1억2천3백만 원", "123000000원"],
    ["12만 5천 원", "125000원"],
    ["5천만 원을", "50000000원"],
    ["3.5억 원", "350000000원"],
    ["2조 3천억 원", "2300000000000원"],
    ["이만 오천 원", "25000원"],
    ["일억 이천만 원", "120000000원"],
    ["십이만 명", "120000명"],
    ["1만2천 가구", "12000가구"],
    // Clock times.
    ["오후 12시 30분", "12:30"],
    ["오전 9시 반부터", "09:30"],
    ["밤 11시", "23:00"],
    ["새벽 2시", "02:00"],
    ["낮 12시", "12:00"],
    ["자정까지", "00:00"],
    ["오후 두 시", "14:00"],
    ["오전 열한 시에", "11:00"],
    ["18:45", "18:45"],
    // Weekdays, quarters, percent.
    ["매주 화요일과 목요일", "화요일 목요일"],
    ["5월 10일(금)", "05-10"],
    ["올해 2분기", "2분기"],
    ["0.5%", "0.5%"],
    ["30퍼센트", "30%"],
    ["2.5%포인트", "2.5%p"],
    // Ranges.
    ["20~30명", "20명 30명"],
    ["1,000∼2,000원", "1000원 2000원"],
    ["5월 10일~12일", "05-10 05-12"],
    // Native numerals.
    ["다섯 명", "5명"],
    ["열두 명", "12명"],
    ["스무 살", "20세"],
    ["서른다섯 명", "35명"],
    ["세 마리", "3마리"],
    ["사흘", "3일"],
    ["보름", "15일"],
  ])("%s is %s", (text, expected) => {
    expect(
      numericFacts(text)
        .map((fact) => fact.value)
        .join(" "),
    ).toBe(expected);
  });

  it("reads numbers of every size", () => {
    expect(koreanNumber("1조 2000억")).toBe(1.2e12);
    expect(koreanNumber("이천오백만")).toBe(25_000_000);
    expect(koreanNumber("2만5000")).toBe(25_000);
  });

  it.each([
    [
      "국토교통부는 GTX A노선을 오는 12월 28일 오전 5시 30분부터 개통한다. 요금은 4,450원, 소요 시간은 약 22분이다.",
      ["12-28", "05:30", "4450원", "22분", "GTX"],
    ],
    [
      "삼성전자의 3분기 영업이익은 9조1834억원으로 277.37% 늘었다.",
      ["삼성전자", "3분기", "9183400000000원", "277.37%"],
    ],
    ["손흥민은 15일 3-1 승리를 이끌었다. 관중 6만1천여 명이 찾았다.", ["손흥민", "15일", "3-1", "61000명"]],
    ["영하 12도까지 떨어지고 강원에는 20~30㎝의 눈이 내린다.", ["-12도", "강원", "20cm", "30cm"]],
  ])("reads the news: %s", (text, expected) => {
    const values = extractFacts(text).map((fact) => fact.value);
    expect([...values].sort()).toEqual([...expected].sort());
  });

  it("finds names in running text from outside the generator", () => {
    const text =
      "홍길동 서울시장은 12일 수원시청에서 열린 회의에서 '한강 버스'를 소개했다. 박지성 선수와 한국은행 이창용 총재도 왔다. " +
      "다시 활동을 시작한 연구진은 도시 문제를 요구했다. AI 예산은 3억 원이다.";
    const values = namedFacts(text).map((fact) => fact.value);
    for (const name of ["수원시청", "한강 버스", "박지성", "한국은행", "AI"]) expect(values).toContain(name);
    for (const word of ["다시", "활동", "도시", "요구"]) expect(values).not.toContain(word);
  });
});

describe("kept and invented", () => {
  const document =
    "해평군 안전과는 5월 10일 오후 3시에 시민 광장에서 3만 원짜리 체험을 30명에게 연다. 담당은 김민수 팀장이다.";

  it("another form of the same fact is kept", () => {
    const score = scoreFacts(
      "해평군이 05월 10일 15시에 30,000원 체험을 연다.",
      "해평군, 5월 10일 오후 3시, 3만 원",
      document,
    );
    expect(score).toMatchObject({ kept: 1, invented: 0, referenceFacts: 4 });
  });

  it("one wrong digit is lost and invented", () => {
    const score = scoreFacts("해평군이 5월 11일에 연다.", "해평군이 5월 10일에 연다.", document);
    expect(score).toMatchObject({ kept: 0.5, invented: 0.5, lost: ["5월 10일"], wrong: ["5월 11일"] });
  });

  it("an hour without its half of the day agrees with either", () => {
    expect(scoreFacts("3시에 연다.", "오후 3시에 연다.", document)).toMatchObject({ kept: 1, invented: 0 });
    expect(scoreFacts("오전 3시에 연다.", "오후 3시에 연다.", document)).toMatchObject({
      kept: 0,
      invented: 1,
    });
  });

  it("nothing to keep is not a score, and no more is nothing said", () => {
    expect(scoreFacts("", "좋은 일이다.", "좋은 일이다.")).toMatchObject({
      kept: undefined,
      invented: undefined,
    });
    expect(scoreFacts("", "5월 10일", document)).toMatchObject({ kept: 0, invented: undefined });
    expect(metricOf("inventedFacts").perItem(["좋다.", "5월 11일"], { references: ["", ""] })).toEqual([
      null,
      1,
    ]);
  });

  it("decomposed Hangul is the same text", () => {
    expect(scoreFacts("3만 원".normalize("NFD"), "30,000원", "30,000원")).toMatchObject({
      kept: 1,
      invented: 0,
    });
  });
});

describe("against the generated corpus", () => {
  // Another seed than the study's, on which the rules were written; the sentence patterns are the same.
  const items = studyCorpus(77, { train: 0, validation: 300, "test-in-domain": 100, "test-other": 200 });
  const rows = extractorAccuracy(items);

  it("knows the generator's forms", () => {
    expect(factOfSlot("5월 3일")).toEqual({ kind: "date", value: "05-03" });
    expect(factOfSlot("오후 12시")).toEqual({ kind: "time", value: "12:00" });
    expect(factOfSlot("2.5만 원")).toEqual({ kind: "number", value: "25000원" });
    expect(factOfSlot("3 대 2")).toEqual({ kind: "score", value: "3-2" });
    expect(factOfSlot("사무실 이전")).toBeUndefined();
  });

  it("finds the slots: recall by kind", () => {
    for (const kind of ["number", "date", "time", "score", "place", "person"]) {
      const row = rows.find((one) => one.kind === kind)!;
      expect(row.slots, kind).toBeGreaterThan(20);
      expect(row.found / row.slots, kind).toBeGreaterThan(0.97);
    }
  });

  it("takes little else for a fact: precision on summaries, where every fact is a slot", () => {
    const sum = (key: "extracted" | "right") => rows.reduce((total, row) => total + row[key], 0);
    expect(sum("extracted")).toBeGreaterThan(1000);
    expect(sum("right") / sum("extracted")).toBeGreaterThan(0.97);
  });

  it("the command states them, and reads anybody's text", () => {
    const command = join(__dirname, "../../src/cli.ts");
    const run = (...args: string[]) =>
      spawnSync(process.execPath, ["--require", "tsx/cjs", command, "facts", ...args], { encoding: "utf8" });
    expect(JSON.parse(run("--json").stdout)).toEqual(rows);
    const folder = mkdtempSync(join(tmpdir(), "facts-"));
    const file = join(folder, "mine.txt");
    writeFileSync(file, "요금은 3만 원이고 정오에 연다.\n좋은 일이다.\n");
    const found = JSON.parse(run("--texts", file, "--json").stdout);
    expect(found).toEqual([
      {
        id: "item 1",
        facts: [
          { kind: "number", value: "30000원", written: "3만 원" },
          { kind: "time", value: "12:00", written: "정오" },
        ],
      },
      { id: "item 2", facts: [] },
    ]);
    expect(run("--texts", join(folder, "none")).status).toBe(1);
    rmSync(folder, { recursive: true });
  });

  it("a reference keeps all its own facts and invents almost nothing", () => {
    const invented: number[] = [];
    for (const item of items) {
      const score = scoreFacts(item.summary, item.summary, item.document);
      expect(score.kept ?? 1).toBe(1);
      if (score.invented !== undefined) invented.push(score.invented);
    }
    const mean = invented.reduce((sum, value) => sum + value, 0) / invented.length;
    console.log(`Reference summaries, share counted as invented: ${mean.toFixed(4)}`);
    expect(mean).toBeLessThan(0.02);
  });
});
