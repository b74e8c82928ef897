// The kernel reads fewer and shorter type files, so that its first cell comes sooner. Load it before tslab.
// Without `types` the compiler takes every package below node_modules/@types into each notebook; cells need Node's alone.
// Two thirds of Node's 2.5 MB are documentation, which TypeScript 5.0 parses on each start: a hint in a notebook shows
// the signature of a Node function without its text. All other packages keep theirs.
const compiler = require.resolve("@tslab/typescript-for-tslab");
const ts = require(compiler);

const DOCUMENTATION = /^[ \t]*\/\*\*[\s\S]*?\*\/[ \t]*\n/gm;

const { readFile } = ts.sys;
ts.sys.readFile = (file, encoding) => {
  const text = readFile(file, encoding);
  return file.includes("/node_modules/@types/node/") ? text?.replace(DOCUMENTATION, "") : text;
};

const { createWatchCompilerHost } = require.cache[compiler].exports;
require.cache[compiler].exports = {
  ...require.cache[compiler].exports,
  createWatchCompilerHost: (files, options, ...rest) =>
    createWatchCompilerHost(files, { ...options, types: ["node"] }, ...rest),
};
