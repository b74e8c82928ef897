// The demo's page: sends a paragraph to the worker and shows both models' summaries token by token, with their times.
const go = document.getElementById("go");
const field = document.getElementById("document");
const panel = (dtype) => document.querySelector(`section[data-dtype="${dtype}"]`);
const worker = new Worker("worker.mjs", { type: "module" });

const settings = await (await fetch("settings.json")).json();
document.getElementById("about").textContent = `${settings.about} 파일 크기: ${Object.entries(settings.bytes)
  .map(([dtype, bytes]) => `${dtype} ${(bytes / 1e6).toFixed(2)} MB`)
  .join(", ")}.`;

function ready() {
  go.disabled = false;
  go.textContent = "요약하기";
}

const handlers = {
  ready,
  begin({ dtype }) {
    panel(dtype).querySelector("output").textContent = "";
    panel(dtype).querySelector(".figures").textContent = "쓰는 중";
  },
  token({ dtype, text }) {
    panel(dtype).querySelector("output").textContent += text;
  },
  end({ dtype, firstTokenMs, tokens, totalMs }) {
    const rate = tokens > 1 ? ((tokens - 1) / (totalMs - firstTokenMs)) * 1000 : 0;
    panel(dtype).querySelector(".figures").textContent =
      `첫 토큰 ${firstTokenMs.toFixed(0)} ms, 전체 ${(totalMs / 1000).toFixed(2)}초, 토큰 ${tokens}개${rate ? `, 초당 ${rate.toFixed(0)}개` : ""}`;
  },
  done() {
    ready();
    document.body.dataset.state = "done";
  },
  failed({ message }) {
    ready();
    document.getElementById("about").textContent = `요약하지 못했습니다: ${message}`;
    document.body.dataset.state = "failed";
  },
};
worker.onmessage = ({ data }) => handlers[data.kind](data);
worker.onerror = ({ message }) => handlers.failed({ message });

document.getElementById("form").addEventListener("submit", (event) => {
  event.preventDefault();
  go.disabled = true;
  go.textContent = "요약하는 중";
  document.body.dataset.state = "running";
  worker.postMessage({ document: field.value });
});
worker.postMessage({ settings });
