// Run as a process of its own: loads a model with frozen weights and prints how far resident memory rose at its highest.
import { peakMemory } from "../../src/engine/facts";
import { frozenMemory } from "../../src/engine/ledger";
import { loadDecoder } from "../../src/models/load";

const before = process.memoryUsage.rss();
const decoder = loadDecoder(process.argv[2]!, { frozen: "bfloat16" });
console.log(JSON.stringify({ growth: peakMemory()! - before, bytes: frozenMemory().bytes }));
decoder.dispose();
