// Writes { profile } as { profile: profile } in a cell, on the same line.
// tslab 1.0.22 finds variables of earlier cells by their symbol, and for a shorthand property the compiler gives it the
// property's instead: "profile is not defined".
const ts = require("@tslab/typescript-for-tslab");

/** The cell with every shorthand property written out. */
function expandShorthand(source) {
  const names = [];
  const visit = (node) => {
    if (ts.isShorthandPropertyAssignment(node)) names.push(node.name);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("cell.ts", source, ts.ScriptTarget.Latest));
  let expanded = source;
  for (const { text, end } of names.reverse()) {
    expanded = `${expanded.slice(0, end)}: ${text}${expanded.slice(end)}`;
  }
  return expanded;
}

module.exports = { expandShorthand };
