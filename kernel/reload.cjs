// An edited file of src counts from the next cell on, without a restart. Load it before tslab.
// tslab hears of changes from file watchers, some seconds late or never (network folders, containers), and reloads only
// the changed file, not those that import it. Here every file is looked at before each cell, and importers reload too.
const { readdirSync, statSync } = require("node:fs");
const path = require("node:path");
const ts = require("@tslab/typescript-for-tslab");

const watched = new Map();
const version = (file) => {
  const found = statSync(file, { throwIfNoEntry: false });
  return found ? `${found.mtimeMs} ${found.size}` : "";
};

const watchFile = ts.sys.watchFile;
ts.sys.watchFile = (file, callback, ...rest) => {
  // Packages do not change while a notebook runs, and there are thousands of their files.
  if (file.includes("/node_modules/")) return { close() {} };
  if (!path.isAbsolute(file)) return watchFile(file, callback, ...rest);
  const entry = watched.get(file) ?? { callbacks: new Set(), version: version(file) };
  entry.callbacks.add(callback);
  watched.set(file, entry);
  return { close: () => entry.callbacks.delete(callback) };
};

/** Names in a folder; none where there is no folder, where it may not be read or while it is being replaced. */
const namesIn = (folder) => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};

// Where an import was not found, the compiler waits for it by watching the whole of node_modules, thousands of folders, which
// takes half a second. A package that was installed meanwhile shows by its name there. In a deep folder it asks for the
// node_modules of every parent too, which hardly ever exist.
const packageFolders = new Set();
const { watchDirectory } = ts.sys;
ts.sys.watchDirectory = (folder, callback, ...rest) => {
  if (path.basename(folder) !== "node_modules") return watchDirectory(folder, callback, ...rest);
  const entry = { folder, callback, names: new Set(namesIn(folder)) };
  packageFolders.add(entry);
  return { close: () => packageFolders.delete(entry) };
};

// tslab gives the compiler one timer and throws when a file changes while that timer's rebuild is under way (its issue
// 97), after which the cell and all later ones fail. tslab assigns both functions to an object that inherits from ts.sys,
// so accessors here can put a guard around them: a second request while one is pending is the pending one.
let pending;
const guards = {
  setTimeout: (set) => (callback) => {
    try {
      pending = set(callback);
    } catch (error) {
      if (error.message !== "Unexpected pending rebuildTimer") throw error;
    }
    return pending;
  },
  clearTimeout: (clear) => (timer) => {
    try {
      clear(timer);
    } catch (error) {
      if (!error.message.startsWith("clearing unexpected")) throw error;
    }
  },
};
for (const [name, guard] of Object.entries(guards)) {
  const guarded = Symbol(name);
  Object.defineProperty(ts.sys, name, {
    get() {
      return this[guarded];
    },
    set(original) {
      this[guarded] = guard(original);
    },
  });
}

function noticeChanges() {
  for (const { folder, callback, names } of packageFolders) {
    for (const name of namesIn(folder)) {
      if (names.has(name)) continue;
      names.add(name);
      callback(path.join(folder, name));
    }
  }
  for (const [file, entry] of watched) {
    const now = version(file);
    if (now === entry.version) continue;
    const { Created, Deleted, Changed } = ts.FileWatcherEventKind;
    const kind = !entry.version ? Created : !now ? Deleted : Changed;
    entry.version = now;
    for (const callback of [...entry.callbacks]) callback(file, kind);
  }
}

const importsOf = (file, text) =>
  [...text.matchAll(/require\("(\.{1,2}\/[^"]+)"\)/g)].map(([, id]) => {
    const target = path.join(path.dirname(file), id);
    return path.extname(target) === "" ? `${target}.js` : target;
  });

/** Emitted files of src so far. */
const emitted = new Map();

/** The emitted files together with all earlier ones that import them, directly or not. */
function withImporters(outputs) {
  for (const { path: file, data } of outputs) emitted.set(file, data);
  const stale = new Set(outputs.map((output) => output.path));
  for (let before = -1; before !== stale.size; ) {
    before = stale.size;
    for (const [file, data] of emitted) {
      if (!stale.has(file) && importsOf(file, data).some((target) => stale.has(target))) stale.add(file);
    }
  }
  return [...stale].map((file) => ({ path: file, data: emitted.get(file) }));
}

module.exports = { noticeChanges, withImporters };
