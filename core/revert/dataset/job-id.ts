/** The id of a deletion says of which dataset it is; ids of datasets have no such sign. */
const BETWEEN = '/';

/** The id of a job that deletes a dataset; `unique` tells it from earlier ones. */
export const deletionJobId = (datasetId: string, unique: string): string => `${datasetId}${BETWEEN}${unique}`;

/** Inverse of {@link deletionJobId}: the id of the dataset. */
export const datasetOfDeletion = (jobId: string): string => jobId.slice(0, jobId.indexOf(BETWEEN));
