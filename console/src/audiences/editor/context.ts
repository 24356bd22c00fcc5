import { createContext, type Dispatch, useContext } from 'react';
import type { Field } from '../model.ts';
import { pathOf } from './new-blocks.ts';
import type { Edit } from './tree.ts';

/** Paths of one kind of fields, as a choice. */
export type Choice = string[];

/** What blocks need to know of the stage, and how they change the rule. It stays the same while somebody edits. */
export interface EditorContext {
  readonly edit: Dispatch<Edit>;
  readonly fieldOf: (of: Field['of'], path: string) => Field | undefined;
  readonly paths: Readonly<Record<Field['of'], Choice>>;
  readonly audiences: readonly { readonly value: string; readonly label: string }[];
  readonly isReadOnly: boolean;
}

const Context = createContext<EditorContext | undefined>(undefined);
export const EditorProvider = Context.Provider;

export function useEditor(): EditorContext {
  const context = useContext(Context);
  if (!context) throw new Error('Blocks stand inside of an editor');
  return context;
}

/** The fields as blocks look for them. */
export function fieldIndex(fields: readonly Field[]): Pick<EditorContext, 'fieldOf' | 'paths'> {
  const keyed = fields.map((field) => ({ field, path: pathOf(field) }));
  const byKey = new Map(keyed.map(({ field, path }) => [`${field.of} ${path}`, field]));
  const pathsOf = (of: Field['of']): Choice => keyed.flatMap(({ field, path }) => (field.of === of ? [path] : []));
  return {
    fieldOf: (of, path) => byKey.get(`${of} ${path}`),
    paths: { profile: pathsOf('profile'), event: pathsOf('event') },
  };
}
