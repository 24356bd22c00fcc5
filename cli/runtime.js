/** The oldest that the commands run on once they are built: it has `node:sqlite`. */
const OLDEST_FOR_BUILT = { major: 22, minor: 13 };

/** The oldest versions that read TypeScript by themselves: major → minor. */
const OLDEST_MINOR = new Map([
  [22, 18],
  [23, 6],
]);

/** @param {string} version such as `22.18.0` */
export function readsTypeScript(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major >= 24 || minor >= (OLDEST_MINOR.get(major) ?? Number.POSITIVE_INFINITY);
}

/** @param {string} version such as `22.18.0` */
export function runsBuilt(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > OLDEST_FOR_BUILT.major || (major === OLDEST_FOR_BUILT.major && minor >= OLDEST_FOR_BUILT.minor);
}

/**
 * Which Node runs the command line: the one that is there, or the one that `npm ci` installs with the packages; or one line
 * that says why none can. An installed package has JavaScript (`isBuilt`) and brings no Node.
 * @param {{ version: string, platform: string, hasBundled: boolean, isBuilt?: boolean }} here
 * @returns {{ node: 'this' | 'bundled' } | { problem: string }}
 */
export function chooseRuntime({ version, platform, hasBundled, isBuilt = false }) {
  if (platform === 'win32') {
    return {
      problem:
        'Tributary runs on macOS and Linux, and on Windows inside WSL: https://learn.microsoft.com/windows/wsl/install',
    };
  }
  if (isBuilt ? runsBuilt(version) : readsTypeScript(version)) return { node: 'this' };
  if (isBuilt) {
    return {
      problem: `Node ${version} is too old for Tributary's commands: they need 22.13 or newer. (The library runs on 20.)`,
    };
  }
  if (hasBundled) return { node: 'bundled' };
  return {
    problem: `Node ${version} is too old: Tributary needs 22.18 or newer. It brings a Node 24 of its own, which is missing: install it with "npm ci", without --ignore-scripts.`,
  };
}
