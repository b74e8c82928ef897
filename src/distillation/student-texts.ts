// Texts that the student writes in the course of its training (GKD, arXiv 2306.13649): written for several steps at once,
// logged, and read back where a run goes on.
import * as fs from "node:fs";
import { writeFileAtomic } from "../base/atomic-write";
import { Random } from "../base/random";
import { writeError } from "../base/write-error";
import { gatherNd, logSoftmax } from "../engine/raw";
import { newTokenLimit } from "../generation/context-end";
import { generate } from "../generation/generate";
import type { Decoder } from "../models/decoder";
import { collate } from "../prompts/batch";
import type { Example } from "../prompts/example";
import type { ChatTokenizer } from "../prompts/tokenizer";
import { forEachChunk } from "./scored-logits";
import { rowColumnIndices } from "./teacher-statistics";

export interface StudentTextsOptions {
  /** Share of the items whose text is the student's, 0 to 1 (GKD's lambda). */
  share: number;
  temperature: number;
  topP?: number;
  maxNewTokens: number;
  /** Steps whose texts are written at once, by the student as it is before the first of them. */
  buffer: number;
  seed: number;
  /** Whether the tokens' log-probabilities at the draw are kept, for losses that compare with them. */
  scored: boolean;
}

/** One text as its line of the log has it. */
interface Line {
  step: number;
  /** Which item of the step's batch it is for. */
  place: number;
  id: string;
  text: string;
  /** With the end of turn where the text is finished; else it was cut at the most tokens. */
  targetIds: number[];
  finished: boolean;
  /** log q of each target token when it was drawn, at temperature 1 over the whole vocabulary. */
  logProbability?: number[];
}

/** An item with the text that the student wrote for it. */
export interface DrawnExample {
  place: number;
  example: Example;
  logProbability?: Float32Array;
}

type Batches = (step: number) => readonly Example[];

/** Prompts scored at once. */
const SCORED_AT_ONCE = 16;
/** Which streams of random numbers are for what: a seed's own for each step and purpose. */
const CHOICE = 131_071;
const DRAW = 524_287;

export class StudentTexts {
  /** The lines of the buffer that is in use, by step. */
  private lines: Line[] | undefined;
  private first = -1;

  /**
   * @param file the log, one JSON line a text
   * @param batches the items of each step
   * @param steps of the whole run
   */
  constructor(
    private readonly decoder: Decoder,
    private readonly tokenizer: Pick<
      ChatTokenizer,
      "padId" | "stopIds" | "endOfTurnId" | "vocabSize" | "decode"
    >,
    private readonly file: string,
    private readonly batches: Batches,
    private readonly steps: number,
    private readonly options: StudentTextsOptions,
  ) {}

  /**
   * The items of a step whose text is the student's, in the order of the batch. Steps are asked for in their order: at the first step
   * of a buffer the student writes, and what an interrupted run wrote later than its checkpoint is written again, alike. Throws
   * where the log lacks a text that the run needs and cannot write again.
   */
  at(step: number): DrawnExample[] {
    const { buffer } = this.options;
    const first = step - (step % buffer);
    if (this.first !== first) {
      const stored = this.lines ? undefined : this.stored(step, first);
      this.lines = stored ?? this.write(first);
      this.first = first;
    }
    const items = this.batches(step);
    return this.lines!.filter((line) => line.step === step).map(({ place, targetIds, logProbability }) => ({
      place,
      example: { ...items[place]!, targetIds },
      ...(logProbability && { logProbability: Float32Array.from(logProbability) }),
    }));
  }

  /** Which items of the steps from `first` on are the student's to write. */
  private chosen(first: number): { step: number; place: number; item: Example }[] {
    const { buffer, seed, share } = this.options;
    const count = Math.max(0, Math.min(buffer, this.steps - first));
    return Array.from({ length: count }, (_, i) => first + i).flatMap((step) => {
      const random = new Random(seed * CHOICE + step);
      return this.batches(step).flatMap((item, place) =>
        random.next() < share ? [{ step, place, item }] : [],
      );
    });
  }

  /** The texts of a buffer in whose midst a run goes on; undefined where it begins one. The log is cut back to what the run has had. */
  private stored(step: number, first: number): Line[] | undefined {
    const text = fs.existsSync(this.file) ? fs.readFileSync(this.file, "utf8") : "";
    const lines = text.split("\n").flatMap((line): Line[] => {
      try {
        return line === "" ? [] : [JSON.parse(line) as Line];
      } catch {
        // A line that a crash cut off; what it was for is written again or missed below.
        return [];
      }
    });
    const inside = step > first;
    const kept = lines.filter((line) => line.step < first + (inside ? this.options.buffer : 0));
    writeFileAtomic(this.file, kept.map((line) => `${JSON.stringify(line)}\n`).join(""));
    if (!inside) return undefined;
    const own = kept.filter((line) => line.step >= first);
    const wanted = this.chosen(first);
    const at = wanted.findIndex(
      ({ step: of, place, item }, i) =>
        own[i]?.step !== of || own[i]?.place !== place || own[i]?.id !== item.id,
    );
    if (at >= 0 || own.length !== wanted.length) {
      throw new Error(
        `${this.file}: expected the ${wanted.length} texts that the student wrote for steps ${first} … ${first + this.options.buffer - 1}, which the checkpoint beside it has begun, found ${own.length}${at >= 0 ? `, not that of item ${wanted[at]!.item.id}` : ""}. Delete checkpoint.safetensors there to train anew.`,
      );
    }
    return own;
  }

  /** Lets the student write for all steps of a buffer and logs it. */
  private write(first: number): Line[] {
    const { temperature, topP, maxNewTokens, seed, scored } = this.options;
    const { padId, stopIds, endOfTurnId, vocabSize } = this.tokenizer;
    const wanted = this.chosen(first);
    const written = generate(
      this.decoder,
      wanted.map(({ item }) => item.promptIds),
      {
        maxNewTokens,
        stopIds,
        padId,
        vocabSize,
        sampling: { temperature, topP, random: new Random(seed * DRAW + first) },
      },
    );
    const lines = wanted.map(({ step, place, item }, i): Line => {
      const ids = written[i]!;
      const finished = ids.length < newTokenLimit(this.decoder.config, item.promptIds.length, maxNewTokens);
      const targetIds = finished ? [...ids, endOfTurnId] : ids;
      return { step, place, id: item.id, text: this.tokenizer.decode(ids), targetIds, finished };
    });
    if (scored)
      this.score(
        lines,
        wanted.map(({ item }) => item),
      );
    try {
      fs.appendFileSync(this.file, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    } catch (error) {
      throw writeError(this.file, error);
    }
    return lines;
  }

  private score(lines: Line[], items: readonly Example[]): void {
    for (let start = 0; start < lines.length; start += SCORED_AT_ONCE) {
      const part = lines.slice(start, start + SCORED_AT_ONCE);
      const batch = collate(
        part.map(({ targetIds }, i) => ({ ...items[start + i]!, targetIds })),
        this.tokenizer.padId,
      );
      const found = new Float32Array(batch.targets.length);
      forEachChunk(this.decoder, batch, this.tokenizer.vocabSize, (logits, from) => {
        const targets = batch.targets.subarray(from, from + logits.shape[0]!);
        found.set(gatherNd(logSoftmax(logits), rowColumnIndices(targets, 1)).dataSync(), from);
      });
      let at = 0;
      for (const line of part) {
        line.logProbability = [...found.subarray(at, at + line.targetIds.length)];
        at += line.targetIds.length;
      }
    }
  }
}
