// Rotary position embedding in config.json: one base or one for each kind of layer, with or without scaling, in both
// spellings (flat fields of transformers 4, `rope_parameters` of 5).
import type { ConfigFields } from "./config-fields";
import type { Family } from "./families/family";

/** Every frequency divided by `factor`. */
export interface LinearScaling {
  factor: number;
}

/** Low frequencies divided by `factor`, high ones kept (Llama 3.1). */
export interface Llama3Scaling extends LinearScaling {
  lowFreqFactor: number;
  highFreqFactor: number;
  originalMaxPositionEmbeddings: number;
}

export interface Rope {
  ropeTheta: number;
  ropeScaling?: LinearScaling | Llama3Scaling;
}

/** RoPE of all layers, or of those with full attention where the sliding ones have a base of their own, never scaled. */
export interface LayerRopes extends Rope {
  slidingRopeTheta?: number;
}

function readScaling(fields: ConfigFields, known: Family["ropeScaling"]): Rope["ropeScaling"] {
  const type = fields.get("rope_type") ?? fields.get("type");
  fields.get("type");
  let scaling: Rope["ropeScaling"];
  if (type === "llama3" && known === type) {
    const llama3 = {
      factor: fields.number("factor"),
      lowFreqFactor: fields.number("low_freq_factor"),
      highFreqFactor: fields.number("high_freq_factor"),
      originalMaxPositionEmbeddings: fields.count("original_max_position_embeddings"),
    };
    if (llama3.highFreqFactor <= llama3.lowFreqFactor)
      fields.fail("high_freq_factor", "more than low_freq_factor");
    scaling = llama3;
  } else if (type === "linear" && known === type) {
    scaling = { factor: fields.number("factor") };
  } else if (type !== "default") {
    fields.fail("rope_type", known ? `"default" or "${known}"` : '"default"');
  }
  fields.fixed("partial_rotary_factor", [1]);
  fields.rejectUnknown();
  return scaling;
}

/** Reads RoPE; throws ConfigError. */
export function readRopes(fields: ConfigFields, family: Family): LayerRopes {
  const { ropeScaling, slidingTheta } = family;
  const parameters = fields.nested("rope_parameters");
  if (!parameters) {
    const scaled = fields.nested("rope_scaling");
    return {
      ropeTheta: fields.number("rope_theta"),
      ropeScaling: scaled && readScaling(scaled, ropeScaling),
      ...(slidingTheta && { slidingRopeTheta: fields.number(slidingTheta) }),
    };
  }
  if (fields.get("rope_scaling")) fields.fail("rope_scaling", "nothing beside rope_parameters");
  /** A base; the flat field of it, if it stands there too, must agree. */
  const theta = (of: ConfigFields, flat: string) => {
    const found = of.number("rope_theta");
    if ((fields.get(flat) ?? found) !== found) fields.fail(flat, `${found} as in rope_parameters`);
    return found;
  };
  if (!slidingTheta)
    return { ropeTheta: theta(parameters, "rope_theta"), ropeScaling: readScaling(parameters, ropeScaling) };
  const [full, sliding] = [parameters.object("full_attention"), parameters.object("sliding_attention")];
  parameters.rejectUnknown();
  const ropes = {
    ropeTheta: theta(full, "rope_theta"),
    ropeScaling: readScaling(full, ropeScaling),
    slidingRopeTheta: theta(sliding, slidingTheta),
  };
  readScaling(sliding, undefined);
  return ropes;
}

/** The flat fields of RoPE, which every version of transformers reads. */
export function ropeFields(ropes: LayerRopes, family: Family): Record<string, unknown> {
  const { ropeTheta, ropeScaling: scaling, slidingRopeTheta } = ropes;
  return {
    rope_theta: ropeTheta,
    ...(family.slidingTheta && { [family.slidingTheta]: slidingRopeTheta }),
    ...(family.ropeScaling && {
      rope_scaling: scaling
        ? {
            rope_type: family.ropeScaling,
            factor: scaling.factor,
            ...("lowFreqFactor" in scaling && {
              low_freq_factor: scaling.lowFreqFactor,
              high_freq_factor: scaling.highFreqFactor,
              original_max_position_embeddings: scaling.originalMaxPositionEmbeddings,
            }),
          }
        : null,
    }),
  };
}
