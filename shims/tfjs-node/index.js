require("../../kernel/node_compatibility.cjs");
module.exports = require("@tensorflow/tfjs-node-gpu");
