// Proves that the compiled addon loads and computes. Run by set-up in a process of its own.
const tf = require("@tensorflow/tfjs-node-gpu");

const product = tf.matMul([[1, 2]], [[3], [4]]).dataSync()[0];
if (tf.getBackend() !== "tensorflow" || product !== 11) {
  throw new Error(`the engine gave ${product} on backend ${tf.getBackend()}, expected 11 on tensorflow`);
}
