import type { Command } from 'commander';
import { jobCommand } from '#cli/stage/job-command.ts';
import { EVALUATION } from '#cli/stage/job-kinds.ts';

export const evaluateCommand = (): Command =>
  jobCommand(
    'evaluate',
    'evaluate all audiences for all profiles now, as the daily job does, and show the progress',
    EVALUATION,
  );
