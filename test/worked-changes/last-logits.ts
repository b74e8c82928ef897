// Runs in a changed copy of the tree: the logits of a model folder after a text of token ids.
import { loadDecoder } from "../../src/models/load";
import { runBatch } from "../../src/tools/parity/decoder-batch";

const [folder, text] = process.argv.slice(2) as [string, string];
const ids = JSON.parse(text) as number[];
const decoder = loadDecoder(folder);
const { logits } = runBatch(decoder, { input_ids: [ids], attention_mask: [ids.map(() => 1)], labels: [] });
console.log(JSON.stringify([...logits.slice((ids.length - 1) * (logits.length / ids.length))]));
