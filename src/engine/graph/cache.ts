// Graphs that are kept for reuse. One holds no weights but takes some megabytes, so few are kept; the oldest goes first.
import { plan } from "./plan";
import { GraphSession } from "./session";
import type { Trace } from "./trace";

export class GraphCache {
  private readonly sessions = new Map<string, GraphSession>();

  constructor(private readonly most: number) {}

  /** The graph of a structure, built from two recordings of different sizes where it is not there. Throws NotAGraphError. */
  get(structure: string, record: () => [Trace, Trace], strandOf?: (output: string) => string): GraphSession {
    let session = this.sessions.get(structure);
    if (!session) {
      session = new GraphSession(plan(...record()), strandOf);
      const [oldest] = this.sessions.keys();
      if (this.sessions.size >= this.most) {
        this.sessions.get(oldest!)!.dispose();
        this.sessions.delete(oldest!);
      }
      this.sessions.set(structure, session);
    }
    return session;
  }
}
