// Starts the TypeScript kernel at the repository root, with failures made visible to Jupyter tools.
// Jupyter runs this: node kernel/start.cjs CONNECTION_FILE
//
// tslab 1.0.22 prints errors to stderr only, so nbclient, nbconvert and JupyterLab cannot see them. Here its own parts
// are put together again with three additions: an `error` output with name, message and TypeScript stack; a failed cell
// when something was thrown or rejected and nobody caught it; edited files of src count from the next cell on.
const { spawn } = require("node:child_process");
const { enableCompileCache } = require("node:module");
const path = require("node:path");
const util = require("node:util");

const root = path.resolve(__dirname, "..");
// Since Node 22: V8's code for the compiler's 9 MB and the engine's bundles is kept from one start to the next.
enableCompileCache?.(path.join(root, "node_modules/.cache/v8"));
const connectionFile = path.resolve(process.argv[2]);
process.chdir(root);
// Outputs are kept and compared; set for a terminal, it would put colours into them.
delete process.env.FORCE_COLOR;
process.env.TF_CPP_MIN_LOG_LEVEL ??= "2";
process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= "true";

const isInstalled = (name) => {
  try {
    require.resolve(name);
    return true;
  } catch {
    return false;
  }
};
if (["tslab", "zeromq", "@tslab/typescript-for-tslab"].every(isInstalled)) {
  start();
} else {
  console.error("The npm packages are missing: run `npm run setup` in the repository root.");
  const fallback = path.join(__dirname, "missing_setup.py");
  const python = path.join(root, ".venv/bin/python");
  const child = spawn(python, [fallback, "-f", connectionFile], { stdio: "inherit" });
  child.on("error", () => process.exit(1));
  child.on("exit", (code) => process.exit(code ?? 1));
}

function start() {
  require("./node_compatibility.cjs");
  require("./send_queue.cjs");
  require("./lean_types.cjs");
  const { noticeChanges, withImporters } = require("./reload.cjs");
  const { expandShorthand } = require("./shorthand.cjs");
  const { beginCell, remember } = require("./source_lines.cjs");
  const { createConverter } = require("tslab/dist/converter");
  const { createExecutor } = require("tslab/dist/executor");
  const { JupyterHandlerImpl, ZmqServer } = require("tslab/dist/jupyter");

  class CompileError extends Error {}

  /** What went wrong since the last cell began: values that tslab reports, then whatever nobody caught. */
  let problems = [];
  let running = false;
  const note = (...args) =>
    problems.push(args.length === 1 ? args[0] : new CompileError(util.format(...args)));
  const noteStray = (problem) => {
    note(problem);
    // The cell may be waiting for just what failed, so it ends here instead of never.
    if (running) executor.interrupt();
  };

  function describe(list) {
    if (list[0] instanceof CompileError) {
      const lines = list
        .filter((problem) => problem instanceof CompileError)
        .map((problem) => problem.message);
      return { ename: "TypeScriptError", evalue: lines.join("\n"), traceback: lines };
    }
    const [first] = list;
    const isError = util.types.isNativeError(first) || first instanceof Error;
    return {
      ename: isError ? String(first.name) : "Error",
      evalue: isError ? String(first.message) : util.inspect(first),
      traceback: [util.inspect(first)],
    };
  }

  class Handler extends JupyterHandlerImpl {
    async handleExecuteImpl(req, writeStream, writeDisplayData) {
      // While its sockets are being bound tslab itself rejects ("Socket is blocked by a bind or unbind operation").
      if (this.execCount === 0) problems = [];
      beginCell(this.execCount + 1);
      running = true;
      try {
        const count = await super.handleExecuteImpl(req, writeStream, writeDisplayData);
        await new Promise((done) => setImmediate(done)); // lets unhandled rejections of this cell arrive
        if (problems.length) throw count;
        return count;
      } catch (error) {
        if (!problems.length) problems.push(new Error("the cell failed without a message"));
        throw error;
      } finally {
        running = false;
      }
    }

    createWriteToIopub(name, writeStream) {
      const write = super.createWriteToIopub(name, writeStream);
      return (chunk, encoding, callback) => {
        write(chunk, encoding);
        const done = typeof encoding === "function" ? encoding : callback;
        if (done) process.nextTick(done);
        return true;
      };
    }
  }

  class Server extends ZmqServer {
    bindSocket(socket, port) {
      // ZeroMQ silently drops what a cell shows beyond a thousand messages that a busy machine has not read; 0 is no limit.
      if (socket === this.iopub) socket.sendHighWaterMark = 0;
      return super.bindSocket(socket, port);
    }

    handleKernelInfo(sock, msg) {
      super.handleKernelInfo(sock, msg);
      setTimeout(converter, 20); // milliseconds in which the reply leaves
    }

    async handleExecute(sock, msg) {
      const reply = msg.createReply();
      reply.header.msg_type = "execute_reply";
      const publish = (messageType, content) => {
        const out = msg.createReply();
        out.header.msg_type = messageType;
        out.content = content;
        out.signAndSend(this.connInfo.key, this.iopub);
      };
      reply.content = await this.handler.handleExecute(
        msg.content,
        (name, text) => publish("stream", { name, text }),
        (data, update) => publish(update ? "update_display_data" : "display_data", data),
      );
      if (reply.content.status === "error") {
        const error = describe(problems.length ? problems : [new Error("the cell failed without a message")]);
        problems = [];
        publish("error", error);
        Object.assign(reply.content, error);
      }
      reply.signAndSend(this.connInfo.key, sock);
    }
  }

  // Reading the types takes a second. It comes when the kernel has said who it is, while the other side makes its first request.
  let made;
  const converter = () => {
    made ??= createConverter({ isJS: false, isBrowser: false });
    return made;
  };
  const node = {
    addModule: (...module) => converter().addModule(...module),
    inspect: (...place) => converter().inspect(...place),
    complete: (...place) => converter().complete(...place),
    convert(previous, source) {
      noticeChanges();
      const converted = converter().convert(previous, expandShorthand(source));
      if (converted.sideOutputs) converted.sideOutputs = withImporters(converted.sideOutputs);
      return remember(converted);
    },
  };
  const executor = createExecutor(
    root,
    { node, close: () => made?.close() },
    { log: console.log, error: note },
  );
  // A kernel whose starter is gone has nobody to talk to.
  const starter = process.ppid;
  setInterval(() => process.ppid !== starter && process.exit(1), 2000).unref();
  process.on("SIGINT", () => executor.interrupt());
  if (process.env.KERNEL_INTERRUPT_FILE) interruptByFile(process.env.KERNEL_INTERRUPT_FILE);
  const execute = async (source) => {
    // Something thrown between two cells fails the next one before it runs.
    if (problems.length) return false;
    try {
      return await executor.execute(source);
    } catch (error) {
      // tslab would print it where no notebook shows it.
      note(new Error(`the kernel itself failed at this cell: ${error.message}`, { cause: error }));
      return false;
    }
  };
  new Server(new Handler({ ...executor, execute }, false), connectionFile).init().catch((error) => {
    console.error("The kernel could not open its connections:", error);
    process.exit(1);
  });
  // From here on, so that a fault of the start above ends the process with its message.
  process.on("uncaughtException", noteStray);
  process.on("unhandledRejection", noteStray);
}

/**
 * An interrupt that needs no signal: the file appears, and is taken away. On processors with avx512 a signal that comes while
 * oneDNN multiplies can spoil its numbers and end the process (docs/LOG.md, 2026-11-30).
 */
function interruptByFile(file) {
  const { rmSync, existsSync } = require("node:fs");
  setInterval(() => {
    if (!existsSync(file)) return;
    rmSync(file);
    process.emit("SIGINT", "SIGINT");
  }, 100).unref();
}
