import type { Browser } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import type { Role } from '#core/contract/roles.ts';
import { launch, newVisitor, type Visitor, type VisitorOptions } from '#tests/harness/console-stage/browser.ts';
import { type ServedStage, serveStage } from '#tests/harness/console-stage/serve.ts';
import { type ConsoleStage, createStage, type StageOptions } from '#tests/harness/console-stage/stage.ts';

/** A stage to look at and a browser to do it with, for all tests of a `describe`. */
export function visitedStage(options: StageOptions = {}) {
  const it: { stage: ConsoleStage; served: ServedStage; browser: Browser } = {} as never;
  beforeAll(async () => {
    it.stage = await createStage(options);
    it.served = await serveStage(it.stage);
    it.browser = await launch();
  });
  afterAll(async () => {
    await it.browser?.close();
    await it.served?.close();
  });
  return {
    get stage(): ConsoleStage {
      return it.stage;
    },
    get served(): ServedStage {
      return it.served;
    },
    /** Somebody who is signed in, at a screen. */
    async visit(path: string, role: Role = 'admin', more: VisitorOptions = {}): Promise<Visitor> {
      const visitor = await newVisitor(it.browser, it.served.url, { now: it.stage.now(), ...more });
      await visitor.page.goto(it.served.signInAddress(role));
      await visitor.page.getByRole('navigation', { name: 'Screens' }).waitFor();
      if (path !== '/') await visitor.page.goto(`${it.served.url}/console${path}`);
      return visitor;
    },
  };
}
