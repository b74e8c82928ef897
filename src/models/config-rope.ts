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

/** The frequency of each plane divided by a factor of its own: transformers' "longrope" with one list for all lengths. */
export interface PlaneScaling {
  factors: number[];
}

export type RopeScaling = LinearScaling | Llama3Scaling | PlaneScaling;

export interface Rope {
  ropeTheta: number;
  ropeScaling?: RopeScaling;
}

/** RoPE of all layers, or of those with full attention where the sliding ones have a base of their own, never scaled. */
export interface LayerRopes extends Rope {
  slidingRopeTheta?: number;
}

/** Reads the scaling of `planes` frequencies, of a type that the family knows. */
function readScaling(
  fields: ConfigFields,
  known: Family["ropeScaling"],
  planes: number,
): RopeScaling | undefined {
  const type = fields.get("rope_type") ?? fields.get("type");
  fields.get("type");
  let scaling: RopeScaling | undefined;
  if (type !== "default" && !known.some((name) => name === type)) {
    fields.fail("rope_type", ["default", ...known].map((name) => `"${name}"`).join(" or "));
  }
  if (type === "llama3") {
    const llama3 = {
      factor: fields.number("factor"),
      lowFreqFactor: fields.number("low_freq_factor"),
      highFreqFactor: fields.number("high_freq_factor"),
      originalMaxPositionEmbeddings: fields.count("original_max_position_embeddings"),
    };
    if (llama3.highFreqFactor <= llama3.lowFreqFactor)
      fields.fail("high_freq_factor", "more than low_freq_factor");
    scaling = llama3;
  } else if (type === "linear") {
    scaling = { factor: fields.number("factor") };
  } else if (type === "longrope") {
    const factors = fields.numbers("short_factor", planes);
    if (fields.numbers("long_factor", planes).join() !== factors.join())
      fields.fail("long_factor", "the numbers of short_factor");
    fields.fixed("attention_factor", [1]);
    fields.optionalCount("original_max_position_embeddings");
    scaling = { factors };
  }
  fields.fixed("partial_rotary_factor", [1]);
  fields.rejectUnknown();
  return scaling;
}

/** Reads RoPE; throws ConfigError. */
export function readRopes(fields: ConfigFields, family: Family, headDim: number): LayerRopes {
  const { ropeScaling, slidingTheta } = family;
  const planes = headDim / 2;
  const parameters = fields.nested("rope_parameters");
  if (!parameters) {
    const scaled = fields.nested("rope_scaling");
    return {
      ropeTheta: fields.number("rope_theta"),
      ropeScaling: scaled && readScaling(scaled, ropeScaling, planes),
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
    return {
      ropeTheta: theta(parameters, "rope_theta"),
      ropeScaling: readScaling(parameters, ropeScaling, planes),
    };
  const [full, sliding] = [parameters.object("full_attention"), parameters.object("sliding_attention")];
  parameters.rejectUnknown();
  const ropes = {
    ropeTheta: theta(full, "rope_theta"),
    ropeScaling: readScaling(full, ropeScaling, planes),
    slidingRopeTheta: theta(sliding, slidingTheta),
  };
  readScaling(sliding, [], planes);
  return ropes;
}

function scalingFields(scaling: RopeScaling): Record<string, unknown> {
  if ("factors" in scaling) {
    return {
      rope_type: "longrope",
      short_factor: scaling.factors,
      long_factor: scaling.factors,
      attention_factor: 1,
    };
  }
  if (!("lowFreqFactor" in scaling)) return { rope_type: "linear", factor: scaling.factor };
  return {
    rope_type: "llama3",
    factor: scaling.factor,
    low_freq_factor: scaling.lowFreqFactor,
    high_freq_factor: scaling.highFreqFactor,
    original_max_position_embeddings: scaling.originalMaxPositionEmbeddings,
  };
}

/** The flat fields of RoPE, which every version of transformers reads. */
export function ropeFields(ropes: LayerRopes, family: Family): Record<string, unknown> {
  const { ropeTheta, ropeScaling, slidingRopeTheta } = ropes;
  return {
    rope_theta: ropeTheta,
    ...(family.slidingTheta && { [family.slidingTheta]: slidingRopeTheta }),
    ...(family.ropeScaling.length > 0 && { rope_scaling: ropeScaling ? scalingFields(ropeScaling) : null }),
  };
}
