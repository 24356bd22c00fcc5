import { z } from 'zod';

/** What travels to a worker: which part of which job. How far it has come is in the job's own record. */
export const partMessage = z.strictObject({ jobId: z.string(), part: z.int().min(0) });
export type PartMessage = z.output<typeof partMessage>;
