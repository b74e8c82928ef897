// Conversations for pre-training: questions and small tasks on generated paragraphs of all kinds, never a summary.

import { agree } from "../base/particles";
import { Random } from "../base/random";
import { clauses, slotNames } from "./annotator";
import { type TopicDraft, writeDraft } from "./corpus";
import { Draw, fill } from "./draw";
import type { Kind } from "./kind";
import { plainStyle } from "./plain-style";
import { KINDS } from "./topics";

/** One exchange; the first user turn of a conversation begins with the paragraph. */
export interface Turn {
  user: string;
  model: string;
}

const sentencesOf = (text: string): string[] =>
  text
    .split(/(?<=[.!?])\s+|\n/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== "");

/** "Put these facts into new sentences": one annotator's wording of one or two single facts. */
function say(draw: Draw, kind: Kind, draft: TopicDraft, count: number): Turn {
  const templates = clauses(draw, kind, count);
  const values = templates.map((template) => {
    return draft.slots[draw.choice(slotNames(template))] as string;
  });
  const list = values.map((value) => `'${value}'`).join(", ");
  return {
    user: agree(`${list}[을/를] 넣어 새 문장을 쓰세요.`),
    model: templates.map((template) => fill(template, draft.slots)).join(" "),
  };
}

type Task = (draw: Draw, kind: Kind, draft: TopicDraft) => Turn | undefined;

const answerOf = (draft: TopicDraft, slot: string): string => draft.slots[slot] as string;

const question: Task = (draw, kind, draft) => {
  const [user, slot] = draw.choice(kind.questions);
  return { user, model: answerOf(draft, slot) };
};
const find: Task = (draw, kind, draft) => {
  const value = answerOf(draft, draw.choice(kind.questions)[1]);
  const sentence = sentencesOf(draft.document).find((candidate) => candidate.includes(value));
  if (sentence === undefined) return undefined;
  return { user: agree(`'${value}'[이/가] 들어간 문장을 찾으세요.`), model: sentence };
};
const restyle: Task = (draw, _kind, draft) => {
  const pairs = sentencesOf(draft.document).flatMap((sentence) => {
    const plain = plainStyle(sentence);
    return plain === undefined ? [] : [[sentence, plain] as const];
  });
  if (pairs.length === 0) return undefined;
  const [sentence, plain] = draw.choice(pairs);
  return { user: `다음 문장을 '-다'로 끝나게 고치세요. ${sentence}`, model: plain };
};
const fourQuestions: Task = (draw, kind, draft) => {
  const asked = draw.random.shuffle(kind.questions).slice(0, 4);
  return {
    user: asked.map(([text]) => text).join(" "),
    model: asked.map(([, slot]) => answerOf(draft, slot)).join(" / "),
  };
};
const keywords: Task = (_draw, kind, draft) => ({
  user: "핵심어를 세 개 쓰세요.",
  model: kind.questions
    .slice(0, 3)
    .map(([, slot]) => answerOf(draft, slot))
    .join(", "),
});

const TASKS: readonly (readonly [weight: number, task: Task])[] = [
  [22, question],
  [18, (draw, kind, draft) => say(draw, kind, draft, 1)],
  [16, (draw, kind, draft) => say(draw, kind, draft, 2)],
  [
    4,
    (_draw, _kind, draft) => ({ user: "첫 문장을 그대로 옮기세요.", model: sentencesOf(draft.document)[0]! }),
  ],
  [
    4,
    (_draw, _kind, draft) => ({
      user: "마지막 문장을 그대로 옮기세요.",
      model: sentencesOf(draft.document).pop()!,
    }),
  ],
  [10, find],
  [6, restyle],
  [5, (_draw, _kind, draft) => ({ user: "제목을 붙이세요.", model: draft.title })],
  [5, keywords],
  [10, fourQuestions],
];

/**
 * Endless conversations of three to five turns on fresh paragraphs; the first user turn is the paragraph, an empty line
 * and the task. A paragraph or an answer in `banned` (documents and summaries of the study's splits) never occurs.
 */
export function* conversations(seed: number, banned: ReadonlySet<string>): Generator<Turn[], never> {
  const draw = new Draw(new Random(seed));
  const topics = Object.keys(KINDS);
  const weights = TASKS.map(([weight]) => weight);
  while (true) {
    const draft = writeDraft(draw, draw.choice(topics));
    if (banned.has(draft.document)) continue;
    const kind = KINDS[draft.topic] as Kind;
    const count = draw.integer(3, 5);
    const turns: Turn[] = [];
    const asked = new Set<string>();
    while (turns.length < count) {
      const turn = TASKS[draw.random.weighted(weights)]![1](draw, kind, draft);
      if (turn === undefined || banned.has(turn.model) || asked.has(turn.user)) continue;
      asked.add(turn.user);
      turns.push(
        turns.length === 0 ? { user: `${draft.document}\n\n${turn.user}`, model: turn.model } : turn,
      );
    }
    yield turns;
  }
}
