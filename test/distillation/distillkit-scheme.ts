// The compared scheme stands with the benches, which measure it too.
export * from "../../src/tools/bench/distillkit-scheme";
