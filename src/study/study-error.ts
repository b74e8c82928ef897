// What is wrong with a study before any of it is run.

/** A study file, a change of it, a seed or a data file that no study can be opened with. */
export class StudyError extends Error {
  override name = "StudyError";
}
