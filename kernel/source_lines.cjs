// Stack lines of notebook cells and of src as TypeScript lines. Load it before tslab.
// tslab emits JavaScript twice (TypeScript -> ES modules -> CommonJS) without source maps; here both steps make one, and
// Error.prepareStackTrace looks each place up in them: "cell 3:2:7" is line 2, column 7 of the cell numbered In [3].
const { SourceMap } = require("node:module");
const path = require("node:path");
const vm = require("node:vm");
const { cached } = require("./emitted_cache.cjs");

const compiler = require.resolve("@tslab/typescript-for-tslab");
const ts = require(compiler); // with the changes made to it so far
const INLINE = /\n?\/\/# sourceMappingURL=data:application\/json;base64,([\w+/=]+)\s*$/;

const transpile = cached(ts.version, ts.transpileModule);

/** Emitted CommonJS text -> its two source maps, parsed when an error asks for them. */
const mapsOf = new Map();
/** File name in a stack -> where its text came from. */
const places = new Map();

require.cache[compiler].exports = {
  ...ts,
  createWatchCompilerHost: (files, options, ...rest) =>
    ts.createWatchCompilerHost(files, { ...options, inlineSourceMap: true }, ...rest),
  transpileModule(text, options) {
    const source = text.replace(INLINE, "");
    const inner = INLINE.exec(text)?.[1];
    const compilerOptions = { ...options.compilerOptions, sourceMap: inner !== undefined };
    const result = transpile(source, { ...options, compilerOptions });
    if (!inner) return result;
    const outputText = result.outputText.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, "\n");
    let maps;
    mapsOf.set(outputText, () => {
      maps ??= [result.sourceMapText, Buffer.from(inner, "base64").toString()].map(
        (map) => new SourceMap(JSON.parse(map)),
      );
      return maps;
    });
    return { ...result, outputText };
  },
};

let cellNumber = 0;
let cellOutput;

/** Says which cell runs next, by its execution count. */
function beginCell(number) {
  cellNumber = number;
}

/** Notes where emitted texts belong; wraps tslab's converter result. */
function remember(converted) {
  cellOutput = converted.output;
  for (const { path: file, data } of converted.sideOutputs ?? []) {
    places.set(file, {
      maps: mapsOf.get(data),
      name: path.relative(process.cwd(), file).replace(/\.js$/, ".ts"),
    });
  }
  return converted;
}

const runInThisContext = vm.runInThisContext;
vm.runInThisContext = (code, options) => {
  if (!options?.breakOnSigint) return runInThisContext(code, options);
  const filename = `cell ${cellNumber}`;
  // tslab puts the output behind "(function(exports, require) { " on the first line and one line before the source.
  const shift = code.indexOf(cellOutput);
  places.set(filename, {
    maps: mapsOf.get(cellOutput),
    name: filename,
    columnShift: Math.max(0, shift),
    lineShift: 1,
    // The last line is the call.
    lines: code.split("\n").length - 1,
  });
  return runInThisContext(code, { ...options, filename, displayErrors: false });
};

/** Stands for the line with which tslab calls the function around a cell; it says nothing to a reader. */
const TSLAB_CALL = "call of the cell";

/** One call's text, "f (file:line:column)", with the place in TypeScript where it is known. */
function translate(frame) {
  const text = String(frame);
  const [file, frameLine, frameColumn] = [
    frame.getFileName(),
    frame.getLineNumber(),
    frame.getColumnNumber(),
  ];
  const place = places.get(file);
  if (!place?.maps) return text;
  if (frameLine > place.lines) return TSLAB_CALL;
  let line = frameLine - 1;
  let column = frameColumn - 1 - (line === 0 ? (place.columnShift ?? 0) : 0);
  const shown = (name) => text.replace(`${file}:${frameLine}:${frameColumn}`, () => name);
  for (const map of place.maps()) {
    const entry = map.findEntry(line, Math.max(0, column));
    if (entry.originalLine === undefined) return shown(place.name);
    line = entry.originalLine;
    column = entry.originalColumn;
  }
  return shown(`${place.name}:${line + 1 - (place.lineShift ?? 0)}:${column + 1}`);
}

const HIDDEN = /node_modules\/tslab\/|[( ]node:|\/kernel\/\w+\.cjs/;

Error.prepareStackTrace = (error, frames) => {
  let head;
  try {
    head = String(error);
  } catch {
    head = "Error";
  }
  const lines = frames
    .filter((frame) => !HIDDEN.test(` ${frame}`))
    .map((frame) => `    at ${translate(frame)}`)
    .filter((line) => !line.includes(TSLAB_CALL));
  return [head, ...lines].join("\n");
};

module.exports = { beginCell, remember };
