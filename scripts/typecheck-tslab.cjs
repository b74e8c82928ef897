// Checks src/ with the compiler and the options that tslab uses in notebooks (TypeScript 5.0.4, Node10, not strict).
const ts = require("@tslab/typescript-for-tslab");
const { readdirSync } = require("node:fs");
const files = readdirSync("src", { recursive: true })
  .filter((f) => f.endsWith(".ts"))
  .map((f) => `src/${f}`);
const program = ts.createProgram(files, {
  module: ts.ModuleKind.CommonJS,
  moduleResolution: ts.ModuleResolutionKind.NodeJs,
  esModuleInterop: true,
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2022.d.ts", "lib.dom.d.ts"].slice(0, 1),
  resolveJsonModule: true,
  skipLibCheck: true,
  noEmit: true,
  types: ["node"],
  typeRoots: ["node_modules/tslab/node_modules/@types", "node_modules/@types"],
});
const found = ts.getPreEmitDiagnostics(program);
console.log(
  ts.formatDiagnostics(found, {
    getCanonicalFileName: (f) => f,
    getCurrentDirectory: () => process.cwd(),
    getNewLine: () => "\n",
  }) || `✓ ${files.length} files as tslab sees them`,
);
process.exit(found.length ? 1 : 0);
