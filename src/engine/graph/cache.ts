// Graphs that are kept for reuse. One holds no weights but takes some megabytes, so few are kept; the oldest goes first.
import type { GraphSession } from "./session";

export class GraphCache {
  private readonly sessions = new Map<string, GraphSession>();

  constructor(private readonly most: number) {}

  /** The graph of a structure, made where it is not there. */
  get(structure: string, make: () => GraphSession): GraphSession {
    let session = this.sessions.get(structure);
    if (!session) {
      session = make();
      const [oldest] = this.sessions.keys();
      if (this.sessions.size >= this.most) {
        this.sessions.get(oldest!)!.dispose();
        this.sessions.delete(oldest!);
      }
      this.sessions.set(structure, session);
    }
    return session;
  }

  dispose(): void {
    for (const session of this.sessions.values()) session.dispose();
    this.sessions.clear();
  }
}
