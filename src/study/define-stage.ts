// What a study is made of, as definitions: each says what it needs, what stands in its key, and its work. The runner gives the
// finished needs; list, estimate, a cluster's jobs and the crash test go by the same definitions, so the graph stands nowhere else.
import type { Recipe } from "./file/definition";
import { type Shard, shardsOf } from "./shard";
import { type Artifact, stage, stageKey } from "./stage";
import type { StudyContext } from "./stages/context";

/** A model at work, by which the estimate goes. */
export interface Load {
  kind: "train" | "summaries" | "logits";
  recipe: Recipe;
  /** Of logits: how many tokens are kept. */
  topK?: number;
}

/** What must be finished first: jobs, lists of them, or named ones. */
export type Needs = Job | readonly Needs[] | { readonly [name: string]: Needs } | undefined;

/** The same with what the jobs made. */
export type Finished<N> =
  N extends Job<infer Result>
    ? Result
    : N extends readonly (infer Each)[]
      ? Finished<Each>[]
      : N extends object
        ? { [Name in keyof N]: Finished<N[Name]> }
        : N;

/** Jobs that are under way or finished, by name: what two others need is made or looked for once. */
type Made = Map<string, Promise<unknown>>;

interface Work<Result> {
  needs(): Needs;
  make(finished: unknown, shards: number): Promise<Result>;
  shard?(finished: unknown, shard: Shard): Promise<Artifact<unknown>>;
}

/** One thing that a study makes or finds: a definition with what it is of. */
export class Job<Result = unknown> {
  constructor(
    /** Alone in the study: list, a cluster's rules and their stamps go by it. */
    readonly name: string,
    /** Of its folder and of what it is recorded under. */
    readonly stage: string,
    private readonly work: Work<Result>,
    /** The definition that it is made by. */
    readonly definition: unknown,
    readonly load?: Load,
  ) {}

  get hasShards(): boolean {
    return this.work.shard !== undefined;
  }

  /** What it needs itself. */
  needs(): Job[] {
    return jobsIn(this.work.needs());
  }

  /** Makes it, or finds it made, after all that it needs; a stage with shards joins `shards` of them. */
  async make(shards = 1, made: Made = new Map()): Promise<Result> {
    return this.work.make(await finished(this.work.needs(), made), shards);
  }

  /** Makes one shard, for another machine to do or this one. */
  async shard(shard: Shard): Promise<Artifact<unknown>> {
    if (!this.work.shard) throw new Error(`Stage ${this.name} has no shards.`);
    return this.work.shard(await finished(this.work.needs()), shard);
  }
}

/** The jobs among them. */
export const jobsIn = (needs: Needs): Job[] =>
  needs instanceof Job ? [needs] : Object.values(needs ?? {}).flatMap(jobsIn);

/** Makes or finds jobs one after the other, in the order in which they stand. */
export async function finished<N extends Needs>(needs: N, made: Made = new Map()): Promise<Finished<N>> {
  const results = async (of: Needs): Promise<unknown> => {
    if (of instanceof Job) {
      if (!made.has(of.name)) made.set(of.name, of.make(1, made));
      return made.get(of.name);
    }
    if (of === undefined) return undefined;
    const entries: [string, unknown][] = [];
    for (const [name, need] of Object.entries(of)) entries.push([name, await results(need)]);
    return Array.isArray(of) ? entries.map(([, result]) => result) : Object.fromEntries(entries);
  };
  return (await results(needs)) as Finished<N>;
}

/** The jobs and all that they need, each once, a job after what it needs. */
export function withNeeds(jobs: readonly Job[]): Job[] {
  const found = new Map<string, Job>();
  const add = (job: Job): void => {
    if (found.has(job.name)) return;
    for (const need of job.needs()) add(need);
    found.set(job.name, job);
  };
  for (const job of jobs) add(job);
  return [...found.values()];
}

/** A definition: called, it is made or found; `job` is the same for others to need. */
export interface Defined<Of, Result> {
  (study: StudyContext, ...of: Given<Of>): Promise<Result>;
  job(study: StudyContext, ...of: Given<Of>): Job<Result>;
}
type Given<Of> = undefined extends Of ? [of?: Of] : [of: Of];

interface Definition<Of, N extends Needs> {
  /** What it is recorded under, and a stage's folder begins with. */
  name: (study: StudyContext, of: Of) => string;
  /** Where several of a study have the same name: each one's own. */
  jobName?: (study: StudyContext, of: Of) => string;
  needs: (study: StudyContext, of: Of) => N;
  load?: (study: StudyContext, of: Of) => Load;
}

function defined<Of, N extends Needs, Result>(
  { name, jobName = name, needs, load }: Definition<Of, N>,
  workOf: (study: StudyContext, of: Of) => Omit<Work<Result>, "needs">,
): Defined<Of, Result> {
  const job = (study: StudyContext, ...given: Given<Of>): Job<Result> => {
    const of = given[0] as Of;
    return new Job<Result>(
      jobName(study, of),
      name(study, of),
      { needs: () => needs(study, of), ...workOf(study, of) },
      definition,
      load?.(study, of),
    );
  };
  const definition = Object.assign((study: StudyContext, ...of: Given<Of>) => job(study, ...of).make(), {
    job,
  });
  return definition;
}

/** Something without a folder of its own, such as a model's files where they lie. */
export const defineJob = <N extends Needs, Result, Of = void>(
  definition: Definition<Of, N> & {
    make: (study: StudyContext, finished: Finished<N>, of: Of) => Promise<Result> | Result;
  },
): Defined<Of, Result> =>
  defined(definition, (study, of) => ({
    make: async (found) => definition.make(study, found as Finished<N>, of),
  }));

/** What a stage works with. */
export interface StageWork<N> {
  study: StudyContext;
  needs: Finished<N>;
  /** Its folder, as an interrupted attempt left it. */
  directory: string;
  /** Of the whole stage, for its shards too. */
  key: string;
}

interface StageDefinition<Of, N extends Needs, Value, Part> extends Definition<Of, N> {
  /** Raised when the code changes its result. */
  version: number;
  /** All that the result depends on: with name and version it is the key. */
  key: (study: StudyContext, needs: Finished<N>, of: Of) => unknown;
  run: (work: StageWork<N>, of: Of) => Promise<Value> | Value;
  /** Whenever it is made or found, such as to take away what only an interrupted attempt goes on from. */
  found?: (directory: string, study: StudyContext, of: Of) => void;
  /** Its work in parts, and what joins them to the files of the undivided run. */
  shards?: {
    run: (work: StageWork<N>, shard: Shard, of: Of) => Promise<Part>;
    join: (work: StageWork<N>, parts: Artifact<Part>[], of: Of) => Promise<Value>;
  };
}

/** A stage: an artifact of its own under the study's runs, made once for a key. */
export function defineStage<N extends Needs, Value, Part = never, Of = void>(
  definition: StageDefinition<Of, N, Value, Part>,
): Defined<Of, Artifact<Value>> {
  const { version, shards } = definition;
  return defined(definition, (study, of) => {
    const name = definition.name(study, of);
    const shardOf = (needs: Finished<N>, inputs: unknown, shard: Shard) => {
      const key = stageKey(name, version, inputs);
      return stage(study, `${name}-shard`, version, { whole: key, ...shard }, (directory) =>
        shards!.run({ study, needs, directory, key }, shard, of),
      );
    };
    return {
      make: async (found, count) => {
        const needs = found as Finished<N>;
        const inputs = await definition.key(study, needs, of);
        const artifact = await stage(study, name, version, inputs, async (directory, key) => {
          const work = { study, needs, directory, key };
          if (!shards || count === 1) return definition.run(work, of);
          const parts: Artifact<Part>[] = [];
          for (const shard of shardsOf(count)) parts.push(await shardOf(needs, inputs, shard));
          return shards.join(work, parts, of);
        });
        definition.found?.(artifact.directory, study, of);
        return artifact;
      },
      ...(shards && {
        shard: async (found: unknown, shard: Shard) => {
          const needs = found as Finished<N>;
          return shardOf(needs, await definition.key(study, needs, of), shard);
        },
      }),
    };
  });
}
