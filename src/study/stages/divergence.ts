// Where a student's distribution leaves the teacher's, token by token of one validation summary.
import type { Item } from "../../corpus/item";
import { tokenKl } from "../../distillation/heatmap";
import { encodeItem } from "../../prompts/example";
import { StudyError } from "../study-error";
import { recipeOf, teacherSystem } from "../systems";
import type { StudyContext } from "./context";
import { corpusStage, itemsOf } from "./corpus";
import { systemDecoder } from "./train";

/** KL(teacher || system) at each token of a validation item's summary. */
export async function divergenceOfItem(
  context: StudyContext,
  system: string,
  index: number,
): Promise<{ item: Item; tokens: ReturnType<typeof tokenKl> }> {
  const item = itemsOf(await corpusStage(context), "validation")[index]!;
  const teaching = recipeOf(context, system).teacher?.recipe ?? teacherSystem(context);
  if (teaching === undefined) throw new StudyError(`No recipe of this study teaches "${system}".`);
  const teacher = await systemDecoder(context, teaching);
  const student = await systemDecoder(context, system);
  const tokens = tokenKl(
    student.decoder,
    teacher.decoder,
    encodeItem(student.tokenizer, item),
    student.tokenizer,
  );
  teacher.decoder.dispose();
  student.decoder.dispose();
  return { item, tokens };
}
