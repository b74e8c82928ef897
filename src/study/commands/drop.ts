// A model without the layers that it misses least on your texts. Run: npm run cli -- drop --model SOURCE --texts FILE --keep N --out DIR
import type { Command } from "commander";
import { progress } from "../../base/progress";
import { loadDecoder } from "../../models/load";
import { modelPlace } from "../../models/place";
import { copyTokenizer } from "../../prompts/tokenizer-files";
import { chooseLayers, measurements } from "../../reduction/choose-layers";
import { writeReduced } from "../../reduction/reduced";
import { expectEmpty, givenIds } from "./trim";
import { wholeNumber } from "./whole-number";

interface Options {
  model: string;
  texts: string;
  out: string;
  keep: number;
}

async function drop({ model, texts, out, keep }: Options): Promise<void> {
  expectEmpty(out);
  const { place } = await modelPlace(model);
  const ids = await givenIds(place, texts);
  const decoder = loadDecoder(place);
  const bar = progress("layers", measurements(decoder.config.numHiddenLayers, keep));
  const { kept, leftOut, loss, distances } = chooseLayers(decoder, ids, keep, (done) => bar.update(done));
  bar.finish();
  decoder.dispose();
  copyTokenizer(place, out);
  writeReduced(place, out, { layers: kept });
  console.log(`all ${distances.length} layers: ${loss.toFixed(4)} nats a token`);
  for (const { layer, loss: without } of leftOut)
    console.log(
      `without ${String(layer).padStart(2)}: ${without.toFixed(4)}  (turns its input by ${(180 * distances[layer]!).toFixed(1)}°)`,
    );
  console.log(`${out}: layers ${kept.join(" ")}`);
}

export const define = (command: Command): Command =>
  command
    .requiredOption("--model <source>", "a model folder, a GGUF file, or org/name[@revision] of the hub")
    .requiredOption(
      "--texts <file>",
      'JSON Lines of {"id", "text"} or {"id", "messages"} that the loss is measured on',
    )
    .requiredOption("--keep <n>", "layers that stay", wholeNumber(5))
    .requiredOption("--out <folder>", "where the model goes; missing or empty")
    .action(drop);
