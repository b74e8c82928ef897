// Puts back what tfjs 4.22 takes from node:util and Node 23 removed. Load it before tfjs, wherever tfjs is loaded.
const util = require("node:util");

util.isNullOrUndefined ??= (value) => value === null || value === undefined;
util.isArray ??= Array.isArray;
