// Where two tokenisations of one text end at the same byte: the spans that can be compared across vocabularies.

/** Tokens from … to - 1 of the student, of the teacher, and the text's bytes that both stand for. */
export interface ByteSpan {
  student: readonly [from: number, to: number];
  teacher: readonly [from: number, to: number];
  bytes: readonly [from: number, to: number];
}

/**
 * The shortest spans at whose ends both tokenisations have a boundary. A syllable of three byte tokens on one side and of one token on
 * the other is one span. Bytes that only one side has at its end belong to none. Throws where the two spell different bytes.
 */
export function byteSpans(student: readonly Uint8Array[], teacher: readonly Uint8Array[]): ByteSpan[] {
  const [own, others] = [student, teacher].map((tokens) => Buffer.concat(tokens));
  const shared = Math.min(own!.length, others!.length);
  const at = own!.findIndex((byte, i) => i < shared && byte !== others![i]);
  if (at >= 0) {
    const around = (bytes: Buffer) =>
      JSON.stringify(bytes.subarray(Math.max(0, at - 12), at + 12).toString());
    throw new Error(
      `The two tokenisations are of different texts: from byte ${at} on the student's has ${around(own!)}, the teacher's ${around(others!)}.`,
    );
  }
  const spans: ByteSpan[] = [];
  let [s, t, studentEnd, teacherEnd] = [0, 0, 0, 0];
  let from = { s: 0, t: 0, byte: 0 };
  while (s < student.length || t < teacher.length) {
    const studentNext = s < student.length && (studentEnd <= teacherEnd || t === teacher.length);
    if (studentNext) studentEnd += student[s++]!.length;
    else teacherEnd += teacher[t++]!.length;
    if (studentEnd === teacherEnd && s > from.s && t > from.t) {
      spans.push({ student: [from.s, s], teacher: [from.t, t], bytes: [from.byte, studentEnd] });
      from = { s, t, byte: studentEnd };
    }
  }
  return spans;
}
