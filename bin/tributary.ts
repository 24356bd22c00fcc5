import { App } from 'aws-cdk-lib';
import { buildTributary } from '#lib/app.ts';
import { addChecks } from '#lib/checks.ts';
import { selectStage } from '#lib/config/select.ts';
import { StageError } from '#lib/config/stage-error.ts';

const app = new App();
try {
  buildTributary(
    app,
    selectStage((key) => app.node.tryGetContext(key)),
  );
} catch (error) {
  if (!(error instanceof StageError)) throw error;
  console.error(error.message);
  process.exit(1);
}
addChecks(app);
app.synth();
