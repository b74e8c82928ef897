// Starts the tslab kernel at the repository root, with failures made visible to Jupyter tools.
// Jupyter runs this: node kernel/start.cjs CONNECTION_FILE
//
// tslab 1.0.22 prints errors to stderr only, so nbclient, papermill, nbmake and JupyterLab cannot see them. Here its
// own parts are put together again with two additions: an `error` output with name, message and stack, and a failed
// cell when a promise was rejected and nobody handled it.
const path = require("node:path");
const util = require("node:util");
process.chdir(path.resolve(__dirname, ".."));
process.env.TF_CPP_MIN_LOG_LEVEL ??= "2";
process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= "true";

const { createConverter } = require("tslab/dist/converter");
const { createExecutor } = require("tslab/dist/executor");
const { JupyterHandlerImpl, ZmqServer } = require("tslab/dist/jupyter");

/** What the running cell reported: values given to console.error by tslab itself, then stray rejections. */
let problems = [];
const note = (...args) => problems.push(args.length === 1 ? args[0] : new CompileError(util.format(...args)));
class CompileError extends Error {}

function describe(list) {
  const first = list[0];
  const known = first instanceof Error || (first && typeof first === "object" && "message" in first);
  return {
    ename:
      first instanceof CompileError ? "TypeScriptError" : known ? String(first.name ?? "Error") : "Error",
    evalue:
      first instanceof CompileError
        ? list.map((e) => e.message).join("\n")
        : known
          ? String(first.message)
          : util.inspect(first),
    traceback: list.map((e) =>
      e instanceof CompileError ? e.message : known && e.stack ? e.stack : util.inspect(e),
    ),
  };
}

class Handler extends JupyterHandlerImpl {
  async handleExecuteImpl(req, writeStream, writeDisplayData) {
    // Before the first cell tslab's own sockets can reject ("Socket is blocked by a bind or unbind operation").
    if (this.execCount === 0) problems = [];
    try {
      const count = await super.handleExecuteImpl(req, writeStream, writeDisplayData);
      await new Promise((done) => setImmediate(done)); // lets unhandled rejections of this cell arrive
      if (problems.length) throw count;
      return count;
    } catch (e) {
      if (!problems.length) problems.push(new Error("the cell failed without a message"));
      throw e;
    }
  }
}

class Server extends ZmqServer {
  async handleExecute(sock, msg) {
    const reply = msg.createReply();
    reply.header.msg_type = "execute_reply";
    const publish = (msg_type, content) => {
      const out = msg.createReply();
      out.header.msg_type = msg_type;
      out.content = content;
      out.signAndSend(this.connInfo.key, this.iopub);
    };
    reply.content = await this.handler.handleExecute(
      msg.content,
      (name, text) => publish("stream", { name, text }),
      (data, update) => publish(update ? "update_display_data" : "display_data", data),
    );
    if (reply.content.status === "error") {
      const error = describe(problems);
      problems = [];
      publish("error", error);
      Object.assign(reply.content, error);
    }
    reply.signAndSend(this.connInfo.key, sock);
  }
}

let converter;
const node = () => (converter ??= createConverter({ isJS: false, isBrowser: false }));
node();
const executor = createExecutor(
  process.cwd(),
  {
    get node() {
      return node();
    },
    close: () => converter?.close(),
  },
  { log: console.log, error: note },
);
process.on("SIGINT", () => executor.interrupt());
process.on("uncaughtException", (e) => note(e));
process.on("unhandledRejection", (e) => note(e));
new Server(new Handler(executor, false), process.argv[2]).init();
