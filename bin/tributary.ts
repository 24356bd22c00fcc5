import { App } from 'aws-cdk-lib';
import { addChecks, buildTributary } from '#lib/app.ts';
import { selectStage } from '#lib/config/select.ts';

const app = new App();
buildTributary(
  app,
  selectStage((key) => app.node.tryGetContext(key)),
);
addChecks(app);
app.synth();
