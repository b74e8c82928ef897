// Stage "decoding": plain, prompt-lookup and speculative decoding of the same documents, side by side, one prompt at a time.
import { progress } from "../../base/progress";
import { newTokenLimit } from "../../generation/context-end";
import { type Drafter, lookupDrafter, modelDrafter } from "../../generation/draft";
import { generate } from "../../generation/generate";
import { generateSpeculative } from "../../generation/speculative";
import type { Decoder } from "../../models/decoder";
import { encodeItem } from "../../prompts/example";
import type { DecodingRow } from "../../results/lighter";
import type { SystemId } from "../../results/system-id";
import { type Artifact, stage } from "../stage";
import type { StudyContext } from "./context";
import { corpusStage, itemsOf } from "./corpus";
import { systemDecoder, trainSystem } from "./train-system";

const DOCUMENTS = 24;
const DRAFT_TOKENS = 4;

/** Times the LoRA teacher (alone, by lookup, drafted by the distilled student) and the distilled student (alone, by lookup). */
export async function decodingStage(context: StudyContext): Promise<Artifact<DecodingRow[]>> {
  const { profile } = context;
  const corpus = await corpusStage(context);
  const inputs = {
    teacher: (await trainSystem(context, "lora-teacher")).key,
    student: (await trainSystem(context, "distilled")).key,
    corpus: corpus.value.hash,
    maxNewTokens: profile.maxNewTokens,
  };
  return stage(profile.name, "decoding", 1, inputs, async () => {
    const teacher = await systemDecoder(context, "lora-teacher");
    const student = await systemDecoder(context, "distilled");
    const all = itemsOf(corpus, "test-in-domain", "test-other");
    const apart = Math.max(1, Math.floor(all.length / DOCUMENTS));
    const prompts = all
      .filter((_, i) => i % apart === 0)
      .slice(0, DOCUMENTS)
      .map((item) => encodeItem(teacher.tokenizer, item).promptIds);
    const { stopIds, padId, vocabSize } = teacher.tokenizer;
    const options = { maxNewTokens: profile.maxNewTokens, stopIds, vocabSize };
    const plain = (decoder: Decoder) => (prompt: number[]) => {
      const ids = generate(decoder, [prompt], { ...options, padId })[0]!;
      const passes = Math.min(
        ids.length + 1,
        newTokenLimit(decoder.config, prompt.length, options.maxNewTokens),
      );
      return { ids, passes, drafted: 0, accepted: 0 };
    };
    const drafted = (decoder: Decoder, drafter: Drafter) => (prompt: number[]) =>
      generateSpeculative(decoder, drafter, prompt, { ...options, draftTokens: DRAFT_TOKENS });
    const ways: { system: SystemId; method: DecodingRow["method"]; run: ReturnType<typeof drafted> }[] = [
      { system: "lora-teacher", method: "plain", run: plain(teacher.decoder) },
      { system: "lora-teacher", method: "lookup", run: drafted(teacher.decoder, lookupDrafter()) },
      {
        system: "lora-teacher",
        method: "student",
        run: drafted(teacher.decoder, modelDrafter(student.decoder, vocabSize)),
      },
      { system: "distilled", method: "plain", run: plain(student.decoder) },
      { system: "distilled", method: "lookup", run: drafted(student.decoder, lookupDrafter()) },
    ];
    for (const { run } of ways) run(prompts[0]!);
    const rows = ways.map(({ system, method }): DecodingRow => {
      return {
        system,
        method,
        texts: prompts.length,
        identical: 0,
        tokens: 0,
        passes: 0,
        drafted: 0,
        accepted: 0,
        seconds: 0,
      };
    });
    const bar = progress("decoding", prompts.length);
    for (const [i, prompt] of prompts.entries()) {
      const alone = new Map<SystemId, string>();
      // Every way in turn for each document: what else the machine does meets all of them alike.
      for (const [w, { system, method, run }] of ways.entries()) {
        const row = rows[w]!;
        const started = performance.now();
        const result = run(prompt);
        row.seconds += (performance.now() - started) / 1000;
        row.tokens += result.ids.length;
        row.passes += result.passes;
        row.drafted += result.drafted;
        row.accepted += result.accepted;
        if (method === "plain") alone.set(system, result.ids.join());
        if (alone.get(system) === result.ids.join()) row.identical++;
      }
      bar.update(i + 1);
    }
    bar.finish();
    teacher.decoder.dispose();
    student.decoder.dispose();
    return rows;
  });
}
