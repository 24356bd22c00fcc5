import { App } from 'aws-cdk-lib';
import { buildTributary } from '#lib/app.ts';
import { addChecks } from '#lib/checks.ts';
import { selectStage } from '#lib/config/select.ts';

const app = new App();
buildTributary(
  app,
  selectStage((key) => app.node.tryGetContext(key)),
);
addChecks(app);
app.synth();
