// The environment in which programs of the project are started: set-up, commands, tests and notebook kernels alike.
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** True when an NVIDIA device can be seen. */
export const hasNvidiaDevice = () => existsSync("/dev/nvidia0") || existsSync("/dev/nvidiactl");

/** What pip is told of the way to its index and of its cache. All else of its settings would install something else, or elsewhere. */
const PIP_KEPT =
  /^PIP_(CONFIG_FILE|INDEX_URL|EXTRA_INDEX_URL|NO_INDEX|FIND_LINKS|PROXY|CERT|CLIENT_CERT|TRUSTED_HOST|KEYRING_PROVIDER|(DEFAULT_)?TIMEOUT|RETRIES|CACHE_DIR|NO_CACHE_DIR)$/;
/** Meant for other programs of the user: NODE_ENV=production leaves packages out, PYTHONPATH puts other modules in the place of .venv's. */
const FOREIGN = /^(NODE_ENV|__PYVENV_LAUNCHER__|PYTHON.+|PIP_.+)$/;
/** Beside these for tests, which bring their own hub, proxies, folders of runs and repositories, and read what programs print. */
const FOREIGN_TO_TESTS =
  /^(FORCE_COLOR|NODE_OPTIONS|NODE_USE_ENV_PROXY|(https?|all|no)_proxy|HF_.+|STUDY_RUNS|GIT_(DIR|WORK_TREE|COMMON_DIR|INDEX_FILE|PREFIX))$/i;

/** The user's environment without what is meant for others, and with the project's own Python settings. */
export function ownEnvironment(current = process.env, { forTests = false } = {}) {
  const kept = Object.entries(current).filter(
    ([name]) => (PIP_KEPT.test(name) || !FOREIGN.test(name)) && !(forTests && FOREIGN_TO_TESTS.test(name)),
  );
  return {
    ...Object.fromEntries(kept),
    // Korean is read and written whatever LC_ALL says.
    PYTHONUTF8: "1",
    // The kernel of this checkout, not one of the same name that the user has for all projects.
    JUPYTER_PREFER_ENV_PATH: "1",
  };
}

/** Variables that must be set before a process loads TensorFlow; what the user has set already wins. */
export function engineEnvironment(gpu = hasNvidiaDevice(), current = process.env) {
  const wanted = {
    // glibc hands large tensors back to the kernel and gets them again page by page: a quarter of a training step.
    MALLOC_MMAP_MAX_: "0",
    MALLOC_TRIM_THRESHOLD_: "8000000000",
    // Tensors in regions of their own, reused by best fit: among JavaScript's small pieces glibc's heap breaks up, and a full
    // training step took 1.9 GB and 545 ms where this takes 1.2 GB and 467 ms. The limit is TensorFlow's 64 GB otherwise.
    TF_CPU_ALLOCATOR_USE_BFC: "true",
    TF_CPU_BFC_MEM_LIMIT_IN_MB: "1000000",
    TF_CPP_MIN_LOG_LEVEL: "2",
    TF_FORCE_GPU_ALLOW_GROWTH: "true",
  };
  if (gpu) {
    // The wheel carries only PTX for Hopper; what the driver compiles from it is kept from one process to the next.
    wanted.CUDA_CACHE_PATH = join(current.XDG_CACHE_HOME || join(homedir(), ".cache"), "korean-summary-cuda");
    wanted.CUDA_CACHE_MAXSIZE = "4294967296";
  }
  return Object.fromEntries(Object.entries(wanted).map(([name, value]) => [name, current[name] ?? value]));
}
