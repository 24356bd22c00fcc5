export type RecordOperation = 'create' | 'merge' | 'delete';
