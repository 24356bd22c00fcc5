import { texts } from '#console/texts/index.ts';

/** Some members of an audience, as the people's API tells them. */
export interface MemberSample {
  readonly profiles: readonly Member[];
  /** Whether these are all. */
  readonly isComplete: boolean;
}

export interface Member {
  readonly reference: string;
  readonly identity: { readonly namespace: string; readonly value?: string };
  readonly since: string;
  readonly fields: readonly MemberField[];
}

export interface MemberField {
  readonly path: readonly string[];
  readonly value?: unknown;
  readonly isMasked?: boolean;
}

export function shownValue({ value, isMasked }: MemberField): string {
  if (isMasked) return texts.audiences.members.masked;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
