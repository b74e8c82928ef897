// Keeps what tslab's second step (ES modules -> CommonJS) made of each text, so that a new kernel need not repeat it for
// files of src that have not changed. As with Python's __pycache__, losing the folder costs time and nothing else.
const { createHash } = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");

const FOLDER = path.resolve(__dirname, "../node_modules/.cache/kernel");
/** Edits leave old entries behind; beyond so many the folder begins anew. */
const MOST_ENTRIES = 2000;

function prune() {
  try {
    if (fs.readdirSync(FOLDER).length > MOST_ENTRIES) fs.rmSync(FOLDER, { recursive: true });
  } catch {
    // there is none yet, or another kernel is doing the same
  }
}

function read(file) {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8"));
  } catch {
    return undefined; // absent or cut short: made again
  }
}

function write(file, value) {
  try {
    fs.mkdirSync(FOLDER, { recursive: true });
    fs.writeFileSync(`${file}.${process.pid}`, JSON.stringify(value));
    fs.renameSync(`${file}.${process.pid}`, file);
  } catch {
    // a full disk or a read-only folder: the next kernel makes it again
  }
}

/** `transpile(text, options)` of the given compiler version with its results kept. */
function cached(version, transpile) {
  prune();
  return (text, options) => {
    const key = createHash("sha256")
      .update(JSON.stringify([version, options.compilerOptions, text]))
      .digest("hex");
    const file = path.join(FOLDER, `${key}.json`);
    const known = read(file);
    if (known) return known;
    const { outputText, sourceMapText } = transpile(text, options);
    write(file, { outputText, sourceMapText });
    return { outputText, sourceMapText };
  };
}

module.exports = { cached };
