// Several teachers of one student: each with its weight, and with the topics of the items that it is for.
import type { Item } from "../../corpus/item";
import type { WeightOf } from "../../distillation/several-teachers";
import type { Decoder } from "../../models/decoder";
import type { OtherTeacher, RecipeTeacher } from "../file/definition";
import type { StudyContext } from "./context";
import { openModel, type SystemModel } from "./system-model";

export interface Several {
  weight: WeightOf;
  others: { decoder: Decoder; weight: WeightOf }[];
  close(): void;
}

/** Opens the teachers beside the first. An item is taught by those that name its topic, else by those that name none. */
export async function openSeveral(
  study: StudyContext,
  teacher: RecipeTeacher,
  models: readonly SystemModel[],
  train: readonly Item[],
): Promise<Several> {
  const topicOf = new Map(train.map(({ id, topic }) => [id, topic]));
  const all: OtherTeacher[] = [teacher, ...teacher.others!];
  const weight =
    ({ weight: own = 1, topics }: OtherTeacher): WeightOf =>
    ({ id }) => {
      const topic = topicOf.get(id)!;
      const isNamed = all.some((each) => each.topics?.includes(topic));
      return (isNamed ? topics?.includes(topic) : topics === undefined) ? own : 0;
    };
  const others: Several["others"] = [];
  for (const [i, other] of teacher.others!.entries()) {
    const { decoder } = await openModel(study, models[i]!);
    others.push({ decoder, weight: weight(other) });
  }
  return {
    weight: weight(teacher),
    others,
    close: () => {
      for (const { decoder } of others) decoder.dispose();
    },
  };
}
