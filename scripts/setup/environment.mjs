// What every process of the project that loads TensorFlow is started with: commands, tests and notebook kernels alike.
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** True when an NVIDIA device can be seen. */
export const hasNvidiaDevice = () => existsSync("/dev/nvidia0") || existsSync("/dev/nvidiactl");

/** Variables that must be set before the process starts; what the user has set already wins. */
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
