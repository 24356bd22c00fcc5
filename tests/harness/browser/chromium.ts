import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

/** Names under which systems have it. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/**
 * A real Chromium without a window: the one that `CHROMIUM_PATH` names, else one on the path, else that of a package, which
 * brings the libraries that bare systems lack.
 * @param args more than what containers need; never such that switch off what browsers check
 */
export async function launchChromium(args: readonly string[]): Promise<Browser> {
  const executablePath = process.env.CHROMIUM_PATH || onPath(process.env.PATH ?? '') || (await packaged());
  return await chromium.launch({ executablePath, args: ['--no-sandbox', ...args] });
}

const onPath = (path: string): string | undefined =>
  path
    .split(delimiter)
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find((file) => existsSync(file));

async function packaged(): Promise<string> {
  // Only where it believes to be in a function does the package use the libraries and fonts that it has.
  process.env.AWS_LAMBDA_JS_RUNTIME ??= 'nodejs22.x';
  const { default: sparticuz } = await import('@sparticuz/chromium');
  return await sparticuz.executablePath();
}
