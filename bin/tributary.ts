import { App } from 'aws-cdk-lib';
import { buildTributary } from '#lib/app.ts';
import { addChecks } from '#lib/checks.ts';
import { StageError, selectStage } from '#lib/config/select.ts';

const app = new App();
try {
  buildTributary(
    app,
    selectStage((key) => app.node.tryGetContext(key)),
  );
  addChecks(app);
  app.synth();
} catch (error) {
  if (!(error instanceof StageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
