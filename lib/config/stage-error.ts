/** Something about a stage that whoever wrote or named it can put right: no stack trace helps. */
export class StageError extends Error {
  override readonly name = 'StageError';
}
