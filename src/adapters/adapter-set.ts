// Several adapters on one frozen base: loaded once, one of them active at a time.
import type { Decoder } from "../models/decoder";
import { type LoraAdapter, merged } from "./lora";
import { checkAdapter } from "./peft-files";

export class AdapterSet {
  private readonly adapters = new Map<string, LoraAdapter>();

  /** @param decoder the base; its own weights are never changed */
  constructor(private readonly decoder: Decoder) {}

  get names(): string[] {
    return [...this.adapters.keys()];
  }

  /** Takes an adapter over. Throws when the name is taken or the adapter does not fit the base. */
  add(name: string, adapter: LoraAdapter): void {
    if (this.adapters.has(name)) throw new Error(`An adapter "${name}" is loaded already. Remove it first.`);
    checkAdapter(adapter.config, adapter.toWeights(), this.decoder.config);
    this.adapters.set(name, adapter);
  }

  /** Makes the base answer with an adapter, or without one. */
  use(name: string | undefined): void {
    this.decoder.adapter = name === undefined ? undefined : this.get(name).layers;
  }

  /** A decoder of its own with the adapter's update in its weights; those that are not adapted are shared. */
  merged(name: string): Decoder {
    return merged(this.decoder, this.get(name));
  }

  /** Frees an adapter; when it is the active one the base answers without. */
  remove(name: string): void {
    const adapter = this.get(name);
    if (this.decoder.adapter === adapter.layers) this.decoder.adapter = undefined;
    this.adapters.delete(name);
    adapter.dispose();
  }

  private get(name: string): LoraAdapter {
    const found = this.adapters.get(name);
    if (!found) {
      throw new Error(`No adapter "${name}" is loaded. Loaded: ${this.names.join(", ") || "none"}.`);
    }
    return found;
  }
}
