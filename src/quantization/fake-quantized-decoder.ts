// A decoder that is trained through rounded matrices: what it learns is what is left when they are stored in 4 bits.
import type { Weight } from "../engine/frozen";
import { type Tensor, tf } from "../engine/tf";
import { Decoder, type ForwardOptions } from "../models/decoder";
import { matricesOf } from "./decoder";
import { fakeQuantized, type Grid, roundToGrid } from "./fake-quantized";

export class FakeQuantizedDecoder extends Decoder {
  override readonly plain = false;
  private readonly matrices: ReadonlySet<string>;
  /** The rounded matrices of the last forward pass: its backward pass reads them when the tape has freed what it made. */
  private last = new Map<string, Tensor>();

  /** @param base taken over, with its weights, all of them fp32 */
  constructor(
    base: Decoder,
    private readonly grid: Grid,
  ) {
    super(base.config, base.weights, base.trainable);
    this.matrices = new Set(matricesOf(base));
  }

  override hidden(ids: Int32Array, batch: number, options: ForwardOptions = {}): Tensor {
    this.forget();
    const weights = new Map<string, Weight>(this.weights);
    for (const name of this.matrices) {
      const rounded = tf.keep(fakeQuantized(this.weights.get(name) as Tensor, this.grid));
      this.last.set(name, rounded);
      weights.set(name, rounded);
    }
    const decoder = new Decoder(this.config, weights, this.trainable);
    decoder.recompute = this.recompute;
    return decoder.hidden(ids, batch, options);
  }

  /** That of the last forward pass, as the embedding that it may be. */
  override get head(): Weight {
    const name = this.config.tieWordEmbeddings ? "model.embed_tokens.weight" : "lm_head.weight";
    return this.last.get(name) ?? fakeQuantized(super.head as Tensor, this.grid);
  }

  /** A decoder with the matrices as they come back from their 4-bit codes; the caller disposes it. */
  rounded(): Decoder {
    return this.withWeights(
      new Map(
        [...this.weights].map(([name, weight]) => {
          const value = () =>
            this.matrices.has(name)
              ? roundToGrid(weight as Tensor, this.grid).value
              : (weight as Tensor).clone();
          return [name, tf.keep(tf.tidy(value))];
        }),
      ),
    );
  }

  override dispose(): void {
    this.forget();
    super.dispose();
  }

  private forget(): void {
    tf.dispose([...this.last.values()]);
    this.last = new Map();
  }
}
