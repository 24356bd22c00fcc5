import { userInfo } from 'node:os';

/** Who uses this machine, for histories; in a container without a user there is none. */
export function userOfMachine(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}
