// How a weight matrix is stored in few bits: width, group size, and whether groups have a zero point of their own.

export interface Scheme {
  bits: 4 | 8;
  /** Neighbouring weights of a row that share a scale. */
  groupSize: 32 | 64 | 128;
  /** Symmetric: codes stand around the middle code; asymmetric: each group stores the code of zero. */
  symmetric: boolean;
}

/** The two that a model is stored in whole. */
export const INT8: Scheme = { bits: 8, groupSize: 32, symmetric: true };
export const INT4: Scheme = { bits: 4, groupSize: 32, symmetric: true };

/** E.g. "int4 g32 asymmetric". */
export const schemeName = ({ bits, groupSize, symmetric }: Scheme): string =>
  `int${bits} g${groupSize}${symmetric ? "" : " asymmetric"}`;

/** Groups of a row; the last one may be filled up. */
export const groupsOf = (columns: number, { groupSize }: Scheme): number => Math.ceil(columns / groupSize);

/** Bytes of a stored matrix [rows, columns]: codes, one fp32 scale a group, and one byte a group for its zero point. */
export function storedBytes([rows, columns]: readonly number[], scheme: Scheme): number {
  const groups = rows! * groupsOf(columns!, scheme);
  return groups * ((scheme.groupSize * scheme.bits) / 8 + 4 + (scheme.symmetric ? 0 : 1));
}
