// Checks src and the cells of all notebooks with the compiler and the options that tslab uses (TypeScript 5.0.4, Node10,
// not strict), in seconds and without running a cell. Run: npm run check:types
const { existsSync, readdirSync, readFileSync } = require("node:fs");
const path = require("node:path");
const ts = require("@tslab/typescript-for-tslab");

const root = path.resolve(__dirname, "..");
process.chdir(root);
const sources = readdirSync("src", { recursive: true })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => path.join(root, "src", file));

/** Virtual file at the root -> its text and, by line, the cell that the line is from. */
const notebooks = new Map();
for (const name of existsSync("notebooks") ? readdirSync("notebooks") : []) {
  if (!name.endsWith(".ipynb")) continue;
  const lines = ["export {};"];
  const places = [{ cell: 0, line: 0 }];
  const { cells } = JSON.parse(readFileSync(path.join("notebooks", name), "utf8"));
  cells
    .filter((cell) => cell.cell_type === "code")
    .forEach((cell, index) => {
      [cell.source]
        .flat()
        .join("")
        .split("\n")
        .forEach((text, line) => {
          lines.push(text);
          places.push({ cell: index + 1, line: line + 1 });
        });
    });
  notebooks.set(path.join(root, name.replace(/\.ipynb$/, ".cells.ts")), {
    name,
    text: lines.join("\n"),
    places,
  });
}

const options = {
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.NodeJs,
  esModuleInterop: true,
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2022.d.ts"],
  resolveJsonModule: true,
  skipLibCheck: true,
  noEmit: true,
  types: ["node"],
  typeRoots: ["node_modules/tslab/node_modules/@types", "node_modules/@types"],
};
const host = ts.createCompilerHost(options);
const { fileExists, readFile } = host;
host.fileExists = (file) => notebooks.has(file) || fileExists(file);
host.readFile = (file) => notebooks.get(file)?.text ?? readFile(file);
const program = ts.createProgram([...sources, ...notebooks.keys()], options, host);

// A notebook may declare a name again in a later cell.
const REDECLARED = 2451;
const DUPLICATE_IMPORT = 2300;
const found = ts
  .getPreEmitDiagnostics(program)
  .filter(
    ({ file, code }) => !(notebooks.has(file?.fileName) && [REDECLARED, DUPLICATE_IMPORT].includes(code)),
  );
for (const { file, start, messageText } of found) {
  const text = ts.flattenDiagnosticMessageText(messageText, "\n");
  if (!file) {
    console.log(text);
    continue;
  }
  const { line, character } = file.getLineAndCharacterOfPosition(start);
  const notebook = notebooks.get(file.fileName);
  const place = notebook?.places[line];
  const where = place
    ? `notebooks/${notebook.name}, cell ${place.cell}:${place.line}`
    : `${path.relative(root, file.fileName)}:${line + 1}`;
  console.log(`${where}:${character + 1} - ${text}`);
}
if (!found.length)
  console.log(`✓ ${sources.length} files and ${notebooks.size} notebooks as tslab sees them`);
process.exit(found.length ? 1 : 0);
