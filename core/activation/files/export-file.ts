/** A file to be written, and how many rows of memberships it has. */
export interface ExportFile {
  readonly key: string;
  readonly body: string;
  /** The body as it is stored, where that is not its text. */
  readonly bytes?: Uint8Array;
  readonly contentType: string;
  readonly rows: number;
}
