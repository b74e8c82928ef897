// Whether a teacher can teach a student: by logits, token for token, so both must have the same tokens.
import { readDecoderConfig } from "../models/config";
import { openTokenizerFolder } from "../prompts/tokenizer-folder";
import { StudyError } from "./study-error";

/** A model by its name in messages, and a folder with its configuration and tokenizer. */
export interface NamedFolder {
  name: string;
  folder: string;
}

/**
 * Throws StudyError with the reason why a teacher's logits say nothing to a student: another tokenizer, or an embedding with
 * fewer rows than the tokenizer has tokens. More rows than tokens, and not the same number on both sides, are no reason.
 */
export async function checkPair(teacher: NamedFolder, student: NamedFolder): Promise<void> {
  const [first, second] = await Promise.all([teacher, student].map(open));
  const between = `Teacher ${teacher.name} and student ${student.name}`;
  const advice =
    "Distillation compares their logits token by token: choose two models of one family with the same tokenizer.";
  if (first!.hash !== second!.hash) {
    const [longer, shorter] =
      first!.spellings.length >= second!.spellings.length ? [first!, second!] : [second!, first!];
    const at = longer.spellings.findIndex((token, id) => token !== shorter.spellings[id]);
    const spelt = ({ spellings }: typeof longer) => JSON.stringify(spellings[at]) ?? "no token";
    const difference =
      at < 0
        ? "the tokens are the same, but tokenizer.json splits texts otherwise"
        : `token ${at} is ${spelt(first!)} for the teacher and ${spelt(second!)} for the student`;
    throw new StudyError(
      `${between} have different tokenizers: ${difference} (${first!.file}, ${second!.file}). ${advice}`,
    );
  }
  for (const { name, rows, spellings, folder } of [first!, second!]) {
    if (rows < spellings.length) {
      throw new StudyError(
        `${folder}: the tokenizer of ${name} has ${spellings.length} tokens, the embedding ${rows} rows (vocab_size in config.json): ` +
          "the last tokens have no vector. Take tokenizer and weights from the same model.",
      );
    }
  }
}

async function open({ name, folder }: NamedFolder) {
  const { hash, source, spelling } = await openTokenizerFolder(folder);
  return {
    name,
    folder,
    file: source.fileOf("tokenizer.json"),
    hash,
    spellings: spelling.spellings,
    rows: readDecoderConfig(folder).vocabSize,
  };
}
