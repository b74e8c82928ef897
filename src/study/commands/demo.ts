// A page in which the student summarises a pasted paragraph in the browser. Run: npm run demo [-- --serve --port 8080]
import * as path from "node:path";
import type { Command } from "commander";
import { mainSystem } from "../../results/systems";
import { buildDemo } from "../demo/build";
import { serveFolder } from "../demo/server";
import { writeOnnxFolder } from "../export-system";
import { ROOT } from "../stage";
import { openStudy } from "../study";

interface DemoOptions {
  profile: string;
  seed: number;
  out: string;
  serve?: boolean;
  port: number;
}

async function demo({ profile, seed, out, serve, port }: DemoOptions): Promise<void> {
  const study = openStudy(profile, seed);
  const { id, label } = mainSystem(study);
  const about = `${label.ko}, 프로파일 ${profile}. 만든 글에는 틀린 내용이 있을 수 있습니다.`;
  await buildDemo(out, { about, maxNewTokens: study.decoding.maxNewTokens }, (folder) =>
    writeOnnxFolder(study, id, folder),
  );
  console.log(
    `The page: ${path.relative(process.cwd(), out)}/index.html, to be opened through a web server.`,
  );
  if (!serve) {
    console.log("npm run demo -- --serve serves it on this machine.");
    return;
  }
  const { url } = await serveFolder(out, port);
  console.log(`${url} (Ctrl-C ends it)`);
}

export const define = (command: Command): Command =>
  command
    .option("--profile <name>", "whose run", "tiny")
    .option("--seed <n>", "seed of the run", Number, 0)
    .option("--out <folder>", "where to; missing, empty or an earlier demo", path.join(ROOT, "reports/demo"))
    .option("--serve", "serve the page on this machine afterwards")
    .option("--port <n>", "port of the server", Number, 8080)
    .action(demo);
