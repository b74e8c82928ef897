// Records of published Korean summarisation collections as named fields: AI Hub's, the National Institute's (NIKL), DACON's.
// Where their shapes are described: docs/own-data.md.

type Json = Record<string, unknown>;

interface Collection {
  name: string;
  /** The record's items, each with what is known of id, document, summary and topic; undefined where it is of another collection. */
  items(record: Json): Json[] | undefined;
}

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const object = (value: unknown): Json => (isObject(value) ? value : {});
const objects = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : []);
const hasText = (value: unknown): value is string => typeof value === "string" && value.trim() !== "";
/** Ids are written as numbers too. */
const named = (value: unknown): unknown => (typeof value === "number" ? String(value) : value);
/** Texts of a list one after the other; what is no text is left out, as AI Hub's empty sentences are. */
const joined = (values: readonly unknown[], by: string): string =>
  values
    .filter(hasText)
    .map((text) => text.trim())
    .join(by);
const utterances = (turns: readonly Json[], speaker: string): string =>
  joined(
    turns.flatMap((turn) => (hasText(turn.utterance) ? [`${turn[speaker]}: ${turn.utterance.trim()}`] : [])),
    "\n",
  );

const COLLECTIONS: readonly Collection[] = [
  {
    name: "AI Hub 문서요약 텍스트",
    items: ({ id, category, text, abstractive }) =>
      Array.isArray(text) && text.every(Array.isArray) && abstractive !== undefined
        ? [
            {
              id: named(id),
              document: joined(
                text.map((paragraph) =>
                  joined(
                    objects(paragraph).map(({ sentence }) => sentence),
                    " ",
                  ),
                ),
                "\n",
              ),
              summary: Array.isArray(abstractive) ? abstractive.filter(hasText) : abstractive,
              topic: category,
            },
          ]
        : undefined,
  },
  {
    name: "AI Hub 요약문 및 레포트 생성 (summary1; the others are extracts)",
    items: (record) => {
      const { passage, passage_id } = object(record["Meta(Refine)"]);
      if (passage === undefined) return undefined;
      const { doc_type } = object(record["Meta(Acqusition)"]);
      const { summary1 } = object(record.Annotation);
      return [{ id: named(passage_id), document: passage, summary: summary1, topic: doc_type }];
    },
  },
  {
    name: "AI Hub 한국어 대화 요약",
    items: ({ header, body }) => {
      const { dialogueID, topic } = object(object(header).dialogueInfo);
      if (dialogueID === undefined) return undefined;
      const { dialogue, summary } = object(body);
      return [
        { id: named(dialogueID), document: utterances(objects(dialogue), "participantID"), summary, topic },
      ];
    },
  },
  {
    name: "AI Hub 논문자료 요약 (whole papers)",
    items: ({ doc_id, doc_type, summary_entire }) =>
      Array.isArray(summary_entire)
        ? objects(summary_entire).map(({ orginal_text, original_text, summary_text }, i) => ({
            id: i === 0 ? named(doc_id) : `${named(doc_id)}-${i + 1}`,
            // The published files spell it so.
            document: orginal_text ?? original_text,
            summary: summary_text,
            topic: doc_type,
          }))
        : undefined,
  },
  {
    name: "DACON 한국어 문서 생성요약",
    items: ({ id, media, article_original, abstractive }) =>
      Array.isArray(article_original)
        ? [{ id: named(id), document: joined(article_original, " "), summary: abstractive, topic: media }]
        : undefined,
  },
  {
    name: "국립국어원 일상 대화 요약",
    items: ({ id, input, output }) => {
      const { conversation, subject_keyword } = object(input);
      if (!Array.isArray(conversation)) return undefined;
      const topic = Array.isArray(subject_keyword) ? joined(subject_keyword, ", ") : subject_keyword;
      return [{ id, document: utterances(objects(conversation), "speaker"), summary: output, topic }];
    },
  },
  {
    name: "국립국어원 문서 요약 말뭉치 (summaries without documents)",
    items: ({ document_id, summary_sentences }) =>
      Array.isArray(summary_sentences)
        ? [{ id: named(document_id), summary: joined(summary_sentences, " ") }]
        : undefined,
  },
  {
    name: "국립국어원 신문·문어 말뭉치 (documents without summaries)",
    items: ({ id, metadata, paragraph }) =>
      Array.isArray(paragraph)
        ? [
            {
              id: named(id),
              document: joined(
                objects(paragraph).map(({ form }) => form),
                "\n",
              ),
              topic: object(metadata).topic,
            },
          ]
        : undefined,
  },
];

/** The members under which collections keep their records. */
const HOLDERS = ["documents", "document", "data"];

/** The name of an object's member that holds its records; undefined where it is none that holds any. */
export function holderOf(value: unknown): string | undefined {
  if (!isObject(value)) return undefined;
  return HOLDERS.find((name) => {
    const held = value[name];
    return Array.isArray(held) && held.length > 0 && held.every(isObject);
  });
}

export interface CollectedItems {
  collection: string;
  items: Json[];
}

/** A record's items where it is one of a known collection; what it does not have is left out. */
export function collectedItems(record: Json): CollectedItems | undefined {
  for (const { name, items } of COLLECTIONS) {
    const found = items(record);
    if (!found) continue;
    const known = found.map((item) =>
      Object.fromEntries(
        Object.entries(item).filter(([, value]) => value !== undefined && value !== null && value !== ""),
      ),
    );
    return { collection: name, items: known };
  }
  return undefined;
}
