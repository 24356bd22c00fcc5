/** The id of a deletion says of which dataset it is; ids of datasets have no such sign. */
const BETWEEN = '/';

export const deletionJobId = (datasetId: string, unique: string): string => `${datasetId}${BETWEEN}${unique}`;

export const datasetOfDeletion = (jobId: string): string => jobId.slice(0, jobId.indexOf(BETWEEN));
