// Messages of the kernel wait for their turn. Load it before tslab.
// A ZeroMQ socket takes one message at a time; tslab sends without waiting, and a message that came while another was on
// its way threw "Socket is busy writing" (EBUSY): in a progress bar under heavy load it ended the training, and the reply
// that should have said so was lost the same way.
const { createRequire } = require("node:module");

const zmq = createRequire(require.resolve("tslab/package.json"))("zeromq");

/** Makes `send` of a socket class queue what cannot be sent at once; resolves when the message is handed over. */
function queued(send) {
  const states = new WeakMap();
  return function sendInTurn(message) {
    const state = states.get(this) ?? { waiting: [], last: Promise.resolve() };
    states.set(this, state);
    const attempt = (next) => {
      try {
        state.last = send.call(this, next);
        return state.last;
      } catch (error) {
        if (error.code !== "EBUSY") throw error;
        return undefined;
      }
    };
    const drain = () => {
      while (state.waiting.length > 0) {
        const { next, resolve, reject } = state.waiting[0];
        try {
          const sent = attempt(next);
          if (!sent) break;
          sent.then(resolve, reject);
        } catch (error) {
          reject(error);
        }
        state.waiting.shift();
      }
      // What is on its way may be a message that nobody here knows of: then there is only trying again.
      if (state.waiting.length > 0) state.last.catch(() => {}).then(() => setImmediate(drain));
    };
    // At once where that is possible: a long computation gives no other chance to show its progress.
    const sent = state.waiting.length === 0 ? attempt(message) : undefined;
    if (sent) return sent;
    return new Promise((resolve, reject) => {
      state.waiting.push({ next: message, resolve, reject });
      if (state.waiting.length === 1) setImmediate(drain);
    });
  };
}

for (const Socket of [zmq.Publisher, zmq.Router, zmq.Reply]) {
  // Not by assignment: the inherited property is read-only, and an assignment would do nothing, silently.
  Object.defineProperty(Socket.prototype, "send", { value: queued(Socket.prototype.send) });
}
