import type { Command } from 'commander';
import { jobCommand } from '#cli/stage/job-command.ts';
import { EXPIRY } from '#cli/stage/job-kinds.ts';

export const expireCommand = (): Command =>
  jobCommand('expire', 'remove now what has expired, as the daily job does: events, and pseudonymous profiles', EXPIRY);
