import { z } from 'zod';

/** What travels to a worker: which part of which job. How far it has come is in the job's own record. */
export const partitionMessage = z.strictObject({ jobId: z.string(), partition: z.int().min(0) });
export type PartitionMessage = z.output<typeof partitionMessage>;
