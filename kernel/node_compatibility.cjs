// Two functions of node:util that tfjs 4.22 calls: gone since Node 23, a warning in every notebook on Node 22.
// Load it before tfjs, wherever tfjs is loaded.
const util = require("node:util");

util.isNullOrUndefined = (value) => value === null || value === undefined;
util.isArray = Array.isArray;
