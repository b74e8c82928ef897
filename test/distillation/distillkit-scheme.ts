// The compared scheme stands with the benches, which measure it too.
export * from "../../src/bench/distillkit-scheme";
