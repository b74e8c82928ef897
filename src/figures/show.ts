// A figure as one notebook output that JupyterLab draws live and that GitHub and VS Code show as a picture.
import { type Figure, themed, toSvg } from "./figure";

interface Jupyter {
  lastWriteDisplayData: ((data: object, update: boolean) => void) | null;
}

/** Shows a figure below the running cell. Throws outside a notebook. */
export async function show(figure: Figure): Promise<void> {
  const svg = await toSvg(figure);
  const { data, layout } = themed(figure);
  const { lastWriteDisplayData } = require("tslab/dist/jupyter") as Jupyter;
  if (!lastWriteDisplayData) {
    throw new Error("show() draws into a notebook cell and none is running; use saveFigure() here.");
  }
  const title = layout.title as string | { text?: string } | undefined;
  const text = typeof title === "string" ? title : title?.text;
  lastWriteDisplayData(
    {
      data: {
        "application/vnd.plotly.v1+json": { data, layout, config: { displaylogo: false } },
        // SVG and not PNG: plotly's JupyterLab renderer shows a PNG first and becomes live only when the mouse enters.
        "image/svg+xml": svg,
        "text/plain": `figure: ${text ?? "untitled"}`,
      },
      metadata: {},
      transient: {},
    },
    false,
  );
}
