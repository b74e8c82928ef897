// A teacher behind an OpenAI-compatible endpoint that tells top log-probabilities by token id: vLLM, and llama.cpp's server.
import { setTimeout as sleep } from "node:timers/promises";

export interface ServerOptions {
  /** Up to "/v1", e.g. http://127.0.0.1:8000. */
  url: string;
  /** The model's name as the server calls it. */
  model: string;
  /** Top log-probabilities a position. */
  topK: number;
  /** Seconds that an answer may take. Default: 120. */
  timeout?: number;
  /** Times that a request is tried again after what may pass: no answer, 408, 429, 5xx. Default: 4. */
  retries?: number;
  /** Seconds before the second try; each further one waits twice as long. Default: 1. */
  pause?: number;
}

/** One position: log-probabilities of the likeliest tokens, the likeliest first, and the token that stands there. */
export interface ServedPosition {
  id: number;
  top: [id: number, logProbability: number][];
  /** Of the token that stands there; undefined where the server tells it of the top ones alone and it is none. */
  logProbability?: number;
}

/** What a server answered to a prompt. */
export interface Served {
  positions: ServedPosition[];
  /** "stop" where the model ended its turn, "length" where it was cut. */
  finish: string;
}

/** A server that did not answer, answered otherwise than needed, or holds another model. */
export class TeacherServerError extends Error {
  override name = "TeacherServerError";
}

/** A failure that may pass. */
class Passing extends TeacherServerError {
  constructor(
    message: string,
    readonly wait?: number,
  ) {
    super(message);
  }
}

type Json = Record<string, unknown>;

const short = (value: unknown): string => (JSON.stringify(value) ?? String(value)).slice(0, 160);

export class TeacherServer {
  constructor(readonly options: ServerOptions) {}

  /** Throws where the server does not list the model. */
  async checkModel(): Promise<void> {
    const { model } = this.options;
    const answer = await this.ask("models");
    const names = Array.isArray(answer.data) ? answer.data.map((each: Json) => String(each.id)) : [];
    if (!names.includes(model)) {
      throw this.error(`it has no model "${model}". It has: ${names.join(", ") || "none that it names"}.`);
    }
  }

  /** What the model writes after a prompt, greedily, at most `maxTokens` tokens. */
  async write(prompt: readonly number[], maxTokens: number): Promise<Served> {
    const choice = await this.complete(prompt, { max_tokens: maxTokens });
    const positions = generated(choice);
    if (!positions)
      throw this.error(`expected top log-probabilities by token id, found ${short(choice.logprobs)}.`);
    return { positions, finish: String(choice.finish_reason ?? "") };
  }

  /**
   * The distributions that predict each of `targets` after a prompt. In one request where the server tells those of a prompt's own tokens
   * (vLLM), else one request a target, of which a server that keeps its last prompt computes one token.
   */
  async score(prompt: readonly number[], targets: readonly number[]): Promise<ServedPosition[]> {
    const ids = [...prompt, ...targets];
    const choice = await this.complete(ids, { max_tokens: 1, prompt_logprobs: this.options.topK });
    const whole = ofPrompt(choice, ids);
    if (whole) return whole.slice(prompt.length);
    const positions: ServedPosition[] = [];
    for (const [i, id] of targets.entries()) {
      const [first] = (await this.write([...prompt, ...targets.slice(0, i)], 1)).positions;
      if (!first) throw this.error(`it wrote no token after ${prompt.length + i} of them.`);
      positions.push({ id, top: first.top, logProbability: first.top.find(([token]) => token === id)?.[1] });
    }
    return positions;
  }

  private async complete(prompt: readonly number[], further: Json): Promise<Json> {
    const { model, topK } = this.options;
    const answer = await this.ask("completions", {
      model,
      prompt,
      temperature: 0,
      logprobs: topK,
      // vLLM: names tokens by their ids, and tells those that end a turn.
      return_tokens_as_token_ids: true,
      include_stop_str_in_output: true,
      // llama.cpp: keeps the prompt for the next request.
      cache_prompt: true,
      ...further,
    });
    const named = answer.model;
    if (typeof named === "string" && named !== model)
      throw this.error(`asked for "${model}", it answered as "${named}".`);
    const choice = Array.isArray(answer.choices) ? (answer.choices[0] as Json | undefined) : undefined;
    if (!choice) throw this.error(`expected one choice, found ${short(answer)}.`);
    return choice;
  }

  private error(what: string): TeacherServerError {
    return new TeacherServerError(`${this.options.url}: ${what}`);
  }

  private async ask(path: string, body?: Json): Promise<Json> {
    const { retries = 4, pause = 1 } = this.options;
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.once(path, body);
      } catch (error) {
        if (!(error instanceof Passing)) throw error;
        if (attempt >= retries) throw this.error(`${error.message} ${attempt + 1} tries were made.`);
        await sleep(1000 * Math.max(error.wait ?? 0, pause * 2 ** attempt));
      }
    }
  }

  private async once(path: string, body?: Json): Promise<Json> {
    const { url, timeout = 120 } = this.options;
    let status: number;
    let text: string;
    let wait: string | null;
    try {
      const response = await fetch(`${url.replace(/\/$/, "")}/v1/${path}`, {
        signal: AbortSignal.timeout(1000 * timeout),
        ...(body && {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify(body),
        }),
      });
      ({ status } = response);
      wait = response.headers.get("retry-after");
      text = await response.text();
    } catch (error) {
      const late = (error as Error).name === "TimeoutError";
      const cause = (error as { cause?: Error }).cause;
      throw new Passing(
        late
          ? `no answer within ${timeout} s.`
          : `no answer (${cause?.message || (error as Error).message}).`,
      );
    }
    if (status === 408 || status === 429 || status >= 500) {
      throw new Passing(`answered ${status}: ${text.slice(0, 160)}.`, Number(wait) || undefined);
    }
    if (status !== 200) throw this.error(`answered ${status}: ${text.slice(0, 160)}.`);
    try {
      return JSON.parse(text) as Json;
    } catch {
      // An answer that was cut off on its way.
      throw new Passing(`expected JSON, found ${short(text)}.`);
    }
  }
}

const byLikelihood = (top: [number, number][]): [number, number][] => top.sort((a, b) => b[1] - a[1]);

/** The positions that were written: llama.cpp's `content` with ids, or OpenAI's lists with vLLM's "token_id:7" as names. */
function generated({ logprobs }: Json): ServedPosition[] | undefined {
  const {
    content,
    tokens,
    token_logprobs: own,
    top_logprobs: tops,
  } = (logprobs ?? {}) as Record<string, Json[]>;
  const idOf = (name: unknown) => Number(/^token_id:(\d+)$/.exec(String(name))?.[1] ?? Number.NaN);
  const positions: ServedPosition[] | undefined = Array.isArray(content)
    ? content.map(({ id, logprob, top_logprobs: top }) => ({
        id: Number(id),
        logProbability: Number(logprob),
        top: byLikelihood(((top ?? []) as Json[]).map((each) => [Number(each.id), Number(each.logprob)])),
      }))
    : Array.isArray(tokens) && Array.isArray(tops)
      ? tokens.map((name, i) => ({
          id: idOf(name),
          logProbability: Number(own?.[i]),
          top: byLikelihood(
            Object.entries(tops[i] ?? {}).map(([token, value]) => [idOf(token), Number(value)]),
          ),
        }))
      : undefined;
  return positions?.every(sound) ? positions : undefined;
}

/** The positions of a prompt's own tokens, as vLLM tells them; the first has nothing before it. */
function ofPrompt(choice: Json, ids: readonly number[]): ServedPosition[] | undefined {
  const told = choice.prompt_logprobs;
  if (!Array.isArray(told) || told.length !== ids.length) return undefined;
  const positions = told.map((each: Record<string, Json> | null, i): ServedPosition => {
    const all = Object.entries(each ?? {}).map(([id, { logprob }]): [number, number] => [
      Number(id),
      Number(logprob),
    ]);
    return { id: ids[i]!, top: byLikelihood(all), logProbability: all.find(([id]) => id === ids[i])?.[1] };
  });
  return positions.slice(1).every(sound) ? positions : undefined;
}

const sound = ({ id, top }: ServedPosition): boolean =>
  Number.isInteger(id) && top.every(([token, value]) => Number.isInteger(token) && value <= 1e-3);
