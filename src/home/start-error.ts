/** A start that cannot be, for a reason that the user can do something about: said without a stack. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
