import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '#cli/root.ts';
import { launch, newVisitor, settled } from './browser.ts';
import { setup } from './built.ts';
import { nonsenseOn } from './nonsense.ts';
import { OF_THE_EXAMPLE, SCREENS } from './screens.ts';
import { serveStage } from './serve.ts';
import { createStage } from './stage.ts';

/**
 * Pictures of every screen of the console, light and dark, in two sizes, from a stage in this process: to be looked at.
 * `npm run screenshots [-- <screen> …]`
 */
const SIZES = [
  [1280, 800],
  [1024, 768],
] as const;

process.env.POWERTOOLS_LOG_LEVEL ??= 'SILENT';
const folder = join(projectRoot, '.local', 'screenshots');
mkdirSync(folder, { recursive: true });
await setup();
const wanted = process.argv.slice(2);
const stages = { example: await createStage(), empty: await createStage({ empty: true }) };
const browser = await launch();
let problems = 0;
for (const [stageName, stage] of Object.entries(stages)) {
  const served = await serveStage(stage);
  for (const scheme of ['light', 'dark'] as const) {
    for (const [width, height] of SIZES) {
      const visitor = await newVisitor(browser, served.url, { scheme, width, height, now: stage.now() });
      const { page, context } = visitor;
      await page.goto(served.signInAddress('admin'));
      await page.getByRole('navigation', { name: 'Screens' }).waitFor();
      for (const [name, path] of Object.entries(SCREENS)) {
        if (wanted.length > 0 && !wanted.includes(name)) continue;
        if (stageName === 'empty' && (scheme === 'dark' || width < 1_280 || OF_THE_EXAMPLE.includes(name))) continue;
        await page.goto(`${served.url}/console${path}`);
        await settled(page);
        const file = `${name}${stageName === 'empty' ? '-empty' : ''}-${scheme}-${width}.png`;
        await page.screenshot({ path: join(folder, file), fullPage: true });
        const nonsense = await nonsenseOn(page);
        problems += nonsense.length;
        console.log(`${file}${nonsense.length > 0 ? `: ${nonsense.join('; ')}` : ''}`);
      }
      for (const complaint of [...visitor.complaints, ...visitor.foreign]) {
        problems++;
        console.log(`  ${complaint}`);
      }
      await context.close();
    }
  }
  await served.close();
}
await browser.close();
console.log(`In ${folder}; ${problems} problems found by script`);
process.exitCode = problems > 0 ? 1 : 0;
